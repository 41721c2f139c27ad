#!/bin/sh
# ntpd -q sets the clock once and says by its status whether it did: right with
# -g; 2000 s wrong without -g, and with a server that does not answer, it fails
# within a bounded time and the clock is not moved.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/figures.sh"
prepare

printf '%s\n' 'server 192.0.2.11 iburst' >"$BUILD/vm/once-ntp.conf"
printf '%s\n' 'server 192.0.2.99 iburst' >"$BUILD/vm/once-nobody.conf"
"$here/simulate" "$BUILD" once "$here/guest-once.sh" \
    "$BUILD/vm/once-ntp.conf:ntp.conf" \
    "$BUILD/vm/once-nobody.conf:nobody.conf" -- PPM=20

# once NAME KEY; error NAME before|after, in ms
once() {
	awk -v name="$1" -v key="$2" '$1 == "once" && $2 == name {
		for (i = 3; i < NF; i++)
			if ($i == key) print $(i + 1)
	}' "$BUILD/vm/once.log"
}
error() {
	awk -v name="$1-$2" '$1 == name { printf "%.4f\n", $3 * 1e3 }' \
	    "$BUILD/vm/once.log"
}
moved() {
	echo "$(error "$1" before) $(error "$1" after)" |
	    awk '{ d = $1 - $2; print d < 0 ? -d : d }'
}

must 'right: status' "$(once right status)" = 0
must 'right: seconds' "$(once right seconds)" '<' 60
must 'right: error then, ms' "$(error right after | tr -d -)" '<' 10
for name in panic nobody; do
	must "$name: status" "$(once $name status)" '>' 0
	must "$name: seconds" "$(once $name seconds)" '<' 120
	# 20 ppm of two minutes
	must "$name: moved by, ms" "$(moved $name)" '<' 4
done
verdict once
