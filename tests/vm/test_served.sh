#!/bin/sh
# The clock is set while requests wait for serve: none of them is answered, for
# its times would be of two clocks; what is asked after it is, and rightly.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/figures.sh"
prepare

printf '%s\n' 'server 127.127.1.0' >"$BUILD/vm/served-ntp.conf"
"$here/simulate" "$BUILD" served "$here/guest-served.sh" \
    "$BUILD/vm/served-ntp.conf:ntp.conf" "$BUILD/tests/vm/stepped:bin/stepped"

# figure STEP COLUMN
figure() {
	awk -v step="$1" -v column="$2" '$1 == "step" && $2 == step {
		print $column; found = 1 } END { if (!found) print "none" }' \
	    "$BUILD/vm/served.log"
}

must 'answers without a step' "$(figure 0 6)" '=' 1
for step in 37000 -37000 200 -200 3600000; do
	must "answers across a step of $step ms" "$(figure "$step" 4)" '=' 0
	must "answers after it" "$(figure "$step" 6)" '=' 2
	must "receive times off by, ms" "$(figure "$step" 8)" '<' 100
done
must_say 'counted' served 'log: serve: answered 11, dropped 200: step 200'
verdict served
