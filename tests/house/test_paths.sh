#!/bin/sh
# Nothing in the tree names a place that only one machine has.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"

# written so that this file does not hold what it looks for
pattern="(^|[^A-Za-z0-9_.])/(wor""k|hom""e|roo""t|mn""t|Use""rs)/[A-Za-z0-9]"
if found=$(find . \( -path './build*' -o -path './.git' \) -prune -o \
    -type f -print0 | xargs -0 grep -EnI "$pattern"); then
	echo "$found"
	exit 1
fi
echo 'ok     no such place'
