#!/bin/sh
# The clock is 37 s and 200 ppm wrong at the start with -g, one server on a
# path of 10 ms with 0.5 ms of jitter: stepped within 15 s, within 1 ms from
# 150 s on, within 0.5 ms (RMS) over the hour that follows; chrony stands
# beside it. Then a second boot with the drift file: within 1 ms after 20 s.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/figures.sh"
prepare

printf '%s\n' 'server 192.0.2.11 iburst' 'driftfile /var/lib/ntp/ntp.drift' \
    >"$BUILD/vm/start-ntp.conf"
printf '%s\n' 'server 192.0.2.11 iburst' 'driftfile /var/lib/ntp/drift' \
    'makestep 1.0 3' >"$BUILD/vm/start-chrony.conf"

boot() {
	name=$1
	shift
	"$here/simulate" "$BUILD" "$name" "$here/guest-start.sh" \
	    "$BUILD/vm/start-ntp.conf:ntp.conf" \
	    "$BUILD/vm/start-chrony.conf:chrony.conf" "$@"
}

boot start-chrony -- CLIENT=chrony WRONG=-37 PPM=200 SECONDS_1=200 \
    SECONDS_5=720 & chrony=$!
boot start -- CLIENT=daemon WRONG=-37 PPM=200 SECONDS_1=200 SECONDS_5=720 ||
    failures=1
wait $chrony

sed -n 's/^drift //p' "$BUILD/vm/start.log" >"$BUILD/vm/start.drift"
boot start-again "$BUILD/vm/start.drift:var/lib/ntp/ntp.drift" -- \
    CLIENT=daemon WRONG=-37 PPM=200 SECONDS_1=200 || failures=1

echo "error in ms            ours       chrony   ours, with drift file"
for t in 5 10 20 40 60 90 120 150 300 600 1200 1800 2400 3000 3600; do
	printf '%7s s %16s %12s %12s\n' $t "$(at start $t)" \
	    "$(at start-chrony $t)" "$(at start-again $t)"
done
printf '%s %12s %12s\n' 'RMS 150-3750 s' "$(rms start 150 3750)" \
    "$(rms start-chrony 150 3750)"
printf '%s %11s %12s\n' 'worst 150-3750 s' "$(worst start 150 3750)" \
    "$(worst start-chrony 150 3750)"

must 'stepped, s' "$(stepped start)" '<' 15
must 'worst from 150 s on, ms' "$(worst start 150 3790)" '<' 1
must 'RMS over the hour, ms' "$(rms start 150 3750)" '<' 0.5
must 'second start, stepped, s' "$(stepped start-again)" '<' 15
must 'second start, worst from 20 s on, ms' "$(worst start-again 20 199)" \
    '<' 1
verdict start start-again
