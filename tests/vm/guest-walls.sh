# What each process may do, in the guest, where it is really root and there is
# a real clock to set (test_walls): once it is ready, and again after each
# role that can be replaced has been.
. /guest.sh
servers 'delay=10 jitter=0.5'
daemon -g -c /ntp.conf
wait_until 20 grep -q ' is ready' /log
sh /walls.sh check "$daemon" /walls.table real
echo "walls $?"
for role in ntpd-net ntpd-serve ntpd-resolver; do
	old=$(pid_of $role)
	kill -9 "$old"
	sleep 5
	[ "$(pid_of $role)" != "$old" ] && echo "replaced $role"
done
sh /walls.sh check "$daemon" /walls.table real
echo "walls after $?"
kill "$daemon"
wait "$daemon"
echo "status $?"
show_log
