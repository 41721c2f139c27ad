#!/bin/sh
# kill -9 of each process in turn during a slew. clockctl or the parent: all of
# it ends, with a status that is not 0, and the kernel is left at its base
# frequency with nothing running on: what was still to be slewed stays. Any
# other: the daemon goes on by itself and finishes.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/figures.sh"
prepare

printf '%s\n' 'server 192.0.2.11 iburst minpoll 4 maxpoll 6' \
    'driftfile /var/lib/ntp/ntp.drift' >"$BUILD/vm/kill-ntp.conf"

boot() {
	"$here/simulate" "$BUILD" "kill-$1" "$here/guest-kill.sh" \
	    "$BUILD/vm/kill-ntp.conf:ntp.conf" -- "ROLE=$1" PPM=37 DRIFT=37.000 \
	    BEFORE=40
}

# word NAME LINE KEY: the value after KEY in the last line that starts so
word() {
	awk -v line="$2" -v key="$3" '
		index($0, line) == 1 {
			for (i = 1; i < NF; i++)
				if ($i == key) value = $(i + 1)
		}
		END { print value == "" ? "none" : value }' "$BUILD/vm/$1.log"
}

magnitude() {
	echo "$1" | awk '{ print $1 < 0 ? -$1 : $1 }'
}

# It was slewing: the error had shrunk and was not gone when it was killed.
slewing() {
	last=$(awk '$1 == "before" && $2 == "error" { e = $4 }
	    END { printf "%.4f\n", e * 1e3 }' "$BUILD/vm/kill-$1.log")
	must "$1: slewing when killed, error in ms" "$last" '<' 78
	must "$1: slewing when killed, error in ms" "$last" '>' 20
}

for role in ntpd-net ntpd-serve ntpd-resolver ntpd-clockctl ntpd; do
	boot $role || failures=$((failures + 1))
done

for role in ntpd-clockctl ntpd; do
	slewing $role
	log=kill-$role
	must "$role: processes left" \
	    "$(grep -c '^left ' "$BUILD/vm/$log.log" || :)" = 0
	must "$role: exit status" "$(word $log status status)" '>' 0
	must "$role: frequency before less after, ppm" "$(echo \
	    "$(word $log 'before kernel' freq) $(word $log slope freq)" |
	    awk '{ d = $1 - $2; printf "%.6f\n", d < 0 ? -d : d }')" '<' 0.000001
	# What the kernel was given: the second that runs, and 4 s of 500 ppm at
	# most in ADJ_OFFSET, which it works off by a quarter a second.
	must "$role: went on for, ms" "$(awk '
		$1 == "after" && $2 == "error" { f = $4 }
		$1 == "after" && $2 == "error" && e == "" { e = $4 }
		END { d = (e - f) * 1e3; printf "%.4f\n", d < 0 ? -d : d }' \
	    "$BUILD/vm/$log.log")" '<' 2.5
	must "$role: rate beside the frequency, 10 minutes, ppb" \
	    "$(magnitude "$(word $log slope excess_ppb)")" '<' 5
done

for role in ntpd-net ntpd-serve ntpd-resolver; do
	slewing $role
	log=kill-$role
	must_say "$role: came back" $log "^restarted $role\$"
	must "$role: processes at the end" \
	    "$(grep -c '^running ' "$BUILD/vm/$log.log")" = 5
	must "$role: worst of the last 200 s, ms" "$(worst $log 400 599)" '<' 1
done
verdict kill-ntpd-net kill-ntpd-serve kill-ntpd-resolver kill-ntpd-clockctl \
    kill-ntpd
