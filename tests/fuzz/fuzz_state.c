/*
 * libFuzzer: any text as drift file and as account. What is taken keeps the
 * bounds, and survives being written and read again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock_message.h"
#include "parent/state.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char fuzz_boot[] = "512aefd6-0455-4344-98bf-78fb5dfb3342";

static void
fuzz_drift(const char *text)
{
	char written[STATE_DRIFT_TEXT];
	int64_t ppt, again;

	if (!state_drift_parse(text, &ppt))
		return;
	if (llabs(ppt) > CLOCK_FREQUENCY_MAX_PPT)
		abort();
	state_drift_format(ppt, written, sizeof(written));
	if (!state_drift_parse(written, &again) || llabs(again - ppt) > 500)
		abort();
}

static void
fuzz_account(const char *text)
{
	char written[STATE_ACCOUNT_TEXT];
	struct state_account account, again;

	if (!state_account_parse(text, fuzz_boot, &account)) {
		if (account.spent_start == 0)
			abort();
		return;
	}
	state_account_format(&account, fuzz_boot, written, sizeof(written));
	if (!state_account_parse(written, fuzz_boot, &again) ||
	    memcmp(&account, &again, sizeof(again)) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, *account;

	text = malloc(size + 1);
	if (text == NULL)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	fuzz_drift(text);
	fuzz_account(text);
	/* Of this boot, which a fuzzer would be long in finding. */
	if (asprintf(&account, "boot %s\n%s", fuzz_boot, text) < 0)
		abort();
	fuzz_account(account);
	free(text);
	free(account);
	return 0;
}
