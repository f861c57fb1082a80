#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In the guest: measures, and leaves nothing but the raw samples on stdout, one
# run a line; after `functions`, also where the module is. `quick` is a plan that
# shows whether it counts at all, and the same each time: one cell a scenario, and
# the negative controls.
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

case " $* " in
*" --impl vanilla "*) ;;
*) modprobe rmap_ab ;;
esac

case $1 in
quick) shift ;;
functions)
	shift
	run "$@"
	# Where the module is, for the report.
	sed -n '/\[rmap_ab\]$/s/^/symbol /p' /proc/kallsyms
	exit
	;;
*)
	run "$@"
	exit
	;;
esac
run "$@" --folio 2M
run "$@" --folio 4K munmap fork cow
