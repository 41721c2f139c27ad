#!/bin/sh
# A crash loop re-grants nothing: what -g allows once in a boot, and the sum of
# the steps of a day, are spent for good, however often clockctl is killed and
# a supervisor starts all of it again.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/figures.sh"
prepare

printf '%s\n' 'server 192.0.2.11 iburst minpoll 4 maxpoll 6' \
    >"$BUILD/vm/crashloop-ntp.conf"
"$here/simulate" "$BUILD" crashloop "$here/guest-crashloop.sh" \
    "$BUILD/vm/crashloop-ntp.conf:ntp.conf" -- WRONG=-2000

# error LABEL N: the N-th with that label, in s
error() {
	awk -v label="$1" -v n="$2" '$1 == label && ++seen == n { print $3 }' \
	    "$BUILD/vm/crashloop.log"
}

# near TEXT LABEL N SECONDS: within 0.5 s
near() {
	must "$1" "$(error "$2" "$3" |
	    awk -v s="$4" '{ d = $1 - s; print d < 0 ? -d : d }')" '<' 0.5
}

near 'the first step is allowed: beside 0, s' first 1 0
for round in 1 2 3 4 5; do
	near "2000 s wrong, crash $round: beside 2000, s" panic $round 2000
done
near 'two steps of 400 s are allowed: beside 0, s' day 1 0
near 'two steps of 400 s are allowed: beside 0, s' day 2 0
near 'and no third: beside 400, s' day 3 400
near 'and no third: beside 400, s' day 4 400
must 'crashes seen by the supervisor' "$(grep -c \
    '^log: supervisor: ended with [1-9]' "$BUILD/vm/crashloop.log")" '=' 9
verdict crashloop
