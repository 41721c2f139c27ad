# A start from nothing (test_start): CLIENT is "daemon" or "chrony". The table
# is one a second for the start, then one each 5 s.
. /guest.sh
servers 'delay=10 jitter=0.5'
[ "$CLIENT" = chrony ] && chrony || daemon -g -c /ntp.conf
truetime error every=1 count="${SECONDS_1:-200}"
[ "${SECONDS_5:-0}" = 0 ] || truetime error every=5 count="$SECONDS_5" |
    while read -r word t rest; do
	echo "$word $(echo "$t" | awk -v s="$SECONDS_1" '{ print $1 + s }') $rest"
done
truetime kernel
kill "$daemon"
wait "$daemon"
echo "status $?"
truetime kernel
[ ! -e /var/lib/ntp/ntp.drift ] || sed 's/^/drift /' /var/lib/ntp/ntp.drift
show_log 80
