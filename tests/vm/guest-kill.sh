# kill -9 of ROLE in the middle of a slew (test_kill). The clock is put 80 ms
# beside the truth, which is slewed; the kernel is looked at just before, and
# for a minute after the kill; then its rate is measured while nobody touches
# it, or while the daemon goes on.
. /guest.sh
servers 'delay=10 jitter=0.5'
echo "$DRIFT" >/var/lib/ntp/ntp.drift
truetime set error=0.08
daemon -c /ntp.conf
truetime error every=1 count="$BEFORE" | sed 's/^/before /'
old=$(pid_of "$ROLE")
truetime kernel | sed 's/^/before /'
kill -9 "$old"
truetime error every=1 count=60 | sed 's/^/after /'
if [ "$ROLE" = ntpd ] || [ "$ROLE" = ntpd-clockctl ]; then
	for role in ntpd ntpd-net ntpd-serve ntpd-resolver ntpd-clockctl; do
		pid_of $role >/dev/null && echo "left $role"
	done
	wait "$daemon"
	echo "status $?"
	truetime kernel
	truetime slope 600
else
	new=$(pid_of "$ROLE") && [ "$new" != "$old" ] && echo "restarted $ROLE"
	truetime error every=1 count=600
	for role in ntpd ntpd-net ntpd-serve ntpd-resolver ntpd-clockctl; do
		pid_of $role >/dev/null && echo "running $role"
	done
	truetime kernel
fi
show_log
