#!/bin/sh
# Our daemon in observe mode as the client of Debian's chronyd and of ntpsec's
# ntpd, over IPv4 and IPv6: it takes their time, serves it one stratum further
# down, and a server whose own clock is 0.3 s wrong is measured as just that.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/../netlab.sh"
. "$(dirname "$0")/daemons.sh"

hosts 4
chronyd_on 1 chrony 'local stratum 5'
truetime_on 2 wrong offset=0.3 stratum=3
ntpsec_on 3 ntpsec 'server 10.9.0.11 iburst minpoll 3 maxpoll 3'
chronyd_on 4 chrony-wrong 'server 10.9.0.12 iburst minpoll 2 maxpoll 2' \
    'makestep 0.01 -1'
must 'chronyd serves' wait_until 60 asked ask 10.9.0.11 --stratum 5
must 'the wrong server serves' wait_until 60 asked ask 10.9.0.12 --stratum 3
must 'ntpsec serves' wait_until 120 asked ask 10.9.0.13 --stratum 6 --leap 0
must 'the chronyd that follows the wrong one serves' \
    wait_until 60 asked ask 10.9.0.14 --stratum 4 --offset 0.3

# measured NAME ADDRESS OFFSET: the last offset that the log has for it, which
# must be that to 1 ms
measured() {
	awk -v address="$2" -v want="$3" '
		$1 == "net:" && $2 == address && $3 == "offset" { value = $4 }
		END {
			d = value - want
			if (d < 0) d = -d
			print "measured", value == "" ? "nothing" : value
			exit !(value != "" && d <= 0.001)
		}' "$work/$1.log"
}

# client NAME ADDRESS STRATUM OFFSET
client() {
	ours "$1" "server $2 iburst" 'restrict default'
	must "$1: stratum $3, offset $4 s" \
	    wait_until 60 asked "$1-answers" 127.0.0.1 --stratum "$3" --leap 0 \
	    --offset "$4" --within 0.001
	must "$1: measured to 1 ms" measured "$1" "$2" "$4"
	stop "$started" TERM
	must "$1: ends with status 0, was $status" [ "$status" -eq 0 ]
}

client of-chrony 10.9.0.11 6 0
client of-chrony-ipv6 fd09::11 6 0
client of-ntpsec 10.9.0.13 7 0
client of-wrong 10.9.0.12 4 0.3
client of-chrony-wrong 10.9.0.14 5 0.3
verdict
