#!/bin/sh
# What the linker made of each program: position independent, nothing writable
# that is executable, relocations read-only from the start, stack protector,
# fortified calls; and that a program links what its room needs and no more.
#
#	BUILD=dir test_hardening.sh	a build without sanitizers
set -eu
export LC_ALL=C
root=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=$(cd "${BUILD:-$root/build}" && pwd)
failures=0
seen=0

missed() {
	echo "MISSED $*"
	failures=$((failures + 1))
}

# has FILE PATTERN OPTION... of readelf
has() {
	file=$1
	pattern=$2
	shift 2
	readelf -W "$@" "$file" 2>/dev/null | grep -Eq "$pattern"
}

hardened() {
	has "$1" 'Type: +DYN' -h && has "$1" 'INTERP' -l ||
	    missed "$1: not a position independent executable"
	has "$1" 'GNU_RELRO' -l || missed "$1: no RELRO"
	has "$1" 'BIND_NOW|FLAGS.* NOW' -d || missed "$1: lazy binding"
	! has "$1" 'TEXTREL' -d || missed "$1: text relocations"
	! has "$1" ' RWE ' -l || missed "$1: a segment is writable and executable"
	has "$1" 'GNU_STACK.* RW ' -l || missed "$1: no word about the stack"
	has "$1" '__stack_chk_fail' --dyn-syms ||
	    missed "$1: no stack protector"
	! has "$1" 'RPATH|RUNPATH' -d || missed "$1: a search path for libraries"
}

# links FILE LIBRARY...: nothing but these
links() {
	file=$1
	shift
	for library in $(readelf -dW "$file" |
	    sed -n 's/.*(NEEDED).*\[\(.*\)\.so\..*/\1/p'); do
		case " $* " in
		*" $library "*) ;;
		*) missed "$file: links $library" ;;
		esac
	done
}

program() {
	file=$BUILD/$1
	shift
	if [ ! -x "$file" ]; then
		missed "$file: is not there"
		return
	fi
	seen=$((seen + 1))
	hardened "$file"
	links "$file" ld-linux-x86-64 ld-linux-aarch64 libc "$@"
}

program parent/ntpd libseccomp libbsd libm
program clockctl/ntpd-clockctl libseccomp
program clockctl/ntpd-observe libseccomp
program net/ntpd-net libseccomp libbsd libm libnettle
program net/serve/ntpd-serve libseccomp libbsd libm libnettle
program net/resolver/ntpd-resolver libseccomp libbsd

# Which calls are checked ones depends on what the compiler knows about sizes,
# so a program tells little: look at the compiler's orders.
flags='-D_FORTIFY_SOURCE=3 -fstack-protector-strong
    -ftrivial-auto-var-init=zero'
commands=$BUILD/compile_commands.json
compiled=$(grep -c '"command":' "$commands" || :)
[ "$compiled" -gt 20 ] || missed "$commands: $compiled commands"
for flag in $flags; do
	with=$(grep '"command":' "$commands" | grep -c -e " $flag" || :)
	[ "$with" = "$compiled" ] ||
	    missed "$flag: in $with of $compiled compilations"
done
has "$BUILD/parent/ntpd" '__[a-z]+_chk@' --dyn-syms ||
    missed "parent/ntpd: no fortified call at all"

echo "$seen programs, $compiled compilations, $failures missed"
[ "$failures" -eq 0 ]
