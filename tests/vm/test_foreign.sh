#!/bin/sh
# Somebody sets the clock of a synchronised daemon 20 s ahead: one line says so
# (and none where it was our own step), everything is measured anew in a burst,
# and after the stepout time the clock is right again.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/figures.sh"
prepare

printf '%s\n' 'server 192.0.2.11 iburst' >"$BUILD/vm/foreign-ntp.conf"
"$here/simulate" "$BUILD" foreign "$here/guest-foreign.sh" \
    "$BUILD/vm/foreign-ntp.conf:ntp.conf" -- AHEAD=20

# count PATTERN: lines of the log
count() {
	grep -Ec "$1" "$BUILD/vm/foreign.log" || :
}

samples() {
	awk -v when="$1" '$1 == when && NF == 2 { print $2 }' \
	    "$BUILD/vm/foreign.log"
}

must 'lines of net that the clock was set' \
    "$(count '^log: net: somebody else set the clock, by \+19\.')" '=' 1
must 'lines of net about a set clock at all' \
    "$(count '^log: net: somebody else')" '=' 1
must_say 'clockctl saw it itself' foreign \
    'parent: clock was set by another program.*'
must 'samples within 20 s of it' \
    $(($(samples after) - $(samples before))) '>' 3
must 'worst from 450 s on, ms' "$(worst foreign 450 1800)" '<' 1
verdict foreign
