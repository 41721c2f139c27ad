# 2000 s wrong without -g, then a restart with it (test_hold).
. /guest.sh
servers 'delay=10 jitter=0.5'
truetime kernel
daemon -c /ntp.conf
truetime error every=5 count=120
kill -0 "$daemon" && echo 'alive'
truetime kernel | sed 's/^/held /'
kill "$daemon"
wait "$daemon"
echo "status $?"
daemon -g -c /ntp.conf
truetime error every=1 count=30 | sed 's/^error/again/'
show_log
