# Sourced by the tests of this directory, after netlab.sh: starts daemons in
# the lab. Each is in the background; its pid is in $started, its log is
# $work/NAME.log. None of them has CAP_SYS_TIME, nor needs it here.

mount -t tmpfs none /var/lib

# ours_on HOST NAME LINE...: ntpd --observe, with a file of these lines and a
# run directory of its own; host 0 is this end
ours_on() {
	host=$1
	log=$2
	shift 2
	printf '%s\n' "$@" >"$work/$log.conf"
	nsenter --net="$(network_of "$host")" unshare --mount \
	    sh -c 'mount -t tmpfs none /run && exec "$@"' sh "$BUILD/parent/ntpd" -d -g --observe -c "$work/$log.conf" \
	    -p "/run/$log.pid" >"$work/$log.log" 2>&1 &
	started=$!
}

# chronyd_on HOST NAME LINE...
chronyd_on() {
	host=$1
	log=$2
	shift 2
	printf '%s\n' "$@" 'allow' 'cmdport 0' "pidfile /run/$log.pid" \
	    >"$work/$log.conf"
	nsenter --net="$(network_of "$host")" \
	    "$peers/chrony/usr/sbin/chronyd" -x -d -u root \
	    -f "$work/$log.conf" >"$work/$log.log" 2>&1 &
	started=$!
}

# ntpsec_on HOST NAME LINE...
ntpsec_on() {
	host=$1
	log=$2
	shift 2
	printf '%s\n' "$@" 'disable kernel' 'restrict default nomodify' \
	    >"$work/$log.conf"
	nsenter --net="$(network_of "$host")" \
	    "$peers/ntpsec/usr/sbin/ntpd" -n -g -c "$work/$log.conf" \
	    >"$work/$log.log" 2>&1 &
	started=$!
}

# ntpsec_run ntpdig|ntpdate ARGUMENT...: from the first host
ntpsec_run() {
	on 1 env "PATH=$peers/ntpsec/usr/bin:$peers/ntpsec/usr/sbin:$PATH" \
	    "PYTHONPATH=$peers/ntpsec/usr/lib/python3/dist-packages" \
	    "LD_LIBRARY_PATH=$peers/ntpsec/usr/lib/x86_64-linux-gnu/ntp" \
	    PYTHONDONTWRITEBYTECODE=1 "$@"
}

# openntpd_on HOST NAME LINE...
openntpd_on() {
	host=$1
	log=$2
	shift 2
	printf '%s\n' "$@" >"$work/$log.conf"
	mkdir -p /run/openntpd /var/lib/openntpd/db /var/lib/openntpd/run
	chmod 755 /run /run/openntpd
	nsenter --net="$(network_of "$host")" \
	    "$peers/openntpd/usr/sbin/ntpd" -d -v -f "$work/$log.conf" \
	    >"$work/$log.log" 2>&1 &
	started=$!
}

# truetime_on HOST NAME WORD...: a plain server at the host's address
truetime_on() {
	host=$1
	log=$2
	shift 2
	nsenter --net="$(network_of "$host")" "$BUILD/tests/vm/truetime" \
	    serve "10.9.0.$((host + 10))" real=1 "$@" >"$work/$log.log" 2>&1 &
	started=$!
}

# stop PID SIGNAL: its exit status is in $status
stop() {
	kill "-$2" "$1" 2>/dev/null || :
	status=0
	wait "$1" || status=$?
}

ask() {
	python3 "$here/ask.py" "$@"
}

# asked NAME ARGUMENT...: the same as a condition, the answer kept in a log
asked() {
	log=$1
	shift
	ask "$@" >>"$work/$log.log" 2>&1
}
