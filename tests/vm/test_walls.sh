#!/bin/sh
# The walls around each process with all that root has, and with CAP_SYS_TIME:
# the table of tests/walls. It holds after every replaceable process has been
# killed and replaced, too.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/figures.sh"
prepare

printf '%s\n' 'server 192.0.2.11 iburst' >"$BUILD/vm/walls-ntp.conf"
"$here/simulate" "$BUILD" walls "$here/guest-walls.sh" \
    "$here/../walls/walls.sh:walls.sh" \
    "$here/../walls/walls.table:walls.table" \
    "$BUILD/vm/walls-ntp.conf:ntp.conf" -- WRONG=-37

must_say 'as the table says' walls '^walls 0$'
for role in ntpd-net ntpd-serve ntpd-resolver; do
	must_say 'killed, and there again' walls "^replaced $role\$"
done
must_say 'and still as the table says' walls '^walls after 0$'
must_say 'ended well' walls '^status 0$'
verdict walls
