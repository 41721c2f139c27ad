/*
 * What the run-time libraries of ASan and UBSan call, so that a test build
 * lives, and can write its report, inside the same sandbox. Never part of a
 * release build.
 */
#include "common/sandbox_build.h"

#include <seccomp.h>

const struct sandbox_call sandbox_build_calls[] = {
	{ SCMP_SYS(mmap), -1, 0 },		/* allocator, quarantine */
	{ SCMP_SYS(mmap2), -1, 0 },
	{ SCMP_SYS(munmap), -1, 0 },
	{ SCMP_SYS(mremap), -1, 0 },
	{ SCMP_SYS(mprotect), -1, 0 },
	{ SCMP_SYS(madvise), -1, 0 },
	{ SCMP_SYS(brk), -1, 0 },
	{ SCMP_SYS(futex), -1, 0 },		/* its locks */
	{ SCMP_SYS(sched_yield), -1, 0 },
	{ SCMP_SYS(sigaltstack), -1, 0 },	/* at exit of a thread */
	{ SCMP_SYS(rt_sigaction), -1, 0 },
	{ SCMP_SYS(rt_sigprocmask), -1, 0 },
	{ SCMP_SYS(getpid), -1, 0 },		/* the report */
	{ SCMP_SYS(gettid), -1, 0 },
	{ SCMP_SYS(write), -1, 0 },
	{ SCMP_SYS(ioctl), -1, 0 },		/* isatty: colours */
	{ SCMP_SYS(readlink), -1, 0 },		/* its own name and map, */
	{ SCMP_SYS(readlinkat), -1, 0 },	/* which are not there in an */
	{ SCMP_SYS(open), -1, 0 },		/* empty root: then it goes */
	{ SCMP_SYS(openat), -1, 0 },		/* on without */
	{ SCMP_SYS(read), -1, 0 },
	{ SCMP_SYS(close), -1, 0 },
	{ SCMP_SYS(exit_group), -1, 0 },
};
const size_t sandbox_build_ncalls =
    sizeof(sandbox_build_calls) / sizeof(sandbox_build_calls[0]);
/* The shadow memory is 16 TiB of address space. */
const bool sandbox_build_limits_memory = false;

/*
 * The names are the libraries'. Leaks are not looked for (that traces a copy of
 * the process) and nothing is symbolized (that opens files and starts a
 * program): inside a sandbox neither can be done.
 */
const char	*__asan_default_options(void);
const char	*__ubsan_default_options(void);

const char *
__asan_default_options(void)
{
	return "detect_leaks=0:symbolize=0:abort_on_error=0:exitcode=99";
}

const char *
__ubsan_default_options(void)
{
	return "print_stacktrace=0:symbolize=0";
}
