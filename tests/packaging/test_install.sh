#!/bin/sh
# What `meson install` lays out runs from there, as daemontools would run it,
# and with no more rights than the systemd unit leaves (but SYS_TIME, which no
# test has: `disable ntp`). systemd's own checkers, where they are installed,
# find nothing in the unit and the accounts.
. "$(dirname "$0")/../safety.sh"
set -eu
. "$(dirname "$0")/../netlab.sh"

prefix=/usr/local
meson install -C "$BUILD" --no-rebuild --destdir "$work/dest" \
    >"$work/install.log" 2>&1
cp -a /etc "$work/etc"
printf '%s\n' 'disable ntp' 'server 127.127.1.0' 'interface ignore all' \
    'interface listen 127.0.0.1' >"$work/etc/ntp.conf"
grep -v '^_ntp' /etc/passwd >"$work/etc/passwd" || :
mount --bind "$work/etc" /etc
mkdir -p $prefix
mount --bind "$work/dest$prefix" $prefix
unit=$prefix/lib/systemd/system/timeball.service
accounts=$prefix/lib/sysusers.d/timeball.conf
doc=$prefix/share/doc/timeball

has() {
	command -v "$1" >/dev/null
}

verified() {
	# the manuals are looked up in a database that nobody made here
	complaints=$(systemd-analyze verify "$unit" 2>&1 |
	    grep -v "Command 'man " || :)
	[ -z "$complaints" ] || {
		echo "$complaints" >"$work/verify.log"
		return 1
	}
}

# The unit's list as setpriv wants it, without the one that no test may have.
rights() {
	sed -n 's/^CapabilityBoundingSet=//p' "$unit" | tr '[:upper:]' '[:lower:]' |
	    sed 's/cap_sys_time//; s/cap_/+/g; s/^ *//; s/  */,/g'
}

# runs LOG COMMAND...: is ready, and TERM ends it with status 0
runs() {
	log=$1
	shift
	"$@" >"$work/$log" 2>&1 &
	pid=$!
	must "$log: is ready" wait_until 20 logged "$log" ' is ready: '
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	must "$log: TERM ends it with status 0, was $status" [ $status -eq 0 ]
}

for file in share/man/man8/ntpd.8 share/man/man5/ntp.conf.5; do
	must "has $file" [ -s $prefix/$file ]
done
must 'the example is a good file' \
    $prefix/sbin/ntpd --check -c $doc/ntp.conf
must 'what was not given a value is left in no file' \
    [ -z "$(grep -lr '@[A-Z]' $unit $accounts)" ]

runs daemontools.log sh -c "cd $doc/daemontools && exec ./run"
command=$(sed -n 's/^ExecStart=//p' $unit)
runs unit.log setpriv --bounding-set="-all,$(rights)" \
    --inh-caps=-all $command

if has systemd-analyze; then
	must 'the unit is good' verified
fi
if has systemd-sysusers; then
	mkdir -p "$work/machine/etc"
	must 'the accounts can be made' systemd-sysusers \
	    --root="$work/machine" $accounts
	must 'four of them, each with a number of its own' [ 4 -eq "$(awk -F: \
	    '/^_ntp/ { print $3 }' "$work/machine/etc/passwd" | sort -u |
	    wc -l)" ]
fi
verdict
