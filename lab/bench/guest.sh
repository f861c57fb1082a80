#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In the guest: measures, and leaves nothing but the raw samples on stdout, one
# run a line; with `twice`, that of two runs.
set -eu

runs=1
if [ "$1" = twice ]; then
	runs=2
	shift
fi
case " $* " in
*" --impl vanilla "*) ;;
*) modprobe rmap_ab ;;
esac
while [ "$runs" -gt 0 ]; do
	rmapctl bench run --json /tmp/samples "$@" >&2
	# json-c writes one line without its end.
	cat /tmp/samples
	echo
	runs=$((runs - 1))
done
