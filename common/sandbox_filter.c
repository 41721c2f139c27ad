/*
 * The seccomp filter of a profile. See sandbox.h. libseccomp's own rules are
 * the kernel's; the tables are ours.
 */
#include "common/sandbox.h"

#include <errno.h>
#include <seccomp.h>

#include "common/sandbox_build.h"

/* Adds the rows to the filter; 0 or a negative errno. */
static int
filter_add(scmp_filter_ctx filter, uint32_t action,
    const struct sandbox_call *calls, size_t ncalls)
{
	int error;

	for (size_t i = 0; i < ncalls; i++) {
		/* an int, of which the kernel looks at 32 bits */
		const struct scmp_arg_cmp compare = {
			(unsigned int)calls[i].argument, SCMP_CMP_MASKED_EQ,
			UINT32_MAX, calls[i].value
		};

		error = seccomp_rule_add_array(filter, action, calls[i].number,
		    calls[i].argument >= 0, &compare);
		/* EDOM: this architecture has no such call */
		if (error != 0 && error != -EDOM)
			return error;
	}
	return 0;
}

/* NO_NEW_PRIVS is a step of its own; errors are the kernel's own errno. The
 * filter is never released: free(3) might call munmap, which it kills. */
bool
sandbox_filter(const struct sandbox_profile *profile)
{
	bool allow = profile->mode == SANDBOX_ALLOW;
	scmp_filter_ctx filter = seccomp_init(allow ? SCMP_ACT_KILL_PROCESS :
	    SCMP_ACT_ALLOW);
	int error;

	errno = ENOMEM;
	if (filter == NULL ||
	    seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0) != 0 ||
	    seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1) != 0 ||
	    seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS) != 0)
		return false;
	error = filter_add(filter, allow ? SCMP_ACT_ALLOW :
	    SCMP_ACT_ERRNO(EPERM), profile->calls, profile->ncalls);
	if (error == 0 && allow)
		error = filter_add(filter, SCMP_ACT_ALLOW,
		    sandbox_build_calls, sandbox_build_ncalls);
	if (error == 0)
		error = seccomp_load(filter);
	errno = -error;
	return error == 0;
}
