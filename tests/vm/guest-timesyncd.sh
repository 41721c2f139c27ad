# systemd-timesyncd, started by hand, follows our daemon (test_timesyncd). Ours
# is on the far side, in observe mode, and follows truetime there; its time is
# right although the kernel's, which both read, is 37 s wrong.
. /guest.sh
servers 'delay=1 jitter=0.05'
nsenter -t "$far" -n ip addr add 192.0.2.50/24 dev far
nsenter -t "$far" -n ntpd -n -g --observe -c /ntp.conf >>/log 2>&1 &
sleep "${HEAD_START:-150}"
truetime error count=1 | sed 's/^/before /'

mkdir -p /run/systemd/timesync /var/lib/systemd/timesync
chown 205:205 /run/systemd/timesync /var/lib/systemd/timesync
SYSTEMD_LOG_TARGET=console SYSTEMD_LOG_LEVEL=debug \
    /lib/systemd/systemd-timesyncd >>/timesyncd.log 2>&1 &
timesyncd=$!
truetime error every=5 count=60
kill -0 $timesyncd && echo 'timesyncd runs'
kill $timesyncd
grep -E 'Contacted|Initial|adjust|status|offset' /timesyncd.log | sed 's/^/timesyncd: /'
show_log
