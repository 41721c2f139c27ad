# Sourced by the guest part of a test (/test.sh in the guest). The daemon is at
# 192.0.2.1; the servers are on the other side of a virtual Ethernet in a
# namespace of their own, from 192.0.2.11 (and 2001:db8::11) up, all of one
# kernel. EPOCH and PPM are truth's (truetime.c).

# servers WORDS...: one server an argument, of truetime's words, eg
#	servers 'delay=10 jitter=0.5' 'delay=10 jitter=0.5 offset=0.3'
servers() {
	mkfifo /run/go
	unshare -n sh -c '
		no_dad() {
			echo 0 >/proc/sys/net/ipv6/conf/$1/accept_dad
		}
		read -r go </run/go
		ip link set lo up
		no_dad far
		ip link set far up
		n=11
		for words; do
			ip addr add 192.0.2.$n/24 dev far
			ip -6 addr add 2001:db8::$n/64 dev far
			truetime serve 192.0.2.$n seed=$n $words &
			truetime serve 2001:db8::$n seed=$((n + 100)) $words &
			n=$((n + 1))
		done
		wait' sh "$@" &
	far=$!
	no_dad() {
		echo 0 >/proc/sys/net/ipv6/conf/$1/accept_dad
	}
	ip link add near type veth
	ip link set veth0 name far
	sleep 1
	ip link set far netns $far
	ip addr add 192.0.2.1/24 dev near
	no_dad near
	ip link set near up
	ip -6 addr add 2001:db8::1/64 dev near
	echo >/run/go
	sleep 2
}

# daemon ARGUMENTS...: ours, in the background, its log in /log
daemon() {
	ntpd -n "$@" >>/log 2>&1 &
	daemon=$!
}

chrony() {
	{
		cat /chrony.conf
		echo 'port 0'
		echo 'cmdport 0'
		echo 'pidfile /run/chronyd.pid'
	} >/run/chrony.conf
	chronyd -d -u root -f /run/chrony.conf >>/log 2>&1 &
	daemon=$!
}

# pid_of ROLE: the lowest process that runs that program ("ntpd-net", "ntpd")
pid_of() {
	for pid in $(ls /proc | grep '^[0-9]*$' | sort -n); do
		case $(readlink "/proc/$pid/exe") in
		*/"$1") echo "$pid"; return 0 ;;
		esac
	done
	return 1
}

# show_log: what the daemon said, its last lines, each marked
show_log() {
	tail -n "${1:-60}" /log | sed 's/^/log: /'
}
