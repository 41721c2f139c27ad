#!/bin/sh
# --unprivileged: a plain user can run all of it without a right of any kind;
# then what needs root is left out (ids, roots), and the rest of the walls
# stands. Root is refused.
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

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
. "$here/../expect.sh"

# each KEY VALUE: all roles have a line with that key, and all say VALUE
each() {
	[ "$(awk -v key="$1" '$2 == key { print $1 }' "$work/facts" | sort -u |
	    wc -l)" -eq 6 ] &&
	    [ "$(awk -v key="$1" '$2 == key { print $3 }' "$work/facts" |
	    sort -u)" = "$2" ]
}

ip link set lo up
mount -t tmpfs none /run
echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
echo 'server 127.0.0.2' >"$work/ntp.conf"
# the build may be where only root can look
cp "$BUILD/parent/ntpd" "$BUILD/net/ntpd-net" "$work"
cp "$BUILD/clockctl/ntpd-clockctl" "$BUILD/clockctl/ntpd-observe" "$work"
cp "$BUILD/net/serve/ntpd-serve" "$BUILD/net/resolver/ntpd-resolver" "$work"

status=0
"$work/ntpd" -n --observe --unprivileged -c "$work/ntp.conf" </dev/null \
    >"$work/log" 2>&1 || status=$?
must 'root is refused' [ $status -eq 1 ]
must 'and told so' grep -q -e '--unprivileged is not for root' "$work/log"

setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
    --bounding-set=-all "$work/ntpd" -n --observe --unprivileged \
    -c "$work/ntp.conf" </dev/null >"$work/log" 2>&1 &
daemon=$!
must 'it starts' wait_until 10 grep -q ' is ready' "$work/log"
sh "$here/walls.sh" facts $daemon >"$work/facts"
must 'one user' each Uid 65534
must 'no new privileges' each NoNewPrivs 1
must 'a filter each' each Seccomp 2
for set in Inh Prm Eff Bnd Amb; do
	must "no capabilities: $set" each Cap$set 0000000000000000
done
must 'no core' each core-file-size 0
must 'nothing is forked' [ "$(awk '$2 == "processes" { print $3 }' \
    "$work/facts" | sort -u)" = 0 ]
kill -TERM $daemon
status=0
wait $daemon || status=$?
must 'it ends well' [ $status -eq 0 ]
[ $failures -eq 0 ] || cat "$work/log" "$work/facts"
[ $failures -eq 0 ]
