# Half an hour to a leap second that the servers announce (test_leap).
. /guest.sh
servers 'delay=10 jitter=0.1 leap=1' 'delay=12 jitter=0.1 leap=1' \
    'delay=14 jitter=0.1 leap=1'
daemon -g -c /ntp.conf
truetime error every=10 count=$(((LEAP_AT - EPOCH - 60) / 10))
truetime kernel | sed 's/^/before /'
truetime error every=1 count=240 | sed 's/^/after /'
truetime kernel | sed 's/^/after /'
truetime error every=10 count=60 | sed 's/^/after /'
truetime kernel | sed 's/^/end /'
kill "$daemon"
wait "$daemon"
show_log
