# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The main job, from nothing: the lab builds everything, boots a guest, and
# tour.sh shows a live switch in it.

cmd_demo() {
	(($# <= 1)) || usage_error "demo takes no arguments but the directory of a module of yours"
	guest_defaults
	if (($#)); then
		own_check "$1"
		GUEST_OWN=$1
	fi
	GUEST_ADD=("$LAB/demo/tour.sh:/root/tour.sh")
	GUEST_COMMAND=(/root/tour.sh)
	on_exit demo_end
	exec_choose_kernel
	exec_in_guest
}

# Last, whatever happened: what it came to, and where to look.
demo_end() {
	local status=${STATUS:-$LAB_ERROR} out
	out_dir out
	if ((status)); then
		say "the demo failed (status $status); consoles are in $out/console"
	else
		say "the demo held; the guest's console is in $out/console. Next: ./lab/run shell --load"
	fi
}
