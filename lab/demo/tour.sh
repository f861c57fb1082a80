#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The demo's tour, inside the guest. Exit status 0 only if all of it held.
set -eu

step() { printf '\n=== %s\n' "$*"; }

fail() {
	echo "demo: $*" >&2
	exit 1
}

implementations() {
	tr -d '[]' < /sys/kernel/debug/rmap_ab/implementation
}

show_thp() {
	for name in $(implementations); do
		rmapctl use "$name"
		rmap_tour thp
	done
}

# Ten times around, while two processes fork and unmap on two CPUs.
switch_under_load() {
	rmap_tour load 2 > /tmp/rounds &
	load=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		for name in $(implementations); do
			rmapctl use "$name"
		done
	done
	kill -TERM "$load"
	wait "$load" || fail "a process of the load found wrong data"
}

# The status counts real switches only.
count_switches() {
	sed -n 's/^switch_seq: //p' /sys/kernel/debug/rmap_ab/status
}

step "This machine: $(uname -sr), $(nproc) CPUs"

step "Load the module. The kernel's own code stays in use until a name is written"
load_own
rmapctl status
[ "$(sed -n 's/^current: //p' /sys/kernel/debug/rmap_ab/status)" = builtin ] ||
	fail "loading changed the implementation"
names=$(implementations)

step "A 2 MiB THP under each implementation: the mapcounts must be the same"
show_thp

step "Switch through all of them while two processes fork and unmap"
before=$(count_switches)
switch_under_load
switches=$(($(count_switches) - before))
[ "$switches" -gt 0 ] || fail "nothing was switched"

step "Compare /proc/kpagecount of every page frame with all page tables"
rmap_tour check
echo "they agree, and so do nr_anon_pages and nr_mapped"

step "Back to the kernel's own code, and unload"
rmapctl use builtin
# Those that a user has brought first: they use what rmap_ab has.
for module in /sys/module/rmap_ab/holders/*; do
	[ ! -e "$module" ] || rmmod "${module##*/}"
done
rmmod rmap_ab
[ ! -d /sys/module/rmap_ab ] || fail "the module is still loaded"

step "Done"
printf 'Proved: %s switches among %s under %s rounds of fork and munmap; ' \
	"$switches" "$(echo "$names" | sed 's/ /, /g')" "$(cat /tmp/rounds)"
echo "every mapcount right, no data lost, the module gone again."
