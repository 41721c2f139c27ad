#!/bin/sh
# The others take time from our daemon: ntpdig, ntpdate, chronyd -Q, ntpsec's
# ntpd, openntpd, a request of Windows XP's shape; and what must not be
# answered is not.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/../netlab.sh"
. "$(dirname "$0")/daemons.sh"

accounts 'ntpd:x:64200:64200::/run/openntpd:/bin/false'
hosts 3
if [ "${UNDER_TEST:-ours}" = chrony ]; then	# to try the test itself
	printf '%s\n' 'local stratum 6' allow 'cmdport 0' >"$work/ours.conf"
	"$peers/chrony/usr/sbin/chronyd" -x -d -u root -f "$work/ours.conf" \
	    >"$work/ours.log" 2>&1 &
	started=$!
else
	ours_on 0 ours 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 5'
fi
server=$started
must 'serves its local clock one stratum further down' \
    wait_until 60 asked ask 127.0.0.1 --stratum 6 --leap 0 --offset 0

# the kernel gives such requests the index of the outer interface
must 'asked by its own host at an outer address' \
    asked ask 10.9.0.1 --stratum 6 --leap 0 --offset 0
must 'the same, IPv6' asked ask fd09::1 --stratum 6 --leap 0 --offset 0

# from_1 ARGUMENT...: the first host asks
from_1() {
	on 1 python3 "$here/ask.py" "$@" >>"$work/from-1.log" 2>&1
}
for version in 1 2 3 4; do
	must "version $version" wait_until 10 from_1 10.9.0.1 --version $version \
	    --stratum 6 --offset 0
done
must 'IPv6' wait_until 10 from_1 fd09::1 --stratum 6 --offset 0
must 'as Windows XP asks' wait_until 10 from_1 10.9.0.1 --mode 1 \
    --version 3 --from-ntp-port --stratum 6 --leap 0 --offset 0
for mode in 2 4 5 7; do
	must "mode $mode is not answered" from_1 10.9.0.1 --mode $mode \
	    --no-answer
done
for version in 0 5 6 7; do
	must "version $version is not answered" from_1 10.9.0.1 \
	    --version $version --no-answer
done

# dug NAME COMMAND...: a small offset and the stratum, in ntpdig's words
dug() {
	log=$1
	shift
	"$@" >"$work/$log.log" 2>&1
	grep -E '[-+]0\.00[0-9]+ \+/- [0-9.]+ .* s6 ' "$work/$log.log"
}
must 'ntpdig' dug ntpdig ntpsec_run ntpdig 10.9.0.1
must 'ntpdig, IPv6' dug ntpdig-ipv6 ntpsec_run ntpdig fd09::1
must 'ntpdate' dug ntpdate ntpsec_run ntpdate -q 10.9.0.1

mkdir "$work/stats"
ntpsec_on 2 ntpsec-client 'server 10.9.0.1 iburst minpoll 3 maxpoll 3' \
    "statsdir $work/stats/" 'statistics peerstats' \
    'filegen peerstats file peerstats type none enable'
openntpd_on 3 openntpd-client 'server 10.9.0.1'

on 1 "$peers/chrony/usr/sbin/chronyd" -Q -u root -t 30 \
    'server 10.9.0.1 iburst' >"$work/chronyd-client.log" 2>&1 || :
must 'chronyd -Q' logged chronyd-client.log \
    'System clock wrong by -?0\.00[0-9]+ seconds'

# What ntpsec records of its association: status word with the selection 6
# (system peer) in its lower bits, offset.
recorded() {
	awk '$3 == "10.9.0.1" && substr($4, 2, 1) ~ /[6e]/ &&
	    $5 > -0.001 && $5 < 0.001 { print; found = 1; exit }
	    END { exit !found }' "$work/stats/peerstats"
}
must "ntpsec's ntpd follows it" wait_until 240 asked ask 10.9.0.12 \
    --stratum 7 --leap 0 --refid 10.9.0.1
must "ntpsec's ntpd records it as its peer" wait_until 30 recorded
must 'openntpd takes it' wait_until 90 logged openntpd-client.log \
    'reply from 10\.9\.0\.1: offset -?0\.00[0-9]+'
must 'openntpd finds it valid' wait_until 90 logged openntpd-client.log \
    'peer 10\.9\.0\.1 now valid'

stop "$server" TERM
must "ends with status 0, was $status" [ "$status" -eq 0 ]
verdict
