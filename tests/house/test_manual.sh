#!/bin/sh
# Every manual page is clean for mandoc's checker, ntpd(8) has an entry for
# every option that `ntpd --help` names or getopt takes, and the example of
# ntp.conf(5) is a good file. What mandoc says about pages of other packages
# depends on what is installed here, so that is left out.
. "$(dirname "$0")/../safety.sh"
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
ntpd=${BUILD:-$root/build}/parent/ntpd
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missed=0

miss() {
	echo "MISSED $*"
	missed=1
}

pages=$(find . -path './build*' -prune -o -type f -name '*.[1-8]' -print | sort)
[ -n "$pages" ] || miss 'there are no manual pages'
mandoc -T lint $pages 2>&1 |
    grep -Ev 'STYLE: referenced manual not found|^mandoc: outdated ' \
    >"$work/lint" || :
[ ! -s "$work/lint" ] || miss "$(cat "$work/lint")"

# Letters and long words of Fl; a long one begins with a dash of its own.
sed 's/ , Fl /\nFl /g' parent/ntpd.8 |
    grep -oE 'Fl -?[A-Za-z0-9-]+( , -?[A-Za-z]+)*' |
    sed 's/^Fl //; s/ , /\n/g' | sort -u >"$work/documented"
"$ntpd" --help | grep -oE '[[ ]--?[A-Za-z0-9-]+' | sed 's/^..//' |
    sed 's/^46dgnNqx$/4\n6\nd\ng\nn\nN\nq\nx/' >"$work/options"
# What getopt knows, whether it has an effect or not.
sed -n 's/^static const char options_short.*//; s/^ *":\(.*\)";$/\1/p' \
    parent/options.c | tr -d : | grep -o . >>"$work/options"
[ "$(wc -l <"$work/options")" -gt 40 ] || miss 'the options were not found'
for option in $(sort -u "$work/options"); do
	grep -qxe "$option" "$work/documented" ||
	    miss "ntpd(8) does not have -$option"
done

sed -n '/^\.Sh EXAMPLES/,$ { /^\.Bd/,/^\.Ed/ { /^[^.]/p; }; }' \
    conf/ntp.conf.5 >"$work/example.conf"
grep -q '^server ' "$work/example.conf" || miss 'ntp.conf(5): no example'
"$ntpd" --check -c "$work/example.conf" >"$work/check" 2>&1 ||
    miss "ntp.conf(5), the example: $(cat "$work/check")"
! grep -E ': (warning|error): ' "$work/check" ||
    miss 'ntp.conf(5): the example has complaints'

[ $missed -ne 0 ] || echo "ok     $pages, $(sort -u "$work/options" | wc -l) options"
exit $missed
