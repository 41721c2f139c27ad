# What each process of a daemon may do, as the kernel tells it in /proc.
#
#	walls.sh facts PID		PID: of ntpd
#	walls.sh check PID TABLE MODE	against the rows of TABLE for MODE
#
# facts prints one line a fact, "role key value", sorted; processes that are
# alike are one set of lines and a count. check prints how they differ, after
# some tries, for a daemon that has just started. Run as root beside the
# daemon, in the emulated guest too: for a plain shell and busybox.
LC_ALL=C
export LC_ALL

# The daemon's processes: PID and all that descend from it.
tree() {
	awk '
	FNR == 1 { split(FILENAME, part, "/"); pid = part[3] }
	$1 == "PPid:" { parent[pid] = $2 }
	END {
		for (pid in parent) {
			up = pid
			while (up in parent && up != root)
				up = parent[up]
			if (up == root)
				print pid
		}
	}' root="$1" /proc/[0-9]*/status 2>/dev/null
}

program() {
	exe=$(readlink "/proc/$1/exe") || return 1
	exe=${exe##*/}
	exe=${exe% (deleted)}
	echo "${exe#ntpd-}"
}

# A process that runs what its parent runs is a worker of it.
role() {
	name=$(program "$1") || return 1
	above=$(awk '$1 == "PPid:" { print $2 }' "/proc/$1/status")
	[ "$(program "$above")" != "$name" ] || name=$name-worker
	echo "$name"
}

credentials() {
	awk -v role="$2" '
	/^(Uid|Gid|Groups|NoNewPrivs|Seccomp|Seccomp_filters|Cap...):/ {
		sub(/:/, "", $1)
		$1 = $1
		print role, $0
	}' "/proc/$1/status"
}

# The parent's are those it was started with, but for this one.
limits() {
	awk -v role="$2" '
	role == "ntpd" && !/^Max core/ { next }
	/^Max (open files|processes|core file size|file size|address space) / {
		name = $2
		for (i = 3; $i !~ /^([0-9]+|unlimited)$/; i++)
			name = name "-" $i
		print role, name, $i, $(i + 1)
	}' "/proc/$1/limits"
}

# What the socket with that inode is: "seqpacket", "udp asked", "netlink", ...
socket() {
	awk -v inode="$2" '
	FILENAME ~ /unix$/ && $7 == inode {
		type["0001"] = "stream"
		type["0002"] = "datagram"
		type["0005"] = "seqpacket"
		print type[$5]
	}
	FILENAME ~ /udp6?$/ && $10 == inode {
		port = $2
		sub(/.*:/, "", port)
		if ($3 ~ /^0+:0000$/)
			print "udp open", (port == "007B" ? 123 : "other")
		else
			print "udp asked"
	}
	FILENAME ~ /netlink$/ && $10 == inode { print "netlink" }
	' "/proc/$1/net/unix" "/proc/$1/net/udp" "/proc/$1/net/udp6" \
	    "/proc/$1/net/netlink" 2>/dev/null
}

# Sockets of requests in flight come and go: left out, if they are connected.
# Where descriptors have no fixed numbers they are "any".
descriptors() {
	for fd in "/proc/$1/fd"/*; do
		kind=$(readlink "$fd") || continue
		n=${fd##*/}
		[ "$2" != ntpd ] || n=any
		case $n$kind in
		"any$log" | "2$log") kind=log ;;
		*'socket:['*)
			kind=${kind#socket:?}
			kind=$(socket "$1" "${kind%?}")
			;;
		*/memfd:*)
			case $(awk '$1 == "flags:" { print $2 }' \
			    "/proc/$1/fdinfo/${fd##*/}") in
			*0) kind='memfd read-only' ;;
			*) kind='memfd writable' ;;
			esac
			;;
		*/ntpd-*) kind="program ${kind##*/}" ;;
		esac
		case "$2 $kind" in
		'net udp asked') continue ;;
		*' udp open '*) n=any ;;
		esac
		echo "$2 fd $n $kind"
	done
}

# Who holds CAP_SYS_TIME (bit 25), in whichever set
holder() {
	for set in $(awk '/^Cap(Inh|Prm|Eff|Bnd|Amb):/ { print $2 }' \
	    "/proc/$1/status"); do
		if [ $((0x$set >> 25 & 1)) -eq 1 ]; then
			echo "all SYS_TIME $2"
			return
		fi
	done
}

facts() {
	log=$(readlink "/proc/$1/fd/2")
	for pid in $(tree "$1"); do
		role=$(role "$pid") || continue
		echo "$role count"
		credentials "$pid" "$role"
		limits "$pid" "$role"
		echo "$role root $(readlink "/proc/$pid/root")"
		[ "$role" = ntpd ] ||
		    echo "$role cwd $(readlink "/proc/$pid/cwd")"
		descriptors "$pid" "$role"
		holder "$pid" "$role"
	done | sort | uniq -c | awk '
		$3 == "count" { print $2, $3, $1; next }
		{ sub(/^ *[0-9]+ /, ""); print }' | sed 's/ *$//' | sort
}

expected() {
	awk -v mode="$2" '
	/^#/ || NF == 0 { next }
	$1 == mode || $1 == "all" {
		sub(/^[a-z]+[ \t]+/, "")
		gsub(/[ \t]+/, " ")
		print
	}' "$1" | sed 's/ *$//' | sort
}

check() {
	here=$(mktemp -d) || return 2
	expected "$2" "$3" >"$here/expected"
	same=1
	for try in 1 2 3 4 5 6 7 8 9 10; do
		facts "$1" >"$here/facts"
		diff -U 0 "$here/expected" "$here/facts" >"$here/diff"
		same=$?
		[ $same -ne 0 ] || break
		sleep 1
	done
	cat "$here/diff"
	echo "$(wc -l <"$here/facts") facts, $(wc -l <"$here/expected") expected"
	rm -r "$here"
	return $same
}

case $1 in
facts) facts "$2" ;;
check) check "$2" "$3" "$4" ;;
*) exit 2 ;;
esac
