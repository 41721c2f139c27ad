#!/bin/sh
# Every manual page is clean for mandoc's checker. What it says about pages of
# other packages depends on what is installed here, so that is left out.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"

pages=$(find . -path './build*' -prune -o -type f -name '*.[1-8]' -print | sort)
[ -n "$pages" ] || {
	echo 'MISSED: there are no manual pages'
	exit 1
}
complaints=$(mandoc -T lint $pages 2>&1 |
    grep -Ev 'STYLE: referenced manual not found|^mandoc: outdated ' || :)
[ -z "$complaints" ] || {
	echo "$complaints"
	exit 1
}
echo "ok     $pages"
