#!/bin/sh
# packaging/quickstart without a network and without CAP_SYS_TIME: builds,
# says both, serves its local clock, and an INT ends it with status 0. In a
# copy of the tree, so that what it makes is its own; twice, since the second
# run finds the first one's build.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/../netlab.sh"

mkdir "$work/tree"
(cd "$root" && tar -cf - --exclude='./build*' --exclude=./.git .) |
    tar -xf - -C "$work/tree"

asked() {
	python3 "$root/tests/interop/ask.py" 127.0.0.1 "$@" >"$work/ask.log" 2>&1
}

left() {
	ls -l /proc/[0-9]*/exe 2>/dev/null | grep "$work/tree"
}

for run in first second; do
	log=$run.log
	# its own session, as a terminal gives it one
	setsid sh "$work/tree/packaging/quickstart" >"$work/$log" 2>&1 &
	pid=$!
	must "$run: starts" wait_until 300 logged $log ' is ready: '
	must "$run: says that it only observes" \
	    logged $log 'CAP_SYS_TIME.*observing only'
	must "$run: says that there is no network" logged $log 'no network'
	must "$run: answers" wait_until 10 asked --leap 3
	# conf/ntp.conf waits a minute for the network to come
	[ $run = second ] || must "$run: serves its local clock" \
	    wait_until 120 asked --stratum 11 --leap 0
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	must "$run: INT ends it with status 0, was $status" [ $status -eq 0 ]
	must "$run: nothing is left" [ -z "$(left)" ]
done
verdict
