# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# `bench --layouts`: what mapcounts of the pages of large folios cost, and what is lost
# without them. Linux 7.3 only.

# All that removes and adds mappings: a batch of PTEs, single ones, and by rmap walk.
BENCH_LAYOUTS_SCENARIOS=(fork munmap dontneed remap cow swap-out shmem-map shmem-unmap)
BENCH_LAYOUTS_FOLIOS=16K,32K,64K,128K,256K,512K,1M,2M
BENCH_LAYOUTS_IMPLS=builtin,control,exclusive

bench_layouts() {
	# Says so if this host has no such kernel.
	kernel_check_variant layout
	bench_layouts_cost
	bench_layouts_accuracy
	bench_page layouts accuracy
}

# What it is compared with: the kernel without the patch, as upstream compiles it with and
# without those mapcounts; the switchable one that has no layouts; and the one that has
# them, while some folio has none. There each operation asks which layout a folio has.
bench_layouts_cost() {
	local chosen=${BENCH_IMPL:-$BENCH_LAYOUTS_IMPLS} kernel columns
	plugin_need
	for kernel in vanilla nomapcount release layout; do
		guest_need "$kernel"
	done
	bench_layouts_arguments
	columns=${chosen//[^,]/}
	columns=$((2 * (${#columns} + 1)))
	BENCH_COLUMNS_ALL=$((4 + columns))
	bench_layouts_take vanilla vanilla 1 bench_counted vanilla
	bench_layouts_take nomapcount nomapcount 1 bench_counted vanilla
	bench_layouts_take release release 1 bench_counted builtin
	bench_layouts_take mixed layout 1 bench_mixed builtin --layout page
	bench_layouts_take layout layout "$columns" bench_counted "$chosen" --layout page,none
	bench_layouts_report
}

# Without the names of scenarios, all that have folios of the sizes; without sizes, all.
bench_layouts_arguments() {
	local folios='' scenarios=0 scenario
	set -- "${BENCH_ARGS[@]}"
	while (($#)); do
		case $1 in
		--folio)
			folios=$2
			shift
			;;
		--*) shift ;;
		*) ((++scenarios)) ;;
		esac
		shift
	done
	[[ -n $folios ]] || BENCH_ARGS+=(--folio "$BENCH_LAYOUTS_FOLIOS")
	((!scenarios)) || return 0
	for scenario in "${BENCH_LAYOUTS_SCENARIOS[@]}"; do
		[[ $scenario == remap && ",${folios:-2M}," != *,2M,* ]] || BENCH_ARGS+=("$scenario")
	done
}

# bench_layouts_take NAME KERNEL COLUMNS RUNNER IMPLS ARGS...: layouts-NAME.json.
bench_layouts_take() {
	local name=$1 kernel=$2 BENCH_COLUMNS=$3 runner=$4 BENCH_IMPL=$5 size=${BENCH_SIZE:-16M} samples=${BENCH_SAMPLES:-2}
	shift 5
	say "kernel $kernel, $BENCH_IMPL $*: $size a sample, $samples samples a cell"
	bench_take "$kernel" "$BENCH_OUT/layouts-$name.json" "$runner" "$@" \
		--size "$size" --samples "$samples" "${BENCH_ARGS[@]}"
}

bench_mixed() {
	local kernel=$1
	shift
	bench_counted "$kernel" mixed "$@"
}

bench_layouts_report() {
	step "report" "$CACHE/log/bench-report.log" perl "$TOP/bench/report/layouts.pl" "$BENCH_OUT"
	cat "$BENCH_OUT/layouts.md"
}
