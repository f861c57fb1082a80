#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# usage: side_by_side.sh PROGRAM ARGUMENTS...
# One process of PROGRAM for each of ARGUMENTS, all at the same time; what they print, one
# after the other. For programs that spend their time waiting.
set -u

tmp=$(mktemp -d)
program=$1
shift

pids='' worst=0 nr=0
for arguments; do
	nr=$((nr + 1))
	# shellcheck disable=SC2086 # several arguments
	"$program" $arguments >"$tmp/$nr" 2>&1 &
	pids="$pids $!"
done
for pid in $pids; do
	wait "$pid" || worst=$?
done
for nr in $(seq $#); do
	cat "$tmp/$nr"
done
rm -r "$tmp"
exit $worst
