# Sourced by tests, and by the guest of tests/vm: what is asserted, one line
# each, and waiting for what is bound to come. Plain sh, busybox's too.

failures=0

# must TEXT COMMAND...: one line that says whether it is true
must() {
	text=$1
	shift
	if "$@"; then
		echo "ok     $text"
	else
		echo "MISSED $text"
		failures=$((failures + 1))
	fi
}

# wait_until SECONDS COMMAND...: runs it each 0.1 s until it is true
wait_until() {
	deadline=$(($(uptime_s) + $1))
	shift
	until "$@"; do
		[ "$(uptime_s)" -lt $deadline ] || return 1
		sleep 0.1
	done
}

uptime_s() {
	cut -d. -f1 /proc/uptime
}
