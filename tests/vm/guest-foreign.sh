# Somebody else sets the clock of a synchronised daemon (test_foreign).
. /guest.sh
servers 'delay=10 jitter=0.5'
daemon -d -g -c /ntp.conf
sleep 400
echo "before $(grep -c ' offset ' /log)"
date -s "@$(($(date +%s) + AHEAD))" >/dev/null
sleep 20
echo "after $(grep -c ' offset ' /log)"
truetime error every=10 count=180
kill "$daemon"
wait "$daemon"
show_log 200
