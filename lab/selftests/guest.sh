#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs programs of the kernel's selftests/mm inside the lab guest (busybox sh).
#
# usage: guest.sh CONFIG SLOWER LIST NAME...
#   CONFIG  vanilla: leave the kernel alone; switching: change the implementation all the
#           time; else the implementation to run under. +none: large folios get no page
#           mapcounts; +layouts: whether they get them changes all the time, too.
#   SLOWER  limits are so many times the list's.
#   LIST    the table of programs; NAME...: these of it.
# On stdout, for each run of a program:
#   @begin NAME
#   |what it printed (stdout and stderr)
#   @again NAME       it had no luck and is tried once more
#   @end NAME status=N seconds=N switches=N current=NAME [layout=NAME]
# and at last @done COUNT.  Progress goes to stderr.
set -u

here=$(cd "$(dirname "$0")" && pwd)
config=$1 slower=$2 list=$3
shift 3
layout=
case $config in *+*) layout=${config#*+} config=${config%+*} ;; esac
wanted=" $* "

rmap_ab=/sys/kernel/debug/rmap_ab
thp=/sys/kernel/mm/transparent_hugepage
khugepaged=$thp/khugepaged
ksm=/sys/kernel/mm/ksm
tmp=/tmp/selftests
# shellcheck disable=SC2034 # the list uses them
XFS=$tmp/xfs TMPFS=$tmp/tmpfs HERE=$here
nr_hugepages=160
# tries of a program that has no luck
max_tries=4
# switching: a program runs again until so many switches fell into its runs; and where a
# switch takes a second, others get as long before the next one
min_switches=4 max_runs=20
pause_us=$((slower == 1 ? 10000 : 1000000))
# for patient.so
export SLOWER="$slower"

die() { echo "guest.sh: $*" >&2; exit 99; }
put() { echo "$1" >"$2" || die "cannot write '$1' to $2"; }
uptime_s() { cut -d. -f1 /proc/uptime; }

# ---- once ------------------------------------------------------------------

# A file system whose page cache has large folios: another zram device with XFS.
mount_xfs() {
	dev=/dev/zram$(cat /sys/class/zram-control/hot_add) || die "no second zram device"
	put 512M "/sys/block/${dev#/dev/}/disksize"
	mkfs.xfs -q "$dev" >&2 || die "mkfs.xfs failed"
	mkdir -p $XFS
	mount -t xfs "$dev" $XFS || die "cannot mount XFS"
}

prepare() {
	mkdir -p $TMPFS
	mount -t tmpfs -o huge=advise tmpfs $TMPFS || die "cannot mount tmpfs"
	mount_xfs
	# Some programs start themselves as ./NAME and leave files where they run.
	cd $XFS || die "no directory $XFS"
	ln -s "$here"/bin/* .
	put 0 /proc/sys/vm/overcommit_memory
	# The programs are not position-independent, and the heap of one lies anywhere in the GiB
	# after it: in one of 250 runs where uffd-unit-tests wants its shmem areas.
	put 0 /proc/sys/kernel/randomize_va_space
	# from now on without a line in the log for each
	put 4 /proc/sys/vm/drop_caches
	modprobe test_hmm || die "cannot load test_hmm"
}

select_implementation() {
	[ "$config" != vanilla ] || return
	modprobe rmap_ab || die "cannot load rmap_ab"
	[ -z "$layout" ] || put none $rmap_ab/layout
	if [ "$config" = switching ]; then
		start_switching
	else
		put "$config" $rmap_ab/implementation
	fi
}

# ---- switching -------------------------------------------------------------
start_switching() {
	names=$(tr -d '[]' <$rmap_ab/implementation)
	(
		while :; do
			for name in $names; do
				echo "$name" >$rmap_ab/implementation || exit
				[ "$layout" != layouts ] || next_layout || exit
				usleep $pause_us
			done
		done
	) </dev/null >/dev/null &
	switcher=$!
}

# The number of implementations is odd, so that each meets both.
next_layout() {
	case $(cat $rmap_ab/layout) in
	*'[none]'*) next=page ;;
	*) next=none ;;
	esac
	echo $next >$rmap_ab/layout
}

status_of() { sed -n "s/^$1: //p" $rmap_ab/status; }

nr_switches() {
	if [ "$config" = vanilla ]; then echo 0; else status_of switch_seq; fi
}

current() {
	if [ "$config" = vanilla ]; then echo none; else status_of current; fi
}

# ---- before each program ---------------------------------------------------
# What the programs expect to find, whatever the one before left behind.
baseline() {
	put 2 $ksm/run
	put 0 $ksm/run
	put 1 $ksm/merge_across_nodes
	put 0 $ksm/use_zero_pages
	put 100 $ksm/pages_to_scan
	put 20 $ksm/sleep_millisecs
	# The programs count on a scan to look at every page.
	put 0 $ksm/smart_scan
	put madvise $thp/enabled
	put madvise $thp/defrag
	put advise $thp/shmem_enabled
	put 1 $thp/use_zero_page
	put 10000 $khugepaged/scan_sleep_millisecs
	put 3 /proc/sys/vm/drop_caches
	put 1 /proc/sys/vm/compact_memory
	hugepages $nr_hugepages
}

hugepages() {
	put "$1" /proc/sys/vm/nr_hugepages
	[ "$(cat /proc/sys/vm/nr_hugepages)" = "$1" ] || die "cannot have $1 huge pages"
}

before_none() { :; }
after_none() { :; }

before_one_hugepage() { hugepages 1; }
after_one_hugepage() { :; }

# Thousands of lines about poisoned pages would take the console minutes. It gets
# all other words of the kernel afterwards; an oops speaks up at once anyway.
before_poison() {
	put "selftests: poisoning" /dev/kmsg
	put 3 /proc/sys/kernel/printk
}

after_poison() {
	put 8 /proc/sys/kernel/printk
	dmesg | sed '1,/selftests: poisoning/d; /MCE: Killing uffd-unit-tests/d' |
		while IFS= read -r line; do put "$line" /dev/kmsg; done
}

# The program khugepaged makes the kernel's scan every 10 ms. It takes pages away, and looks
# whether they are gone before a scan brings them back; that takes longer than 10 ms here. So
# its 10 goes to another file.
before_slow_scan() {
	put 200 $khugepaged/scan_sleep_millisecs
	cp $khugepaged/scan_sleep_millisecs $tmp/scan_sleep_millisecs
	mount -o bind $tmp/scan_sleep_millisecs $khugepaged/scan_sleep_millisecs || die "cannot hide scan_sleep_millisecs"
}

after_slow_scan() { umount $khugepaged/scan_sleep_millisecs; }

# A scan collapses what split_huge_page_test has split.
before_no_scan() { put 3600000 $khugepaged/scan_sleep_millisecs; }
after_no_scan() { :; }

# ---- luck ------------------------------------------------------------------
# Programs that fail by chance on any kernel say why: with that word, and only
# then, they run again. The host names what failed.
unlucky_never() { false; }

# It looks when a scan has ended, which may have begun before the pages changed.
unlucky_early() { grep -q '^not ok 1 KSM unmerging' "$1"; }

# Readahead did not get a folio of the size that it asked for.
unlucky_folio() { grep -q '^# No large pagecache folio generated' "$1"; }

# That, or a scan of khugepaged met what was split.
unlucky_split() { unlucky_folio "$1" || grep -q 'Unexpected THP split' "$1"; }

# MADV_PAGEOUT leaves pages that somebody holds a reference to.
unlucky_swapout() { grep -qE '^(# )?Swapout .*Fail' "$1"; }

# That, or a scan came before the program had looked.
unlucky_collapse() { unlucky_swapout "$1" || grep -q '^Bail out! Unexpected huge page' "$1"; }

# A hundred attempts in a row met somebody's short-lived reference.
unlucky_busy() { grep -q "^Didn't migrate [0-9]* pages" "$1"; }

# ---- a program -------------------------------------------------------------
# Its own session, so that whatever it leaves running can be ended with it. A program
# may catch the signal that ends it, and exit as if it had failed.
run_limited() {
	limit=$1 begin=$(uptime_s)
	shift
	setsid timeout -k 5 "$limit" "$@" </dev/null &
	pid=$!
	wait $pid
	result=$?
	[ $(($(uptime_s) - begin)) -lt "$limit" ] || result=124
	echo $result >$tmp/status
	kill -KILL -- -$pid 2>/dev/null
}

try_program() {
	before=$1 limit=$2
	shift 2
	baseline
	"before_$before"
	run_limited "$limit" "$@" 2>&1 | tee $tmp/log | sed 's/^/|/'
	"after_$before"
}

run_program() {
	name=$1 limit=$(($2 * slower)) before=$3 luck=$4
	eval "set -- $5"
	echo "@begin $name"
	seq=$(nr_switches) start=$(uptime_s) tries=1
	try_program "$before" "$limit" "$@"
	while [ $tries -lt $max_tries ] && "unlucky_$luck" $tmp/log; do
		tries=$((tries + 1))
		echo "@again $name"
		try_program "$before" "$limit" "$@"
	done
	seconds=$(($(uptime_s) - start)) seq=$(($(nr_switches) - seq)) status=$(cat $tmp/status)
	echo "@end $name status=$status seconds=$seconds switches=$seq current=$(current)${layout:+ layout=$(status_of layout)}"
	echo "selftests: $config${layout:++$layout}: $name: status $status, $seconds s, $seq switches, tries: $tries" >&2
}

# A short program may be over before the next switch.
run_program_enough() {
	runs=1
	run_program "$@"
	total=$seq
	[ "$config" = switching ] || return 0
	while [ $total -lt $min_switches ] && [ $runs -lt $max_runs ]; do
		runs=$((runs + 1))
		run_program "$@"
		total=$((total + seq))
	done
}

run_list() {
	count=0
	while read -r name limit before luck _ command; do
		case $wanted in *" $name "*) ;; *) continue ;; esac
		run_program_enough "$name" "$limit" "$before" "$luck" "$command" </dev/null
		count=$((count + 1))
	done <"$list"
	echo "@done $count"
}

mkdir -p $tmp
prepare
select_implementation
run_list
[ -z "${switcher-}" ] || kill "$switcher"
