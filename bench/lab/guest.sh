#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In the guest: measures, and leaves nothing but the raw samples on stdout, one
# run a line; after `functions`, also where the module is. `quick` is a plan that
# shows whether it counts at all, and the same each time: one cell a scenario, and
# the negative controls. `try` compares what a user's module has registered with builtin and
# control. `mixed` is for the layout `page`, while some folio has `none`.
set -eu

# Print what was measured before a failure, too.
run() {
	status=0
	rmapctl bench run --json /tmp/samples "$@" >&2 || status=$?
	# json-c writes one line without its end.
	[ ! -e /tmp/samples ] || { cat /tmp/samples && echo; }
	rm -f /tmp/samples
	return $status
}

HUGE=/sys/kernel/mm/transparent_hugepage/hugepages-2048kB/enabled

# Something that stays, with a huge page: dd has its memory, and nobody reads what it writes.
hold_none() {
	was=$(sed 's/.*\[\(.*\)\].*/\1/' "$HUGE")
	echo always >"$HUGE"
	rmapctl layout none >&2
	mkfifo /tmp/held
	exec 9<>/tmp/held
	dd if=/dev/zero bs=8M count=1 >&9 &
	until grep -q '^nr_folios_none: [1-9]' /sys/kernel/debug/rmap_ab/status; do
		:
	done
	rmapctl layout page >&2
	echo "$was" >"$HUGE"
}

case " $* " in
*" --impl vanilla "*) ;;
*) own=$(load_own) ;;
esac

case $1 in
quick) shift ;;
try)
	shift
	run --impl "builtin,control,$(echo "$own" | tr "\n" ,)" "$@"
	exit
	;;
mixed)
	shift
	hold_none
	status=0
	run "$@" || status=$?
	# It must have been there all the time.
	grep -q '^nr_folios_none: [1-9]' /sys/kernel/debug/rmap_ab/status || status=1
	kill $!
	exit $status
	;;
functions)
	shift
	run "$@"
	# Where the modules are, for the report.
	for module in /sys/module/rmap_ab /sys/module/rmap_ab/holders/*; do
		sed -n "/\\[${module##*/}\\]\$/s/^/symbol /p" /proc/kallsyms
	done
	exit
	;;
*)
	run "$@"
	exit
	;;
esac
run "$@" --folio 2M
run "$@" --folio 4K munmap fork cow
