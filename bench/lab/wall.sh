# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# `bench --wall`: times, where they mean something. A machine whose own kernel has the
# hooks measures that one. Any other measures guests, if KVM works. What there is to send to
# somebody else is packed into one file.

# Where the running kernel is measured, none of the lab's guests is needed.
WALL_PACKAGES=(make gcc libc6-dev pkg-config libjson-c-dev libgsl-dev libnl-3-dev libnl-genl-3-dev perl)

# Not each kernel has all of these.
wall_is_here() {
	[[ -d /sys/module/rmap_ab ]] || grep -qsw rmap_ops_install /proc/kallsyms ||
		grep -qsx CONFIG_RMAP_OPS=y "/boot/config-$(uname -r)"
}

bench_wall() {
	if wall_is_here; then
		wall_here
	else
		wall_guests
	fi
	wall_facts >"$BENCH_OUT/wall-machine.txt"
	bench_report wall "Nanoseconds"
	wall_pack
}

# ---- guests ----------------------------------------------------------------
wall_guests() {
	local kernel
	guest_need release
	accel_need
	[[ $ACCEL == kvm ]] ||
		die "KVM does not work here, the running kernel has no hooks, and times of an emulated CPU mean nothing. Use --exact, or read docs/machines.md"
	guest_need vanilla
	for kernel in "${BENCH_KERNELS[@]}"; do
		bench_take "$kernel" "$BENCH_OUT/wall-$kernel.json" wall_guest \
			--size "${BENCH_SIZE:-1G}" --samples "${BENCH_SAMPLES:-10}" "${BENCH_ARGS[@]}"
	done
}

wall_guest() {
	local kernel=$1
	shift
	bench_exec --kernel "$kernel" --smp 1 --mem "${BENCH_MEM:-4G}" \
		--timeout 86400 "${BENCH_ADD[@]}" --add "$TOP/bench/lab/guest.sh:/lab/bench" -- /lab/bench "$@"
}

# ---- this machine ----------------------------------------------------------
wall_here() {
	local file=$BENCH_OUT/wall-here.json
	((!EUID)) || die "the running kernel has the hooks; measuring it needs root"
	[[ -z $BENCH_OWN ]] || usage_error "--own is for guests; here, load your module before"
	tool_need
	wall_load
	say "kernel $(uname -r): the running one"
	BENCH_KERNELS=(here)
	run_job "$TOOL_DIR/rmapctl" bench run --json "$file.new" ${BENCH_IMPL:+--impl "$BENCH_IMPL"} \
		--size "${BENCH_SIZE:-1G}" --samples "${BENCH_SAMPLES:-10}" "${BENCH_ARGS[@]}"
	((!JOB_STATUS)) || die "it was not measured to the end; the samples that were taken are in $file.new"
	mv "$file.new" "$file"
}

# A module that we have loaded goes, one that was there stays.
wall_load() {
	[[ ! -d /sys/module/rmap_ab ]] || return 0
	modprobe rmap_ab || die "the running kernel has the hooks, and modprobe finds no rmap_ab: install rmap-ab-dkms, or make install"
	on_exit "modprobe -r rmap_ab"
}

# ---- what to send ----------------------------------------------------------
# What could explain a time. No names, no addresses, no command line.
wall_facts() {
	printf 'date: %(%F)T UTC\n' -1
	printf 'kernel: %s\n' "$(uname -srvm)"
	lscpu | grep -E '^ *(Model name|CPU family|Model|Stepping|CPU\(s\)|Thread|Core|Socket|NUMA node\(s\)|Hypervisor|L[123])'
	sed -n '/^microcode/{p;q}' /proc/cpuinfo
	sed -n '/^MemTotal/p' /proc/meminfo
	wall_fact /proc/loadavg
	wall_fact /sys/devices/system/cpu/smt/control
	wall_fact /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor
	wall_fact /sys/devices/system/clocksource/clocksource0/current_clocksource
	wall_fact /sys/kernel/mm/transparent_hugepage/enabled
	(cd /sys/devices/system/cpu/vulnerabilities 2>/dev/null && grep -H '' -- *) || true
}

wall_fact() { [[ ! -r $1 ]] || printf '%s: %s\n' "$1" "$(<"$1")"; }

wall_pack() {
	local files
	files=$(cd "$BENCH_OUT" && ls -- wall* index.html)
	# shellcheck disable=SC2086 # names without spaces
	tar -C "$BENCH_OUT" -czf "$BENCH_OUT/rmap_ab-wall.tar.gz" $files
	say "to send: $BENCH_OUT/rmap_ab-wall.tar.gz (docs/machines.md says what is in it)"
}
