#!/bin/sh
# 2000 s wrong without -g: the daemon goes on running and measuring, says what
# it will not do, and the clock does not move. A restart with -g sets it.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/figures.sh"
prepare

printf '%s\n' 'server 192.0.2.11 iburst' 'driftfile /var/lib/ntp/ntp.drift' \
    >"$BUILD/vm/hold-ntp.conf"
"$here/simulate" "$BUILD" hold "$here/guest-hold.sh" \
    "$BUILD/vm/hold-ntp.conf:ntp.conf" -- WRONG=-2000 PPM=0

moved=$(errors hold | awk 'NR == 1 { first = $2 }
	{ d = $2 - first; if (d < 0) d = -d; if (d > max) max = d }
	END { printf "%.6f\n", max * 1e3 }')
must 'moved in 10 minutes, ms' "$moved" '<' 0.1
must_say 'still running' hold '^alive$'
must_say 'not synchronised' hold '^held kernel state 5 status 0x[0-9a-f]*[4-7c-f][0-9a-f] '
must_say 'said so' hold 'log: .*([Hh]eld|[Hh]old|panic).*'
again=$(awk '$1 == "again" { e = $3 < 0 ? -$3 : $3
	if (e >= 0.128) s = ""; else if (s == "") s = $2 }
	END { print s == "" ? "never" : s }' "$BUILD/vm/hold.log")
must 'restart with -g, stepped, s' "$again" '<' 15
verdict hold
