/*
 * Drift file and account. Runs in the parent. Trusts nothing in the files but
 * that the account's directory is root's own.
 */
#include "parent/state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>

#include "common/clock_message.h"
#include "common/log.h"
#include "common/ntp_time.h"
#include "parent/files.h"

#define STATE_FILE_MAX	4096

/* Up to six decimals count; the rest of them is passed over. */
bool
state_drift_parse(const char *text, int64_t *frequency_ppt)
{
	int64_t ppt = 0, unit = PPT_PER_PPM;
	bool negative, digits = false;

	text += strspn(text, " \t\r\n");
	negative = *text == '-';
	if (*text == '-' || *text == '+')
		text++;
	for (; *text >= '0' && *text <= '9'; text++, digits = true) {
		ppt = ppt * 10 + (*text - '0') * PPT_PER_PPM;
		if (ppt > CLOCK_FREQUENCY_MAX_PPT)
			return false;
	}
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9'; text++) {
			digits = true;
			unit /= 10;
			ppt += (*text - '0') * unit;
		}
	if (!digits || ppt > CLOCK_FREQUENCY_MAX_PPT ||
	    (*text != '\0' && strchr(" \t\r\n", *text) == NULL))
		return false;
	*frequency_ppt = negative ? -ppt : ppt;
	return true;
}

size_t
state_drift_format(int64_t frequency_ppt, char *text, size_t size)
{
	int64_t ppb = (llabs(frequency_ppt) + PPT_PER_PPB / 2) / PPT_PER_PPB;
	int length;

	length = snprintf(text, size, "%s%" PRId64 ".%03" PRId64 "\n",
	    frequency_ppt < 0 && ppb > 0 ? "-" : "", ppb / 1000, ppb % 1000);
	if (length < 0 || (size_t)length >= size)
		abort();
	return (size_t)length;
}

bool
state_drift_read(const char *path, int64_t *frequency_ppt)
{
	size_t length;
	char *text;
	bool good;

	text = files_read(path, STATE_FILE_MAX, &length);
	if (text == NULL) {
		if (errno != ENOENT)
			log_warning("drift file %s: %s", path, strerror(errno));
		return false;
	}
	good = state_drift_parse(text, frequency_ppt);
	if (!good)
		log_warning("drift file %s: not a frequency within 500 ppm; "
		    "starting without", path);
	free(text);
	return good;
}

bool
state_drift_write(const char *path, int64_t frequency_ppt)
{
	char text[STATE_DRIFT_TEXT];
	size_t length = state_drift_format(frequency_ppt, text, sizeof(text));

	return files_replace(path, text, length);
}

/* One "word number" line. Moves *text behind it. */
static bool
state_account_number(const char **text, const char *word, int64_t max,
    int64_t *value)
{
	char digits[24];
	const char *error;
	size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0 || (*text)[length] != ' ')
		return false;
	*text += length + 1;
	length = strcspn(*text, "\n");
	if (length >= sizeof(digits) || (*text)[length] != '\n')
		return false;
	memcpy(digits, *text, length);
	digits[length] = '\0';
	*text += length + 1;
	*value = strtonum(digits, 0, max, &error);
	return error == NULL;
}

bool
state_account_parse(const char *text, const char *boot_id,
    struct state_account *account)
{
	int64_t start, steps, sum, since, budget;
	size_t length = strlen(boot_id);

	memset(account, 0, sizeof(*account));
	account->spent_start = 1;
	if (strncmp(text, "boot ", 5) != 0)
		return false;
	text += 5;
	if (strncmp(text, boot_id, length) != 0 || text[length] != '\n') {
		if (strchr(text, '\n') == NULL)
			return false;
		account->spent_start = 0;
		return true;
	}
	text += length + 1;
	if (!state_account_number(&text, "start", UINT32_MAX, &start) ||
	    !state_account_number(&text, "steps", UINT32_MAX, &steps) ||
	    !state_account_number(&text, "sum-ns", INT64_MAX, &sum) ||
	    !state_account_number(&text, "since-axis-ns", INT64_MAX, &since) ||
	    !state_account_number(&text, "budget-ns", INT64_MAX, &budget) ||
	    *text != '\0')
		return false;
	account->spent_start = (uint32_t)start;
	account->spent_steps = (uint32_t)steps;
	account->spent_step_ns = sum;
	account->spent_since_axis_ns = since;
	account->budget_left_ns = budget;
	return true;
}

size_t
state_account_format(const struct state_account *account, const char *boot_id,
    char *text, size_t size)
{
	int length;

	length = snprintf(text, size, "boot %s\nstart %" PRIu32 "\nsteps %"
	    PRIu32 "\nsum-ns %" PRId64 "\nsince-axis-ns %" PRId64
	    "\nbudget-ns %" PRId64 "\n",
	    boot_id, account->spent_start, account->spent_steps,
	    account->spent_step_ns, account->spent_since_axis_ns,
	    account->budget_left_ns);
	if (length < 0 || (size_t)length >= size)
		abort();
	return (size_t)length;
}

bool
state_boot_id(char *boot_id, size_t size)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	bool good;

	if (file == NULL)
		return false;
	good = fgets(boot_id, (int)size, file) != NULL;
	fclose(file);
	if (good)
		boot_id[strcspn(boot_id, "\n")] = '\0';
	return good && boot_id[0] != '\0';
}

void
state_account_read(const char *path, const char *boot_id,
    struct state_account *account)
{
	size_t length;
	char *text;

	memset(account, 0, sizeof(*account));
	text = files_read(path, STATE_FILE_MAX, &length);
	if (text == NULL) {
		if (errno != ENOENT)
			log_warning("%s: %s", path, strerror(errno));
		return;
	}
	if (!state_account_parse(text, boot_id, account))
		log_warning("%s cannot be read; start rules count as spent",
		    path);
	free(text);
}

bool
state_account_write(const char *path, const char *boot_id,
    const struct state_account *account)
{
	char text[STATE_ACCOUNT_TEXT];
	size_t length;

	length = state_account_format(account, boot_id, text, sizeof(text));
	return files_replace(path, text, length);
}
