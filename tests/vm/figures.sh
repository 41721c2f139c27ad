# Sourced by the tests of this directory, after safety.sh: the build that is
# tested, and what can be said about a table of truetime error.

here=$(cd "$(dirname "$0")" && pwd)
BUILD=$(cd "${BUILD:-$here/../../build}" && pwd)
failures=0

# prepare: what simulate needs, made once for a build that is not newer
prepare() {
	"$here/../peers" "$BUILD"
	exec 9>"$BUILD/vm.lock"
	flock 9
	base=$BUILD/vm/base.cpio
	if [ ! -e "$base" ] || [ -n "$(find "$here" "$here/../expect.sh" "$BUILD" \
	    -path "$BUILD/vm" -prune -o -path "$BUILD/peers" -prune -o \
	    -type f \( -path "$here/*" -o -name 'ntpd*' -o -name truetime \) \
	    -newer "$base" -print | head -n 1)" ]; then
		"$here/image" "$BUILD"
	fi
	exec 9>&-
}

# errors NAME: the lines "seconds error" of a log
errors() {
	awk '$1 == "error" { print $2, $3 }' "$BUILD/vm/$1.log"
}

# worst NAME FROM TO: the largest |error| in ms
worst() {
	errors "$1" | awk -v from="$2" -v to="$3" '
		$1 >= from && $1 <= to {
			e = $2 < 0 ? -$2 : $2
			if (e > max) max = e
			n++
		}
		END { if (n) printf "%.4f\n", max * 1e3; else print "none" }'
}

# rms NAME FROM TO: root of the mean square of the error in ms
rms() {
	errors "$1" | awk -v from="$2" -v to="$3" '
		$1 >= from && $1 <= to { sum += $2 * $2; n++ }
		END { if (n) printf "%.4f\n", sqrt(sum / n) * 1e3
		    else print "none" }'
}

# at NAME SECONDS: the error in ms at that time
at() {
	errors "$1" | awk -v t="$2" '
		$1 >= t { printf "%.4f\n", $2 * 1e3; found = 1; exit }
		END { if (!found) print "none" }'
}

# stepped NAME: when the error was first, and from then on, below 128 ms
stepped() {
	errors "$1" | awk '
		{ e = $2 < 0 ? -$2 : $2 }
		e >= 0.128 { since = "" }
		e < 0.128 && since == "" { since = $1 }
		END { print since == "" ? "never" : since }'
}

# must TEXT VALUE RELATION LIMIT: prints the figure and whether it holds
must() {
	if awk -v v="$2" -v l="$4" -v r="$3" 'BEGIN {
		if (v !~ /^[-+]?[0-9]*[.]?[0-9]+(e[-+]?[0-9]+)?$/) exit 1
		v += 0
		l += 0
		if (r == "<") exit !(v < l)
		if (r == ">") exit !(v > l)
		if (r == "=") exit !(v == l)
		exit 1
	}'; then
		echo "ok     $1: $2 $3 $4"
	else
		echo "MISSED $1: $2, must be $3 $4"
		failures=$((failures + 1))
	fi
}

# must_say TEXT NAME PATTERN: the log has a line of that extended pattern
must_say() {
	if grep -Eq "$3" "$BUILD/vm/$2.log"; then
		echo "ok     $1: $(grep -Eo "$3" "$BUILD/vm/$2.log" | head -n 1)"
	else
		echo "MISSED $1: no line with $3"
		failures=$((failures + 1))
	fi
}

# verdict NAME...: ends the test; shows the logs where something was missed
verdict() {
	[ $failures -eq 0 ] && exit 0
	for name; do
		echo "--- $name.log"
		grep -v '^error' "$BUILD/vm/$name.log" | tail -n 50
	done
	exit 1
}
