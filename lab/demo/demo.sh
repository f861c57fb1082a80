# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The main job, from nothing: the lab builds everything, boots a guest, and
# tour.sh shows a live switch in it.

DEMO_TOUR=$LAB/demo/tour.sh:/root/tour.sh

cmd_demo() {
	(($# <= 1)) || usage_error "demo takes no arguments but the directory of a module of yours"
	guest_defaults
	if (($#)); then
		own_check "$1"
		GUEST_OWN=$1
	fi
	GUEST_ADD=("$DEMO_TOUR")
	GUEST_COMMAND=("${DEMO_TOUR#*:}")
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
		times >"$CACHE/log/demo.times"
		say "the demo held; it took $(clock "$SECONDS"), and $(clock "$(tap_cpu "$CACHE/log/demo.times")") of CPU time"
		say "the guest's console is in $out/console. Next: ./lab/run shell --load"
	fi
}

# The tour on the kernel that is compiled for it, which no other part boots.
demo_run() {
	tap_case "the tour" "$LAB/run" exec --kernel demo --timeout 300 --add "$DEMO_TOUR" -- "${DEMO_TOUR#*:}"
	tap_plan
}
