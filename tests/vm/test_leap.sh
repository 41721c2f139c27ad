#!/bin/sh
# A leap second at the end of June that the majority of the servers announces:
# the kernel is told in time, inserts it, and nothing is left of it afterwards.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/figures.sh"
prepare

midnight=$(date -u -d '2033-07-01 00:00:00' +%s)
printf '%s\n' 'server 192.0.2.11 iburst' 'server 192.0.2.12 iburst' \
    'server 192.0.2.13 iburst' >"$BUILD/vm/leap-ntp.conf"
"$here/simulate" "$BUILD" leap "$here/guest-leap.sh" \
    "$BUILD/vm/leap-ntp.conf:ntp.conf" -- WRONG=-3 PPM=20 \
    EPOCH=$((midnight - 1800)) LEAP_AT=$midnight

# The second itself is nobody's: the readings within 2 s of midnight are left
# out. Those lines are "after error SECONDS ERROR"; midnight is 60 s in, or some
# seconds less.
after=$(awk '$1 == "after" && $2 == "error" && $3 >= 70 {
	e = $4 < 0 ? -$4 : $4
	if (e > max) max = e
	n++
	} END { if (n) printf "%.4f\n", max * 1e3; else print "none" }' \
    "$BUILD/vm/leap.log")
must 'worst until a minute before, ms' "$(worst leap 300 1700)" '<' 1
must_say 'the kernel is told' leap \
    '^before kernel state 1 status 0x[0-9a-f]*[13579bdf][0-9a-f] '
must 'worst from 10 s after it, ms' "$after" '<' 1
must_say 'the flag is off again' leap \
    '^end kernel state 0 status 0x[0-9a-f]*[02468ace][0-9a-f] '
verdict leap
