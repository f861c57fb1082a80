# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# `bench`: what the implementations cost. rmapctl measures in a guest; what it
# found goes to out/bench/.

# Beside PACKAGES: only who measures needs them.
BENCH_PACKAGES=(gnuplot-nox fonts-dejavu-core)

# An emulated machine that counts what it executes, and does the same each time.
# noreplace-smp: with one CPU, the kernel patches its LOCK prefixes away. numa=off:
# memory comes from one place. norandmaps: the page tables are the same.
BENCH_KERNEL_ARGS="noreplace-smp numa=off norandmaps"

bench_defaults() {
	BENCH_MODE=exact
	BENCH_SIZE=
	BENCH_SAMPLES=
	BENCH_LINES=
	BENCH_KERNELS=(vanilla release)
	BENCH_ARGS=()
}

bench_options() {
	while (($#)); do
		case $1 in
		--exact | --wall | --native | --quick) BENCH_MODE=${1#--} ;;
		--lines) BENCH_LINES=,lines=on ;;
		--size | --samples | --folio | --impl | --rounds | --pages)
			(($# > 1)) || usage_error "$1 needs a value"
			bench_option "$1" "$2"
			shift
			;;
		-*) usage_error "'$1' is no option of bench" ;;
		*) BENCH_ARGS+=("$1") ;;
		esac
		shift
	done
}

# --impl is about the switchable kernel; vanilla has one column.
bench_option() {
	case $1 in
	--size) BENCH_SIZE=$2 ;;
	--samples) BENCH_SAMPLES=$2 ;;
	--impl) BENCH_IMPL=$2 ;;
	*) BENCH_ARGS+=("$1" "$2") ;;
	esac
}

cmd_bench() {
	BENCH_IMPL=
	bench_defaults
	bench_options "$@"
	[[ $BENCH_MODE == @(quick|native) ]] || PACKAGES+=("${BENCH_PACKAGES[@]}")
	deps_need
	export LAB_KEEP_SOURCE=1
	out_dir BENCH_OUT
	BENCH_OUT+=/bench
	mkdir -p "$BENCH_OUT"
	"bench_$BENCH_MODE"
}

# ---- the emulator that counts ----------------------------------------------
# Sets PLUGIN_DIR, which holds count.so.
plugin_need() {
	PLUGIN_DIR=$CACHE/plugin/$(hash_sources tests/bench/plugin tool/bench_region.h)
	cache_entry "$PLUGIN_DIR" plugin_build
	cache_prune 4 "$CACHE/plugin/"
	qemu_need
	dpkg --compare-versions "$QEMU_VERSION" ge 9.2 ||
		die "counting needs QEMU 9.2 or later (plugin interface 4), not $QEMU_VERSION: see LAB_QEMU in lab/run help"
}

plugin_build() {
	step "the plugin that counts" "$CACHE/log/plugin.log" make -C "$TOP/tests/bench/plugin" O="$1"
}

# bench_counted KERNEL COMMAND...: COMMAND in a guest that counts.
bench_counted() {
	local kernel=$1 page
	shift
	temp_dir page
	page+=/counts
	truncate -s 1M "$page"
	LAB_QEMU_ARGS="-plugin $PLUGIN_DIR/count.so,page=$page$BENCH_LINES \
		-object memory-backend-file,id=counts,size=1M,mem-path=$page,share=on \
		-device ivshmem-plain,memdev=counts ${LAB_QEMU_ARGS:-}" \
		LAB_KERNEL_ARGS="$BENCH_KERNEL_ARGS ${LAB_KERNEL_ARGS:-}" \
		LAB_BOOT_LIMIT=${LAB_BOOT_LIMIT:-900} \
		"$LAB/run" exec --kernel "$kernel" --icount --mem "${BENCH_MEM:-3G}" --timeout 86400 \
		--add "$LAB/bench/guest.sh:/lab/bench" -- /lab/bench "$@"
}

# ---- exact counts ----------------------------------------------------------
bench_exact() {
	local kernel size=${BENCH_SIZE:-128M} samples=${BENCH_SAMPLES:-2}
	plugin_need
	for kernel in "${BENCH_KERNELS[@]}"; do
		guest_need "$kernel"
	done
	for kernel in "${BENCH_KERNELS[@]}"; do
		say "kernel $kernel: $size a sample, $samples samples a cell"
		bench_take "$kernel" "$BENCH_OUT/exact-$kernel.json" bench_counted \
			--size "$size" --samples "$samples" "${BENCH_ARGS[@]}"
	done
	bench_report exact "instructions and locked operations, counted by an emulator" \
		"$BENCH_OUT/exact-vanilla.json" "$BENCH_OUT/exact-release.json"
}

# bench_take KERNEL FILE RUNNER ARGS...: the raw samples of one kernel.
bench_take() {
	local kernel=$1 file=$2 runner=$3 impl=$BENCH_IMPL
	shift 3
	[[ $kernel != vanilla ]] || impl=vanilla
	"$runner" "$kernel" ${impl:+--impl "$impl"} "$@" >"$file.new" || die "kernel $kernel was not measured"
	mv "$file.new" "$file"
}

# ---- wall clock ------------------------------------------------------------
bench_wall() {
	guest_need release
	accel_need
	[[ $ACCEL == kvm ]] ||
		die "no accelerator works here (KVM was tried): times of an emulated CPU mean nothing. Use --exact, or rmapctl bench on a test machine"
	guest_need vanilla
	local kernel
	for kernel in "${BENCH_KERNELS[@]}"; do
		bench_take "$kernel" "$BENCH_OUT/wall-$kernel.json" bench_timed \
			--size "${BENCH_SIZE:-1G}" --samples "${BENCH_SAMPLES:-10}" "${BENCH_ARGS[@]}"
	done
	bench_report wall "nanoseconds" "$BENCH_OUT/wall-vanilla.json" "$BENCH_OUT/wall-release.json"
}

bench_timed() {
	local kernel=$1
	shift
	LAB_KERNEL_ARGS="numa=off ${LAB_KERNEL_ARGS:-}" "$LAB/run" exec --kernel "$kernel" --smp 1 --mem "${BENCH_MEM:-4G}" \
		--timeout 86400 --add "$LAB/bench/guest.sh:/lab/bench" -- /lab/bench "$@"
}

# ---- the sources alone, on this CPU ------------------------------------------
# No kernel, no guest: what is given is for the program. It refuses what it does not know.
bench_native() {
	local build=$BENCH_OUT/../build/native
	[[ -z $BENCH_SIZE$BENCH_SAMPLES$BENCH_IMPL ]] ||
		usage_error "--native takes --rounds, --pages and operations; there are neither guests nor samples"
	step "building" "$CACHE/log/bench-native.log" make -C "$TOP/tests/bench/native" O="$build"
	"$build/native" --json "$BENCH_OUT/native.json" "${BENCH_ARGS[@]}" | tee "$BENCH_OUT/native.txt"
	say "the same as JSON: $BENCH_OUT/native.json"
}

# ---- the report ------------------------------------------------------------
# bench_report NAME TITLE FILE...: text, Markdown, plots, and a page of it all.
bench_report() {
	local name=$1 title=$2
	shift 2
	tool_need
	"$TOOL_DIR/rmapctl" bench show "$@" >"$BENCH_OUT/$name.txt"
	"$TOOL_DIR/rmapctl" -j bench show "$@" >"$BENCH_OUT/$name-table.json"
	step "report" "$CACHE/log/bench-report.log" perl "$LAB/bench/report.pl" "$BENCH_OUT" "$name" "$title" "$@"
	cat "$BENCH_OUT/$name.txt"
	say "the page: $BENCH_OUT/$name.html"
}

# ---- for CI ----------------------------------------------------------------
# Shape and determinism, never a time: TAP.
bench_quick() {
	local file=$BENCH_OUT/quick
	plugin_need
	guest_need release
	tool_need
	bench_quick_take "$file" || die "the guest did not measure: see $BENCH_OUT/quick.log"
	perl "$LAB/bench/quick.pl" "$TOOL_DIR/rmapctl" "$file-1.json" "$file-2.json"
}

# Two runs, one file after the other on stdout.
bench_quick_take() {
	local file=$1
	BENCH_MEM=1G bench_counted release twice --size "${BENCH_SIZE:-4M}" --samples 2 \
		--folio "4K,64K,2M" "${BENCH_ARGS[@]}" >"$file.new" 2>"$file.log" || return
	sed -n 1p "$file.new" >"$file-1.json"
	sed -n 2p "$file.new" >"$file-2.json"
	rm "$file.new"
}
