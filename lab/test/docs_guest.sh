#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In the guest: runs the blocks of the documents, a line `NUMBER loaded|unloaded`
# of /docs/list each, and packs what they print, with their exit statuses, to stdout.

# What a block leaves behind must not help the next one.
put_back() {
	for layer in guard stats_enabled trace_ops fault_ops; do
		echo 0 >/sys/kernel/debug/rmap_ab/$layer
	done
	echo clear >/sys/kernel/debug/rmap_ab/guard
	echo builtin >/sys/kernel/debug/rmap_ab/implementation
	rmmod rmap_ab
} 2>/dev/null

mkdir /docs/out
while read -r number module; do
	put_back
	[ "$module" = unloaded ] || modprobe rmap_ab
	(cd && exec timeout 300 sh -e /docs/"$number".sh) </dev/null >/docs/out/"$number".out 2>&1
	echo $? >/docs/out/"$number".status
done </docs/list
put_back
tar -c -C /docs/out .
