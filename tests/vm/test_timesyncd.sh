#!/bin/sh
# Debian's systemd-timesyncd takes time from our server and sets the clock by
# it. It runs without the rest of systemd, with its real rights.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/figures.sh"
prepare

root=$BUILD/peers/timesyncd
mkdir -p "$BUILD/vm"
printf '%s\n' 'server 192.0.2.11 iburst' 'interface ignore all' \
    'interface listen 192.0.2.50' >"$BUILD/vm/timesyncd-ntp.conf"
printf '%s\n' '[Time]' 'NTP=192.0.2.50' >"$BUILD/vm/timesyncd.conf"
{
	cat "$here/etc/passwd"
	echo 'systemd-timesync:x:205:205::/:/bin/false'
} >"$BUILD/vm/timesyncd-passwd"
{
	cat "$here/etc/group"
	echo 'systemd-timesync:x:205:'
} >"$BUILD/vm/timesyncd-group"

program=$root/lib/systemd/systemd-timesyncd
libraries=$(LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu/systemd:$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu \
    ldd "$program")
if echo "$libraries" | grep 'not found'; then
	exit 1
fi
files=
for library in $(echo "$libraries" | grep -o '/[^ )]*'); do
	files="$files $library:${library#"$root"}"
done
"$here/simulate" "$BUILD" timesyncd "$here/guest-timesyncd.sh" $files \
    "$program:lib/systemd/systemd-timesyncd" \
    "$BUILD/vm/timesyncd.conf:etc/systemd/timesyncd.conf" \
    "$BUILD/vm/timesyncd-passwd:etc/passwd" \
    "$BUILD/vm/timesyncd-group:etc/group" \
    "$BUILD/vm/timesyncd-ntp.conf:ntp.conf" -- WRONG=-37 PPM=20

must_say 'wrong before' timesyncd '^before error 0\.0 -36\.[0-9]+'
must_say 'it contacted ours' timesyncd \
    'timesyncd: .*Contacted time server 192\.0\.2\.50:123'
must_say 'it still runs' timesyncd '^timesyncd runs$'
must 'worst from 15 s on, ms' "$(worst timesyncd 15 300)" '<' 50
verdict timesyncd
