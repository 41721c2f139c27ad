/*
 * What outlives the daemon: the drift file, and the account of steps and start
 * rules that a restart does not refill. Parent only. The texts are pure.
 */
#ifndef PARENT_STATE_H
#define PARENT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATE_DRIFT_TEXT	32
#define STATE_ACCOUNT_TEXT	320
#define STATE_BOOT_ID		40

/*
 * One number in ppm, as ntpd's drift file: what is to be added to the
 * oscillator's rate; in parts per 10^12 here. What follows the number is
 * ignored (4.2.0 wrote a second one). False where it is none, or beyond the
 * 500 ppm that the kernel takes.
 */
bool	state_drift_parse(const char *text, int64_t *frequency_ppt);
/* "-12.345\n" into text; rounded to ppb. Returns its length. */
size_t	state_drift_format(int64_t frequency_ppt, char *text, size_t size);

/* False if there is no (usable) file; that is worth a line only if it exists
 * and makes no sense, which is logged here. */
bool	state_drift_read(const char *path, int64_t *frequency_ppt);
/* False with errno. */
bool	state_drift_write(const char *path, int64_t frequency_ppt);

/* As LIMITS and STATE of common/clock_message.h carry it. */
struct state_account {
	uint32_t	spent_start;	/* start rules used up */
	uint32_t	spent_steps;
	int64_t		spent_step_ns;
	int64_t		spent_since_axis_ns;
	int64_t		budget_left_ns;	/* of the displacement account */
};

/*
 * An account is good for the boot it was written in: the local axis starts
 * anew with the next one. parse: a text of another boot is an empty account. A
 * text that cannot be read counts as all start rules spent, so that breaking
 * the file gains nothing; false then.
 */
bool	state_account_parse(const char *text, const char *boot_id,
	    struct state_account *account);
size_t	state_account_format(const struct state_account *account,
	    const char *boot_id, char *text, size_t size);

bool	state_boot_id(char *boot_id, size_t size);
/* No file is an empty account. */
void	state_account_read(const char *path, const char *boot_id,
	    struct state_account *account);
bool	state_account_write(const char *path, const char *boot_id,
	    const struct state_account *account);

#endif
