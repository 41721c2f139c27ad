# Four servers of one name, the last of them 0.8 s off (test_falseticker).
. /guest.sh
servers 'delay=10 jitter=0.5' 'delay=20 jitter=1' 'delay=40 jitter=2' \
    'delay=4 jitter=0.1 offset=0.8'
daemon -g -c /ntp.conf
truetime error every=1 count=300
truetime error every=5 count=300 | sed 's/^error/later/'
truetime kernel
kill "$daemon"
wait "$daemon"
echo "status $?"
show_log
