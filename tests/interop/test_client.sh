#!/bin/sh
# Our daemon in observe mode as the client of Debian's chronyd and of ntpsec's
# ntpd, over IPv4 and IPv6: it takes their time, serves it one stratum further
# down, and a server whose own clock is 0.3 s wrong is measured as just that.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/../netlab.sh"
. "$(dirname "$0")/daemons.sh"

hosts 9
chronyd_on 1 chrony 'local stratum 5'
truetime_on 2 wrong offset=0.3 stratum=3
ntpsec_on 3 ntpsec 'server 10.9.0.11 iburst minpoll 3 maxpoll 3'
chronyd_on 4 chrony-wrong 'server 10.9.0.12 iburst minpoll 2 maxpoll 2'
must 'chronyd serves' wait_until 60 asked ask 10.9.0.11 --stratum 5
must 'the wrong server serves' wait_until 60 asked ask 10.9.0.12 --stratum 3
must 'ntpsec serves' wait_until 120 asked ask 10.9.0.13 --stratum 6 --leap 0
must 'the chronyd that follows the wrong one serves' \
    wait_until 60 asked ask 10.9.0.14 --stratum 4 --offset 0.3

# measured NAME ADDRESS OFFSET: what it found when it took the server as its own,
# against a clock not yet corrected, is that to 1 ms
measured() {
	awk -v address="$2," -v want="$3" '
		$2 == "synchronised" && $4 == address && value == "" {
			value = $(NF - 1)
		}
		END {
			d = value - want
			if (d < 0) d = -d
			print "measured", value == "" ? "nothing" : value, "s"
			exit !(value != "" && d <= 0.001)
		}' "$work/$1.log"
}

# client HOST NAME ADDRESS: one of ours, each on a host of its own
client() {
	ours_on "$1" "$2" "server $3 iburst"
	eval "pid_$1=$started"
}

# figures HOST NAME ADDRESS STRATUM OFFSET
figures() {
	must "$2: stratum $4, offset $5 s" wait_until 150 synchronised "$@"
	must "$2: measured to 1 ms" measured "$2" "$3" "$5"
	eval "stop \$pid_$1 TERM"
	must "$2: ends with status 0, was $status" [ "$status" -eq 0 ]
}

synchronised() {
	on "$1" python3 "$here/ask.py" 127.0.0.1 --stratum "$4" --leap 0 \
	    --offset "$5" >>"$work/$2-answers.log" 2>&1
}

client 5 of-chrony 10.9.0.11
client 6 of-chrony-ipv6 fd09::11
client 7 of-ntpsec 10.9.0.13
client 8 of-wrong 10.9.0.12
client 9 of-chrony-wrong 10.9.0.14
figures 5 of-chrony 10.9.0.11 6 0
figures 6 of-chrony-ipv6 fd09::11 6 0
figures 7 of-ntpsec 10.9.0.13 7 0
figures 8 of-wrong 10.9.0.12 4 0.3
figures 9 of-chrony-wrong 10.9.0.14 5 0.3
verdict
