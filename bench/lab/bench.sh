# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# `bench` measures the cost of the implementations. rmapctl runs in a guest, and
# its results go to out/bench/.

# Packages that only measuring needs, beside PACKAGES.
BENCH_PACKAGES=(gnuplot-nox fonts-dejavu-core)
BENCH_REDIS_PACKAGES=(redis-tools)

# An emulated machine that counts what it executes, and does nearly the same each time.
# noreplace-smp: with one CPU, the kernel patches its LOCK prefixes away. norandmaps: the
# page tables are the same. As each guest of the lab, it has two emulated nodes.
BENCH_KERNEL_ARGS="noreplace-smp norandmaps"

BENCH_IMPLS=builtin,control,page,batch,exclusive

bench_defaults() {
	BENCH_MODE=exact
	BENCH_SIZE=
	BENCH_SAMPLES=
	BENCH_MEMORY=
	BENCH_SIZES=
	BENCH_TURN=
	BENCH_BLOCKS=
	BENCH_SEEDS=()
	BENCH_IMPL=
	BENCH_OWN=
	BENCH_ADD=()
	BENCH_KERNELS=(vanilla release)
	BENCH_COLUMNS=
	BENCH_COLUMNS_ALL=
	BENCH_DONE=0
	BENCH_SPENT=0
	BENCH_NATIVE=()
	BENCH_ARGS=()
}

bench_options() {
	while (($#)); do
		case $1 in
		--exact | --functions | --wall | --native | --quick | --switch | --redis | --layouts | --accuracy | --caches | --transfers) BENCH_MODE=${1#--} ;;
		--twice) BENCH_SEEDS=("${LAB_SEED:-1}" "${LAB_SEED:-1}") ;;
		--lines) BENCH_MEMORY=,memory=lines ;;
		--sources | --count | --contend | --agree) BENCH_NATIVE+=("$1") ;;
		--size | --samples | --folio | --impl | --own | --rounds | --pages | --ms | --seeds | --sizes | --turn)
			(($# > 1)) || usage_error "$1 needs a value"
			bench_option "$1" "$2"
			shift
			;;
		-*) usage_error "bench has no option '$1'" ;;
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
	--own)
		own_check "$2"
		BENCH_OWN=$OWN_SOURCE
		;;
	--sizes) BENCH_SIZES=$2 ;;
	--turn) BENCH_TURN=$2 ;;
	--seeds)
		[[ $2 =~ ^[0-9]+,[0-9]+$ ]] || usage_error "--seeds takes two numbers, as in: bench --seeds 1,2 fork"
		IFS=, read -ra BENCH_SEEDS <<<"$2"
		;;
	*) BENCH_ARGS+=("$1" "$2") ;;
	esac
}

cmd_bench() {
	BENCH_COMMAND="./lab/run${HOST_CHOSEN:+ --host $HOST} bench${*:+ $*}"
	bench_defaults
	bench_options "$@"
	[[ $BENCH_MODE == native || -z ${BENCH_NATIVE[*]} ]] || usage_error "${BENCH_NATIVE[0]} belongs to bench --native"
	[[ $BENCH_MODE != wall ]] || ! wall_is_here || PACKAGES=("${WALL_PACKAGES[@]}")
	[[ $BENCH_MODE == @(quick|native) ]] || PACKAGES+=("${BENCH_PACKAGES[@]}")
	[[ $BENCH_MODE != @(redis|accuracy|layouts) ]] || PACKAGES+=("${BENCH_REDIS_PACKAGES[@]}")
	deps_need
	export LAB_KEEP_SOURCE=1
	bench_out
	"bench_$BENCH_MODE"
}

bench_out() {
	out_dir BENCH_OUT
	BENCH_OUT+=/bench
	mkdir -p "$BENCH_OUT"
}

# ---- the emulator that counts ----------------------------------------------
# Sets PLUGIN_DIR, which holds count.so.
plugin_need() {
	PLUGIN_DIR=$CACHE/plugin/$(hash_sources bench/plugin bench/region.h)
	cache_entry "$PLUGIN_DIR" plugin_build
	cache_prune 4 "$CACHE/plugin/"
	plugin_possible ||
		die "counting needs QEMU 9.2 or later (plugin interface 4), not $QEMU_VERSION: see LAB_QEMU in lab/run help"
}

plugin_possible() {
	qemu_need
	dpkg --compare-versions "$QEMU_VERSION" ge 9.2
}

plugin_build() {
	step "the plugin that counts" "$CACHE/log/plugin.log" make -C "$TOP/bench/plugin" O="$1"
}

# bench_exec OPTIONS... -- COMMAND...: a guest that ends when a signal ends this lab. Bash
# would wait for a lab in the foreground first.
bench_exec() {
	run_job "$LAB/run" exec "$@"
	return "$JOB_STATUS"
}

# bench_counted KERNEL COMMAND...: COMMAND in a guest that counts. With BENCH_SMP, it has
# so many CPUs, each a thread of its own.
bench_counted() {
	local kernel=$1 page clock=(--icount)
	shift
	[[ -z ${BENCH_SMP:-} ]] || clock=(--smp "$BENCH_SMP")
	temp_dir page
	page+=/counts
	truncate -s 1M "$page"
	LAB_QEMU_ARGS="-plugin $PLUGIN_DIR/count.so,page=$page$BENCH_MEMORY$BENCH_BLOCKS \
		-object memory-backend-file,id=counts,size=1M,mem-path=$page,share=on \
		-device ivshmem-plain,memdev=counts ${LAB_QEMU_ARGS:-}" \
		LAB_KERNEL_ARGS="$BENCH_KERNEL_ARGS ${LAB_KERNEL_ARGS:-}" \
		LAB_BOOT_LIMIT=${LAB_BOOT_LIMIT:-900} \
		bench_exec --kernel "$kernel" "${clock[@]}" --mem "${BENCH_MEM:-3G}" --timeout 86400 "${BENCH_ADD[@]}" \
		--add "$TOP/bench/lab/guest.sh:/lab/bench" -- /lab/bench "$@"
}

# ---- exact counts ----------------------------------------------------------
bench_exact() {
	local kernel
	plugin_need
	for kernel in "${BENCH_KERNELS[@]}"; do
		guest_need "$kernel"
	done
	bench_exact_take exact "${BENCH_SEEDS[0]:-}"
	bench_report exact "Instructions and locked operations, counted by an emulator"
	[[ -z ${BENCH_SEEDS[1]:-} ]] || bench_agree "${BENCH_SEEDS[1]}"
}

# bench_exact_take NAME SEED. Six samples: in about one of four forks the kernel's
# entropy pool is mixed (1600 instructions), which moves a median of two.
bench_exact_take() {
	local -x LAB_SEED=${2:-${LAB_SEED:-1}}
	local kernel size=${BENCH_SIZE:-16M} samples=${BENCH_SAMPLES:-6}
	for kernel in "${BENCH_KERNELS[@]}"; do
		say "kernel $kernel: $size a sample, $samples samples a cell, seed $LAB_SEED"
		bench_take "$kernel" "$BENCH_OUT/$1-$kernel.json" bench_counted \
			--size "$size" --samples "$samples" "${BENCH_ARGS[@]}"
	done
}

# bench_agree SEED: all over again, on machines booted anew. With the same seed, each
# cell must come out the same; with another one, what depends on chance may not.
bench_agree() {
	local kernel files=()
	bench_exact_take again "$1"
	for kernel in "${BENCH_KERNELS[@]}"; do
		files+=("$BENCH_OUT/exact-$kernel.json" "$BENCH_OUT/again-$kernel.json")
	done
	perl "$TOP/bench/report/agree.pl" "${files[@]}" || [[ $1 != "${BENCH_SEEDS[0]}" ]] || die "two runs do not agree"
}

# bench_take KERNEL FILE RUNNER ARGS...: the raw samples of one kernel. BENCH_COLUMNS and
# BENCH_COLUMNS_ALL say how much of the work that is, where it is not for each kernel all.
bench_take() {
	local kernel=$1 file=$2 runner=$3 impl=$BENCH_IMPL progress filter status=0
	local start=$SECONDS columns all
	shift 3
	BENCH_ADD=(${BENCH_OWN:+--own "$BENCH_OWN"})
	kernel_is_patched "$kernel" || impl=vanilla BENCH_ADD=()
	columns=${BENCH_COLUMNS:-$(bench_columns "$kernel")}
	all=${BENCH_COLUMNS_ALL:-$(bench_columns_of_all)}
	exec {progress}> >(exec >&2 && left_filter "$BENCH_SPENT" "$BENCH_DONE" "$columns" "$all")
	filter=$!
	twice "$file.new" "$runner" "$kernel" ${impl:+--impl "$impl"} "$@" 2>&"$progress" || status=$?
	exec {progress}>&-
	wait "$filter" || true
	((!status)) || die "kernel $kernel was not measured to the end; the samples that it did take are in $file.new"
	mv "$file.new" "$file"
	((BENCH_DONE += columns, BENCH_SPENT += SECONDS - start)) || true
}

# Prints the amount of work, in columns of the table.
bench_columns() {
	local impls
	IFS=, read -ra impls <<<"${BENCH_IMPL:-$BENCH_IMPLS}"
	if kernel_is_patched "$1"; then
		echo "${#impls[@]}"
	else
		echo 1
	fi
}

bench_columns_of_all() {
	local kernel all=0
	for kernel in "${BENCH_KERNELS[@]}"; do
		((all += $(bench_columns "$kernel")))
	done
	echo $((all * (${#BENCH_SEEDS[@]} > 1 ? 2 : 1)))
}

# ---- where the instructions are ----------------------------------------------
# One cell; a machine for each column, so that a file of blocks is about one.
bench_functions() {
	local impls impl columns=() file=$BENCH_OUT/functions
	bench_functions_check
	IFS=, read -ra impls <<<"${BENCH_IMPL:-$BENCH_IMPLS}"
	plugin_need
	rm -f "$file"-*
	for impl in vanilla "${impls[@]}"; do
		bench_functions_take "$impl" "$file-$impl"
		columns+=("$file-$impl.json" "$impl" "$file-$impl.blocks" "$file-$impl.symbols")
	done
	perl "$TOP/bench/report/where.pl" "${columns[@]}" >"$file.txt.new" || die "the blocks do not add up to the counts"
	mv "$file.txt.new" "$file.txt"
	cat "$file.txt"
	bench_part functions "Where the instructions are"
	bench_page functions
}

bench_functions_check() {
	local folio='' scenarios=0
	set -- "${BENCH_ARGS[@]}"
	while (($#)); do
		case $1 in
		--folio)
			folio=$2
			shift
			;;
		*) ((++scenarios)) ;;
		esac
		shift
	done
	[[ -n $folio && $folio != *,* && $scenarios == 1 ]] ||
		usage_error "--functions takes one scenario and --folio with one size, as in: bench --functions --folio 4K fork"
}

# bench_functions_take COLUMN FILE: its samples, blocks, and the addresses of functions.
bench_functions_take() {
	local impl=$1 file=$2 kernel=release dir
	temp_dir dir
	BENCH_ADD=(${BENCH_OWN:+--own "$BENCH_OWN"})
	[[ $impl != vanilla ]] || kernel=vanilla BENCH_ADD=()
	guest_need "$kernel"
	say "$impl: ${BENCH_SIZE:-16M} a sample"
	BENCH_BLOCKS=,blocks=$dir/blocks bench_counted "$kernel" functions --impl "$impl" \
		--size "${BENCH_SIZE:-16M}" --samples "${BENCH_SAMPLES:-2}" "${BENCH_ARGS[@]}" >"$dir/said" ||
		die "$impl was not measured to the end"
	mv "$dir/blocks" "$file.blocks"
	grep '^{' "$dir/said" >"$file.json"
	{ cat "$KERNEL_DIR/System.map" && sed -n 's/^symbol //p' "$dir/said"; } >"$file.symbols"
}

# ---- what a switch costs ----------------------------------------------------
bench_switch() {
	local cpus dir file=$BENCH_OUT/switch.json
	[[ -z $BENCH_SIZE$BENCH_SAMPLES$BENCH_IMPL ]] || usage_error "--switch takes --rounds and --ms"
	guest_need release
	accel_need
	temp_dir dir
	for cpus in 1 2 4; do
		say "$cpus CPUs"
		# Switches on several emulated CPUs are what the emulator may fail at.
		run_job exec_twice "$dir/said" --smp "$cpus" --timeout 7200 -- rmap_stall_bench "${BENCH_ARGS[@]}"
		((!JOB_STATUS)) || die "the guest with $cpus CPUs did not measure"
		cat "$dir/said"
	done >"$file.new"
	mv "$file.new" "$file"
	step "report" "$CACHE/log/bench-report.log" perl "$TOP/bench/report/switch.pl" "$BENCH_OUT" "$(bench_accel)"
	cat "$BENCH_OUT/switch.md"
	bench_page switch
}

# ---- a real program --------------------------------------------------------
# Debian's redis-server is the same file as redis-check-rdb, which comes without
# a service that would start here.
BENCH_REDIS_KEYS=60000
BENCH_REDIS_WRITES=6000
BENCH_REDIS_FORKS=11

bench_redis() {
	local file=$BENCH_OUT/redis.txt icount=--icount impls
	[[ -z $BENCH_SIZE$BENCH_SAMPLES${BENCH_ARGS[*]} ]] || usage_error "--redis takes --impl"
	IFS=, read -ra impls <<<"${BENCH_IMPL:-$BENCH_IMPLS}"
	guest_need release
	accel_need
	[[ $ACCEL != kvm ]] || icount=
	bench_exec ${icount:+"$icount"} --smp 1 --mem 2G --timeout 7200 \
		--add /usr/bin/redis-check-rdb:/usr/local/bin/redis-server --add /usr/bin/redis-cli:/usr/local/bin/redis-cli \
		--add /usr/bin/redis-benchmark:/usr/local/bin/redis-benchmark --add /usr/bin/chrt:/usr/local/bin/chrt --add "$TOP/bench/lab/redis.sh:/lab/redis" \
		-- /lab/redis "$BENCH_REDIS_KEYS" "$BENCH_REDIS_WRITES" "$BENCH_REDIS_FORKS" "${impls[@]}" >"$file.new" || die "the guest did not measure"
	mv "$file.new" "$file"
	step "report" "$CACHE/log/bench-report.log" perl "$TOP/bench/report/redis.pl" "$BENCH_OUT" "$(bench_accel)"
	cat "$BENCH_OUT/redis.md"
	bench_page redis
}

# ---- what is lost without page mapcounts ------------------------------------
bench_accuracy() {
	[[ -z $BENCH_SIZE$BENCH_SAMPLES$BENCH_IMPL${BENCH_ARGS[*]} ]] || usage_error "--accuracy takes no other option"
	bench_layouts_accuracy
	bench_page accuracy
}

bench_accel() {
	case $ACCEL in
	kvm) echo "KVM" ;;
	*) echo "none: emulated by QEMU $QEMU_VERSION on $(nproc) CPUs" ;;
	esac
}

# ---- the report ------------------------------------------------------------
# bench_report NAME TITLE: text, tables and plots of NAME-KERNEL.json.
bench_report() {
	local name=$1 title=$2 kernel files=()
	for kernel in "${BENCH_KERNELS[@]}"; do
		files+=("$BENCH_OUT/$name-$kernel.json")
	done
	tool_need
	"$TOOL_DIR/rmapctl" bench show "${files[@]}" >"$BENCH_OUT/$name.txt"
	"$TOOL_DIR/rmapctl" -j bench show "${files[@]}" >"$BENCH_OUT/$name-table.json"
	step "report" "$CACHE/log/bench-report.log" perl "$TOP/bench/report/report.pl" "$BENCH_OUT" "$name" "$title" "${files[@]}"
	cat "$BENCH_OUT/$name.txt"
	bench_page "$name"
}

# bench_part NAME TITLE: NAME.txt for the page.
bench_part() {
	{
		echo "<h2>$2</h2><pre>"
		sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' "$BENCH_OUT/$1.txt"
		echo "</pre>"
	} >"$BENCH_OUT/$1.part"
}

# bench_page NAME...: makes one page of all results so far; those have just been taken.
bench_page() {
	local name page=$BENCH_OUT/index.html
	for name; do
		echo "$BENCH_COMMAND" >"$BENCH_OUT/$name.command"
	done
	perl "$TOP/bench/report/page.pl" "$BENCH_OUT" >"$page.new" || die "the page cannot be made"
	mv "$page.new" "$page"
	say "the page: $page"
}

# ---- for CI ----------------------------------------------------------------
# Shape and determinism, never a time: TAP.
bench_quick() {
	plugin_need
	guest_need vanilla
	guest_need release
	bench_quick_run
}

# `test` runs this, too, after it has made what is needed. Machines that have just
# booted are in the same state; one that has measured already is not. They have as much
# memory as all that count: statistics are added up sooner on a smaller machine.
bench_quick_run() {
	local costs=()
	[[ ! -e $HOST_DIR/costs ]] || costs=("$HOST_DIR/costs")
	bench_quick_take vanilla vanilla --impl vanilla
	bench_quick_take vanilla again --impl vanilla
	bench_quick_take release first
	LAB_SEED=2 bench_quick_take release second
	perl "$TOP/bench/report/quick.pl" "$BENCH_OUT/quick" "${costs[@]}"
}

# bench_quick_take KERNEL NAME ARG...: a file for each run.
bench_quick_take() {
	local kernel=$1 base=$BENCH_OUT/quick-$2
	shift 2
	bench_counted "$kernel" quick --size "${BENCH_SIZE:-8M}" --samples 2 "$@" \
		>"$base.new" 2>"$base.log" || die "the guest did not measure: see $base.log"
	awk -v base="$base" '{ print >(base "-" NR ".json") }' "$base.new"
	rm "$base.new"
}
