#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In the guest: a real program. Under each implementation a new redis-server with
# transparent huge pages fills its memory and saves a snapshot, which is a fork,
# while clients write. Prints lines: IMPLEMENTATION KEY VALUE; the values before,
# during, written and after are the pages of the server as rmapctl has them.
#
#	redis.sh KEYS WRITES FORKS IMPLEMENTATION...
set -eu

keys=$1
writes=$2
forks=$3
shift 3
socket=/tmp/redis.socket
impl=

say() { printf '%s %s %s\n' "$impl" "$1" "$2"; }
ask() { redis-cli -s "$socket" "$@"; }
info() { ask info "$1" | tr -d '\r' | sed -n "s/^$2://p"; }
pages() { say "$1" "$(rmapctl -j pages --pid "$server" --kind anon | tr -d '\n')"; }

# The names are those that redis-benchmark makes up.
fill='for i = 0, ARGV[1] - 1 do
	redis.call("set", string.format("key:%012d", i), string.rep("x", 1000))
end'

# On one CPU, the time of a fork is that of the child, too, if the child runs first.
start() {
	chrt --fifo --reset-on-fork 1 redis-server --port 0 --unixsocket "$socket" --save '' --appendonly no --dir /tmp \
		--disable-thp no --rdbcompression no --rdbchecksum no >/tmp/redis.log &
	server=$!
	until ask ping >/tmp/ping 2>&1; do
		kill -0 "$server"
	done
	ask eval "$fill" 0 "$keys" >/tmp/filled
}

saved() {
	while [ "$(info persistence rdb_bgsave_in_progress)" = 1 ]; do
		sleep 0.1
	done
}

# Takes snapshots while nobody writes, to measure how long their forks take.
fork_often() {
	for _ in $(seq "$forks"); do
		ask bgsave >/tmp/saving
		say fork_us "$(info stats latest_fork_usec)"
		saved
	done
}

# The child pauses at each key, so that what is measured falls into its life.
save() {
	ask config set rdb-key-save-delay 100 >/tmp/configured
	pages before
	ask bgsave >/tmp/saving
	pages during
	redis-benchmark -s "$socket" -t set -d 1000 -r "$keys" -n "$writes" -c 4 --csv |
		sed -n '$s/[^,]*,"\([^"]*\)".*/\1/p' >/tmp/rate
	say saving "$(info persistence rdb_bgsave_in_progress)"
	pages written
	ask config set rdb-key-save-delay 0 >/tmp/configured
	saved
	say rate "$(cat /tmp/rate)"
	say status "$(info persistence rdb_last_bgsave_status)"
	say cow_bytes "$(info persistence rdb_last_cow_size)"
	pages after
}

modprobe rmap_ab
echo always >/sys/kernel/mm/transparent_hugepage/enabled
for impl in "$@"; do
	rmapctl use "$impl" >&2
	start
	fork_often
	save
	ask shutdown nosave || true
	wait "$server" || true
	rm -f /tmp/dump.rdb
done
rmapctl use builtin >&2
