# A daemon whose clockctl dies again and again under a supervisor that starts
# it again with -g each time (test_crashloop), while the clock is put wrong.
. /guest.sh
servers 'delay=10 jitter=0.5'

supervise() {
	while [ ! -e /stop ]; do
		ntpd -n -g -c /ntp.conf >>/log 2>&1
		echo "supervisor: ended with $?" >>/log
		sleep 1
	done
}

crash() {
	kill -9 "$(pid_of ntpd-clockctl)"
	sleep 2
	wait_until 20 pid_of ntpd-clockctl >/dev/null
}

# now LABEL: the error of the clock at this moment
now() {
	truetime error every=1 count=1 | sed "s/^error/$1/"
}

supervise &
supervisor=$!
sleep 30
now first

# 2000 s is more than the panic threshold: -g allows that once in a boot
truetime set error=2000
for round in 1 2 3 4 5; do
	crash
	sleep 60
	now panic
done

# 400 s is less, but in 24 hours the steps add up to that threshold at most
for round in 1 2 3 4; do
	truetime set error=400
	crash
	sleep 1500
	now day
done
touch /stop
kill "$(pid_of ntpd)"
wait $supervisor
show_log 200
