#!/bin/sh
# The walls around each process, without a real clock to set: ntpd --observe in
# namespaces of its own (network, mounts, pids), root without CAP_SYS_TIME. The
# same table is held against the real thing in tests/vm.
. "$(dirname "$0")/../safety.sh"
set -eu

here=$(cd "$(dirname "$0")" && pwd)
BUILD=$(cd "${BUILD:-$here/../../build}" && pwd)
export BUILD
if [ "${TIMEBALL_WALLS:-}" != inside ]; then
	TIMEBALL_WALLS=inside
	export TIMEBALL_WALLS
	exec unshare --net --mount --pid --fork --kill-child --mount-proc \
	    sh "$0" "$@"
fi

. "$here/../expect.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mount -t tmpfs none /run
ip link set lo up
# whatever accounts this machine has: the ids are those compiled in
grep -v '^_ntp' /etc/passwd >"$work/passwd" || :
mount --bind "$work/passwd" /etc/passwd

printf '%s\n' 'server 127.0.0.2 iburst' 'server localhost' >"$work/ntp.conf"
"$BUILD/parent/ntpd" -n --observe -c "$work/ntp.conf" \
    </dev/null >"$work/log" 2>&1 &
daemon=$!
wait_until 10 grep -q ' is ready' "$work/log" || :

status=0
sh "$here/walls.sh" check $daemon "$here/walls.table" observe || status=$?
kill -TERM $daemon || status=3
wait $daemon || status=$?
[ $status -eq 0 ] || cat "$work/log"
exit $status
