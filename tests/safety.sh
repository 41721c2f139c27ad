# Sourced first by every script of tests/ that may run something that sets a
# clock: runs the script again with CAP_SYS_TIME out of its bounding set, so
# that nothing below it can move this machine's clock, whatever it is. Real
# kernel clocks are set in tests/vm only, which is inside an emulator.

may_set_time() {
	# bit 25 is CAP_SYS_TIME
	while read -r name value; do
		[ "$name" = "$1:" ] && return $(((0x$value >> 25 & 1) == 0))
	done </proc/self/status
	return 0	# not found: assume the worst
}

if may_set_time CapBnd; then
	if [ "${TIMEBALL_SAFETY:-}" = tried ]; then
		echo "$0: CAP_SYS_TIME cannot be dropped: not going on" >&2
		exit 2
	fi
	TIMEBALL_SAFETY=tried
	export TIMEBALL_SAFETY
	exec setpriv --bounding-set -sys_time --inh-caps -sys_time \
	    sh "$0" "$@"
fi
unset TIMEBALL_SAFETY
