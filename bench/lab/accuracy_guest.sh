#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In the guest: what the kernel says about the memory of processes while their large
# folios have mapcounts of their pages, and while they have none. The same workloads
# under each layout, stopped at the same points. Prints lines
#
#	WORKLOAD STAGE KIB LAYOUT NAME:PID,... JSON
#
# where KIB is the size of anon folios, and JSON the answer to rmapctl -j accuracy --all.
# rmap_accuracy_load has made some of them, redis-server and a compiler the others.
#
#	accuracy_guest.sh KEYS WRITES
#
# /lab/compile has cc1 and preprocessed sources.
set -eu

keys=$1
writes=$2
thp=/sys/kernel/mm/transparent_hugepage
socket=/tmp/redis.socket
disk=/tmp/disk
fifo=/tmp/go
said=/tmp/said
kib=
layout=

fail() {
	echo "$kib KiB, layout $layout: $*" >&2
	exit 1
}

# ---- folios ------------------------------------------------------------------
# Small ones only.
set_small() {
	for size in "$thp"/hugepages-*kB/enabled; do
		echo never >"$size"
	done
}

# Anon folios of one size, wherever there is room.
set_size() { echo always >"$thp/hugepages-${kib}kB/enabled"; }

count() { sed "s/.*\"$1\":\([0-9]*\).*/\1/" "$said"; }

# The large folios of a process, and of what it shares, are new: all have the layout.
folios_must_be_new() {
	other=page
	[ "$layout" != page ] || other=none
	rmapctl -j layout --pid "$1" >"$said"
	[ "$(count "folios_$layout")" -gt 0 ] || fail "process $1 has no large folio: $(cat "$said")"
	[ "$(count "folios_$other")" = 0 ] || fail "process $1 has folios of layout $other: $(cat "$said")"
}

# ---- processes that stand still -------------------------------------------------
stop() {
	kill -STOP "$1"
	until grep -q '^State:.T' "/proc/$1/status"; do
		kill -0 "$1"
	done
}

# measure WORKLOAD STAGE NAME:PID,...
measure() {
	for _ in 1 2 3 4 5; do
		rmapctl -j accuracy --all >"$said"
		if ! grep -q '"racy":true' "$said"; then
			echo "$1 $2 $kib $layout $3 $(tr -d '\n' <"$said")"
			return
		fi
	done
	fail "$1 $2: the machine does not rest"
}

# ---- redis-server ----------------------------------------------------------------
ask() { redis-cli -s "$socket" "$@"; }
info() { ask info "$1" | tr -d '\r' | sed -n "s/^$2://p"; }

# The names are those that redis-benchmark makes up.
fill='for i = 0, ARGV[1] - 1 do
	redis.call("set", string.format("key:%012d", i), string.rep("x", 1000))
end'

redis_start() {
	redis-server --port 0 --unixsocket "$socket" --save '' --appendonly no --dir /tmp --disable-thp no \
		--rdbcompression no --rdbchecksum no --rdb-key-save-delay 100 >/tmp/redis.log &
	server=$!
	until ask ping >/tmp/ping 2>&1; do
		kill -0 "$server"
	done
	ask eval "$fill" 0 "$keys" >/tmp/filled
	folios_must_be_new "$server"
}

# The child is stopped in the middle of its work, the server only while it is looked at.
redis_measure() {
	stop "$server"
	measure redis "$1" "server:$server$2"
	kill -CONT "$server"
}

redis() {
	redis_start
	ask bgsave >/tmp/saving
	child=$(cat "/proc/$server/task/$server/children")
	child=${child% }
	stop "$child"
	redis_measure saving ",child:$child"
	redis-benchmark -s "$socket" -t set -d 1000 -r "$keys" -n "$writes" -c 1 -q >/tmp/rate
	redis_measure written ",child:$child"
	kill -CONT "$child"
	while [ "$(info persistence rdb_bgsave_in_progress)" = 1 ]; do
		sleep 0.1
	done
	[ "$(info persistence rdb_last_bgsave_status)" = ok ] || fail "redis-server did not save"
	redis_measure saved ''
	ask shutdown nosave || true
	wait "$server" || true
	rm -f /tmp/dump.rdb
}

# ---- a compiler -------------------------------------------------------------------
# cc1 lies on a file system whose files have large folios.
compiler_install() {
	zram=$(cat /sys/class/zram-control/hot_add)
	echo 512M >"/sys/block/zram$zram/disksize"
	mkfs.xfs -q "/dev/zram$zram"
	mkdir "$disk"
	mount -t xfs "/dev/zram$zram" "$disk"
	cp /lab/compile/cc1 "$disk"
	# An assembler that begins when told, so that cc1 waits once the pipe to it is full.
	printf '#!/bin/sh\nread -r _ <%s || true\nexec /usr/bin/as "$@"\n' "$fifo" >"$disk/as"
	chmod +x "$disk/as"
	mkfifo "$fifo"
}

# Those that wait in write().
cc1_waiting() {
	for pid in $(pidof cc1); do
		case $(cat "/proc/$pid/syscall" 2>/tmp/gone) in
		"1 0x1 "*) printf '%s ' "$pid" ;;
		esac
	done
}

compiler() {
	rm -f /lab/compile/*.o
	sources=$(ls /lab/compile/*.i)
	nr=$(echo "$sources" | wc -l)
	objects=$(echo "$sources" | sed 's/i$/o/')
	# shellcheck disable=SC2086 # words
	make -s -j "$nr" -f /lab/compile/Makefile CC="gcc -B$disk/" $objects &
	make=$!
	until [ "$(cc1_waiting | wc -w)" = "$nr" ]; do
		kill -0 "$make"
		sleep 1
	done
	names=make:$make
	i=0
	for pid in $(cc1_waiting); do
		folios_must_be_new "$pid"
		i=$((i + 1))
		names=$names,cc1-$i:$pid
	done
	measure compiler waiting "$names"
	: >"$fifo"
	wait "$make"
	# shellcheck disable=SC2086
	ls $objects >/tmp/compiled
}

# -------------------------------------------------------------------------------------
begin() {
	echo "layout $layout, folios of $kib KiB" >&2
	rmapctl layout "$layout" >/tmp/chosen
}

modprobe rmap_ab
# What it joins would depend on the moment.
echo 3600000 >"$thp/khugepaged/scan_sleep_millisecs"
compiler_install
set_small
for layout in page none; do
	for kib in 64 2048; do
		begin
		rmap_accuracy_load "$kib" "$layout"
	done
done
# From here on, each process has large folios; this one, too, so `page` comes first.
for layout in page none; do
	for kib in 64 2048; do
		begin
		set_size
		redis
		compiler
		set_small
	done
done
