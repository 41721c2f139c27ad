/*
 * What ntpd itself, and all that it starts once it has this filter, may no
 * longer ask of the kernel. Everything else passes: the parent opens, binds,
 * forks and executes.
 */
#include "parent/profile.h"

#include <seccomp.h>

/*
 * EPERM for these, in the parent and in all that it starts from then on. The
 * bounding set already forbids most of it; this holds against a kernel bug.
 */
static const struct sandbox_call parent_denied[] = {
	/* Sets a clock: what only clockctl is for. */
	{ SCMP_SYS(clock_settime), -1, 0 },
	{ SCMP_SYS(clock_settime64), -1, 0 },
	{ SCMP_SYS(clock_adjtime), -1, 0 },
	{ SCMP_SYS(clock_adjtime64), -1, 0 },
	{ SCMP_SYS(settimeofday), -1, 0 },
	{ SCMP_SYS(adjtimex), -1, 0 },
	{ SCMP_SYS(stime), -1, 0 },
	/* Reaches into another process, clockctl first of all. */
	{ SCMP_SYS(ptrace), -1, 0 },
	{ SCMP_SYS(process_vm_readv), -1, 0 },
	{ SCMP_SYS(process_vm_writev), -1, 0 },
	{ SCMP_SYS(process_madvise), -1, 0 },
	{ SCMP_SYS(kcmp), -1, 0 },
	{ SCMP_SYS(pidfd_getfd), -1, 0 },
	/* Changes the kernel. */
	{ SCMP_SYS(init_module), -1, 0 },
	{ SCMP_SYS(finit_module), -1, 0 },
	{ SCMP_SYS(delete_module), -1, 0 },
	{ SCMP_SYS(kexec_load), -1, 0 },
	{ SCMP_SYS(kexec_file_load), -1, 0 },
	{ SCMP_SYS(bpf), -1, 0 },
	{ SCMP_SYS(perf_event_open), -1, 0 },
	{ SCMP_SYS(iopl), -1, 0 },
	{ SCMP_SYS(ioperm), -1, 0 },
	{ SCMP_SYS(io_uring_setup), -1, 0 },
	{ SCMP_SYS(io_uring_enter), -1, 0 },
	{ SCMP_SYS(io_uring_register), -1, 0 },
	/* Changes what files and users there are. */
	{ SCMP_SYS(mount), -1, 0 },
	{ SCMP_SYS(umount2), -1, 0 },
	{ SCMP_SYS(move_mount), -1, 0 },
	{ SCMP_SYS(open_tree), -1, 0 },
	{ SCMP_SYS(fsopen), -1, 0 },
	{ SCMP_SYS(fsmount), -1, 0 },
	{ SCMP_SYS(mount_setattr), -1, 0 },
	{ SCMP_SYS(pivot_root), -1, 0 },
	{ SCMP_SYS(unshare), -1, 0 },
	{ SCMP_SYS(setns), -1, 0 },
	{ SCMP_SYS(name_to_handle_at), -1, 0 },
	{ SCMP_SYS(open_by_handle_at), -1, 0 },
	{ SCMP_SYS(reboot), -1, 0 },
	{ SCMP_SYS(swapon), -1, 0 },
	{ SCMP_SYS(swapoff), -1, 0 },
	/* Keys and pages that no daemon of ours has. */
	{ SCMP_SYS(add_key), -1, 0 },
	{ SCMP_SYS(request_key), -1, 0 },
	{ SCMP_SYS(keyctl), -1, 0 },
	{ SCMP_SYS(userfaultfd), -1, 0 },
};

const struct sandbox_profile parent_profile = {
	.mode = SANDBOX_DENY,
	.calls = parent_denied,
	.ncalls = sizeof(parent_denied) / sizeof(parent_denied[0]),
};
