# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# `bench --native`: what runs on this CPU, without a guest. The kernel's own objects, and
# with --sources, the implementations' sources alone.

# ---- the kernel's objects --------------------------------------------------------
declare -A NATIVE_TITLES=([time]=times [count]="instructions" [contend]="contention")

# Each of these is a table of its own.
bench_native() {
	local table=time args=()
	case ${BENCH_NATIVE[*]} in
	'') ;;
	--count | --contend)
		table=${BENCH_NATIVE[0]#--}
		args+=("${BENCH_NATIVE[0]}")
		;;
	--agree)
		bench_native_agree
		return
		;;
	--sources)
		bench_sources
		return
		;;
	*) usage_error "--native takes one of --count, --contend, --agree and --sources" ;;
	esac
	[[ -z $BENCH_SIZE$BENCH_SAMPLES ]] ||
		usage_error "--native takes --rounds, --folio, --impl and what to run; it uses neither guests nor samples"
	bench_native_programs
	bench_native_table "$table" ${args[@]+"${args[@]}"} "${NATIVE_PROGRAMS[@]}" "${BENCH_ARGS[@]}"
	[[ $table != time ]] || bench_native_anchor
	bench_part "native-$table" "The kernel's own objects, on this CPU: ${NATIVE_TITLES[$table]}"
	bench_page "native-$table"
}

# bench_native_table NAME ARGS...
bench_native_table() {
	local name=$1
	shift
	perl "$TOP/bench/native/native.pl" --json "$BENCH_OUT/native-$name.json" "$@" | tee "$BENCH_OUT/native-$name.txt"
}

# Sets NATIVE_PROGRAMS: options for native.pl. Vanilla is left out if only implementations
# are asked for.
bench_native_programs() {
	NATIVE_PROGRAMS=()
	if [[ -z $BENCH_IMPL || ,$BENCH_IMPL, == *,vanilla,* ]]; then
		native_need vanilla
		NATIVE_PROGRAMS+=(--vanilla "$NATIVE_DIR/native")
	fi
	native_need release
	NATIVE_PROGRAMS+=(--hooks "$NATIVE_DIR/native")
	[[ -z $BENCH_IMPL ]] || NATIVE_PROGRAMS+=(--impl "$BENCH_IMPL")
}

# native_need VARIANT: sets NATIVE_DIR, which holds the program made of that kernel.
native_need() {
	local module=
	kernel_need "$1"
	if kernel_is_patched "$1"; then
		module_need
		module=$MODULE_DIR/rmap_ab.ko
	fi
	NATIVE_DIR=$CACHE/native/$KERNEL_KEY-$(hash_sources bench/native hosts ${module:+"${MODULE_SOURCES[@]}"})
	cache_entry "$NATIVE_DIR" native_build "$module"
	cache_prune 8 "$CACHE/native/"
}

native_build() {
	local module=$1 dir=$2
	step "the kernel's objects in a program" "$CACHE/log/native-$KERNEL_KEY.log" native_make "$module" "$dir"
}

# In a copy: the kernel's build leaves files beside the sources.
native_make() {
	make -C "$TOP/bench/native" O="$2/build" KDIR="$KERNEL_DIR" HOST="$HOST" MODULE="$1" CC="ccache gcc"
	mv "$2/build/native" "$2/native"
	rm -r "$2/build"
}

# The same work by system calls, on the kernel that runs here: it does more than these
# functions, and is another kernel.
bench_native_anchor() {
	local file=$BENCH_OUT/native-anchor
	tool_need
	{
		printf '\nThe running kernel, by the clock: the whole system calls\n'
		"$TOOL_DIR/rmapctl" bench run munmap fork exit remap --impl vanilla --size 16M --samples 6 \
			--folio 4K,64K,2M --json "$file.json"
	} 2>"$CACHE/log/bench-native-anchor.log" | tee "$file.txt" ||
		say "the running kernel was not measured: see $CACHE/log/bench-native-anchor.log"
	cat "$file.txt" >>"$BENCH_OUT/native-time.txt"
}

# ---- do they count as a guest does? ------------------------------------------------
# What each implementation has more than builtin, in a guest and natively: TAP. The same
# kernel and module are in both.
bench_native_agree() {
	[[ -z $BENCH_SAMPLES$BENCH_IMPL${BENCH_ARGS[*]} ]] || usage_error "--native --agree takes --size"
	plugin_need
	guest_need release
	native_need release
	native_agree_run
}

# `test` runs this, too, after it has made what is needed. What a page more costs is the
# difference between two sizes.
native_agree_run() {
	local works=(fork munmap exit remap) folios=4K,64K,2M few=${BENCH_SIZE:-8M} many
	# rmapctl wants a unit.
	many=$(numfmt --from=iec --to-unit=512 -- "${few^^}") || usage_error "--size takes a number and K, M or G"
	BENCH_COLUMNS_ALL=$((2 * $(bench_columns release)))
	native_guest_take few "$few" --folio "$folios" "${works[@]}"
	native_guest_take many "${many}K" --folio "$folios" "${works[@]}"
	perl "$TOP/bench/native/native.pl" --hooks "$NATIVE_DIR/native" --count --folio "$folios" \
		--json "$BENCH_OUT/native-agree.json" "${works[@]}" >&2 || return
	perl "$TOP/bench/native/guest.pl" "$BENCH_OUT"/native-{agree,guest-few,guest-many}.json
}

# native_guest_take NAME SIZE ARGS...: of six samples, one is free of what comes by chance.
native_guest_take() {
	local file=$BENCH_OUT/native-guest-$1.json size=$2
	shift 2
	bench_take release "$file" bench_counted --size "$size" --samples 6 "$@"
}

# ---- the sources alone ----------------------------------------------------------------
# Neither kernel nor guest takes part. The program itself checks its arguments.
bench_sources() {
	local build=$BENCH_OUT/../build/sources
	[[ -z $BENCH_SIZE$BENCH_SAMPLES$BENCH_IMPL ]] ||
		usage_error "--native --sources takes --rounds, --pages and operations; it uses neither guests nor samples"
	# The bit lock of 7.3's MM IDs is the unit tests' model here, which is not what to time.
	[[ $HOST == "$HOST_DEFAULT" ]] || usage_error "--native --sources measures what is for Linux $HOST_DEFAULT only"
	step "building" "$CACHE/log/bench-sources.log" make -C "$TOP/bench/sources" O="$build"
	"$build/native" --json "$BENCH_OUT/sources.json" "${BENCH_ARGS[@]}" | tee "$BENCH_OUT/sources.txt"
	bench_part sources "The sources alone, on this CPU"
	bench_page sources
}
