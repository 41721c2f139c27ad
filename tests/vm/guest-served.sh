# Requests queued while the clock is set (test_served).
. /guest.sh
daemon -c /ntp.conf
sleep 8
stepped "$(pid_of ntpd-serve)" 37000 -37000 200 -200 3600000
kill "$daemon"
wait "$daemon"
show_log
