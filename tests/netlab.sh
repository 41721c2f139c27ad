# Sourced by tests that need a network of their own, after safety.sh. The test
# runs again inside fresh namespaces: network (loopback only), mounts, pids; so
# ports are free, accounts and /run can be the test's own, and whatever it
# leaves behind ends with it. Needs root, not CAP_SYS_TIME.

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

if [ "${TIMEBALL_NETLAB:-}" != inside ]; then
	TIMEBALL_NETLAB=inside
	BUILD=$(cd "${BUILD:-$root/build}" && pwd)
	export TIMEBALL_NETLAB BUILD
	"$root/tests/peers" "$BUILD"
	exec unshare --net --mount --pid --fork --kill-child --mount-proc \
	    sh "$0" "$@"
fi

peers=$BUILD/peers
name=$(basename "$0" .sh)
work=$BUILD/lab/$name
. "$root/tests/expect.sh"

rm -rf "$work"
mkdir -p "$work"
mount -t tmpfs none /run
mkdir -p /run/lock
ip link set lo up

# accounts LINE...: more lines for /etc/passwd, here only
accounts() {
	cp /etc/passwd "$work/passwd"
	cp /etc/group "$work/group"
	printf '%s\n' "$@" >>"$work/passwd"
	for line; do
		echo "$line" | awk -F: '{ print $1 ":x:" $4 ":" }'
	done >>"$work/group"
	mount --bind "$work/passwd" /etc/passwd
	mount --bind "$work/group" /etc/group
}

# hosts N: this end is 10.9.0.1; N other hosts, 10.9.0.11 up (fd09::11), each a
# namespace; on I COMMAND... runs in the I-th (1 is 10.9.0.11), on 0 here
host_0=self
hosts() {
	ip link add lab type bridge
	ip link set lab up
	ip addr add 10.9.0.1/24 dev lab
	ip -6 addr add fd09::1/64 dev lab nodad
	for i in $(seq "$1"); do
		unshare --net sleep infinity &
		eval "host_$i=$!"
		wait_until 5 own_namespace $!
		ip link add "to$i" type veth peer name eth0 netns $!
		ip link set "to$i" master lab up
		on "$i" ip link set lo up
		on "$i" ip addr add 10.9.0.$((i + 10))/24 dev eth0
		on "$i" ip -6 addr add fd09::$((i + 10))/64 dev eth0 nodad
		on "$i" ip link set eth0 up
	done
}

own_namespace() {
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

on() {
	network=$(network_of "$1")
	shift
	nsenter --net="$network" "$@"
}

# What nsenter --net wants; for a command in the background, whose pid matters.
network_of() {
	eval "echo /proc/\$host_$1/ns/net"
}

logged() {
	grep -Eq "$2" "$work/$1"
}

# verdict: ends the test; the logs where something was missed
verdict() {
	[ $failures -eq 0 ] && exit 0
	for log in "$work"/*.log; do
		echo "--- ${log##*/}"
		tail -n 30 "$log"
	done
	exit 1
}
