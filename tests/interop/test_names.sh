#!/bin/sh
# Names in ntp.conf: looked up over real DNS from the resolver's sandbox, IPv4
# and IPv6; start-up waits for none of them; names that nobody answers for do
# not keep others waiting; a name that comes to be is found.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/../netlab.sh"
. "$(dirname "$0")/daemons.sh"

hosts 5
for i in 1 2 3; do
	truetime_on $i "server$i"
done
nsenter --net="$(network_of 3)" "$BUILD/tests/vm/truetime" \
    serve fd09::13 real=1 >"$work/server6.log" 2>&1 &

cat >"$work/table" <<-END
	pool.test 10.9.0.11 10.9.0.12 10.9.0.11
	six.test fd09::13
	silent1.test silent
	silent2.test silent
	silent3.test silent
	empty.test
END
on 4 python3 "$here/nameserver.py" 10.9.0.14 "$work/table" \
    >"$work/nameserver.log" 2>&1 &
must 'the name server is there' wait_until 10 logged nameserver.log '^ready'
echo 'nameserver 10.9.0.14' >"$work/resolv.conf"
mount --bind "$work/resolv.conf" /etc/resolv.conf

ours_on 5 ours 'server silent1.test iburst' 'server silent2.test iburst' \
    'server silent3.test iburst' 'server late.test iburst' \
    'server empty.test iburst' 'pool pool.test iburst' \
    'server six.test iburst'

# before NAME FIRST SECOND: a line of the one is there before any of the other
before() {
	awk -v first="$2" -v second="$3" '
		$0 ~ first && !found { found = NR }
		$0 ~ second && found { ok = 1 }
		$0 ~ second && !found { exit 1 }
		END { exit !ok }' "$work/$1"
}

must 'both members of the pool answer' \
    wait_until 60 logged ours.log 'net: 10\.9\.0\.11: answers'
must 'the other member' \
    wait_until 60 logged ours.log 'net: 10\.9\.0\.12: answers'
must 'a name with an IPv6 address alone' \
    wait_until 60 logged ours.log 'net: fd09::13: answers'
must 'a name without addresses is told' \
    wait_until 60 logged ours.log 'net: empty\.test: name has no address'
must 'a name that does not exist is told' \
    wait_until 60 logged ours.log 'net: late\.test: name has no address'
must 'a name that nobody answers for is told' \
    wait_until 60 logged ours.log 'net: silent1\.test: name cannot be resolved'
must 'start-up did not wait for it' \
    before ours.log 'is ready' 'silent1.test: name cannot'
must 'nor did the others' \
    before ours.log 'fd09::13: answers' 'silent1.test: name cannot'
must 'an address twice in an answer is one association' \
    [ "$(grep -c 'net: 10.9.0.11: association started' "$work/ours.log")" = 1 ]

echo 'late.test 10.9.0.13' >>"$work/table"
must 'a name that comes to be is found' \
    wait_until 120 logged ours.log 'net: 10\.9\.0\.13: answers'
stop $started TERM
must "ends with status 0, was $status" [ "$status" -eq 0 ]
verdict
