#!/bin/sh
# A pool of four by name, found by the resolver; the nearest of them is 0.8 s
# off. It is not believed at the start nor later.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/figures.sh"
prepare

printf '%s\n' 'pool all.test iburst' 'driftfile /var/lib/ntp/ntp.drift' \
    >"$BUILD/vm/falseticker-ntp.conf"
"$here/simulate" "$BUILD" falseticker "$here/guest-falseticker.sh" \
    "$BUILD/vm/falseticker-ntp.conf:ntp.conf" -- WRONG=-37 PPM=-100

must 'stepped, s' "$(stepped falseticker)" '<' 15
must 'worst from 150 to 300 s, ms' "$(worst falseticker 150 300)" '<' 2
later=$(awk '$1 == "later" { e = $3 < 0 ? -$3 : $3; if (e > max) max = e; n++ }
	END { if (n) printf "%.4f\n", max * 1e3; else print "none" }' \
    "$BUILD/vm/falseticker.log")
must 'worst of the 25 minutes after, ms' "$later" '<' 1
must_say 'ends well' falseticker '^status 0$'
verdict falseticker
