# ntpd -q in three cases (test_once): "once NAME status S seconds T", with the
# clock's error before and after.
. /guest.sh
servers 'delay=10 jitter=0.5'

once() {
	name=$1
	shift
	truetime error count=1 | sed "s/^error/$name-before/"
	begun=$(uptime_s)
	ntpd -n -q "$@" >>/log 2>&1
	echo "once $name status $? seconds $(($(uptime_s) - begun))"
	truetime error count=1 | sed "s/^error/$name-after/"
	truetime kernel | sed "s/^/$name /"
}

truetime set error=-37
once right -g -c /ntp.conf
truetime set error=-2000
once panic -c /ntp.conf
once nobody -g -c /nobody.conf
show_log
