/*
 * The steps of the lock-down as the parent takes them, one by one. See
 * sandbox.h.
 */
#include "common/sandbox.h"

#include <linux/capability.h>

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <unistd.h>

bool
sandbox_capabilities(uint64_t keep)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct has[2];

	if ((geteuid() == 0 && !sandbox_bounding_set(keep)) ||
	    syscall(SYS_capget, &header, has) == -1)
		return false;
	return sandbox_capability_sets(keep &
	    (has[0].permitted | (uint64_t)has[1].permitted << 32));
}

bool
sandbox_no_new_privs(void)
{
	return sandbox_prctl(PR_SET_NO_NEW_PRIVS, 1);
}
