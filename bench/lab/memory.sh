# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# `bench --caches` and `bench --transfers`: what the implementations do to memory. The
# plugin simulates caches (bench/plugin/caches.h), or who has which line among several
# CPUs (bench/plugin/directory.h, turns.h).

# Every access is simulated, so this is slow: little is measured unless the user names it.
BENCH_CACHES_SIZE=8M
BENCH_CACHES_FOLIOS=4K,64K,2M
BENCH_CACHES_SCENARIOS=(munmap fork remap)
# The warm caches are not warm yet when the first one is taken; a median of four does not
# see it.
BENCH_CACHES_SAMPLES=4

BENCH_TRANSFERS_CPUS=(2 4)
BENCH_TRANSFERS_SIZE=4M
BENCH_TRANSFERS_FOLIOS=64K,2M
# Which CPU comes first is chance.
BENCH_TRANSFERS_SAMPLES=6

# bench_memory_defaults FOLIOS SCENARIO...: those, unless the user has named some.
bench_memory_defaults() {
	local folios='' scenarios=0 default=$1
	shift
	bench_arguments_named
	((folios)) || BENCH_ARGS+=(--folio "$default")
	((scenarios)) || BENCH_ARGS+=("$@")
}

# Sets the caller's folios and scenarios: how many there are in BENCH_ARGS.
bench_arguments_named() {
	local i
	folios=0 scenarios=0
	for ((i = 0; i < ${#BENCH_ARGS[@]}; i++)); do
		case ${BENCH_ARGS[i]} in
		--folio) ((++folios, ++i)) ;;
		--*) ((++i)) ;;
		*) ((++scenarios)) ;;
		esac
	done
}

# The switchable kernel alone: what is compared are implementations.
bench_caches() {
	bench_memory_defaults "$BENCH_CACHES_FOLIOS" "${BENCH_CACHES_SCENARIOS[@]}"
	plugin_need
	guest_need release
	BENCH_KERNELS=(release)
	BENCH_MEMORY=,memory=caches${BENCH_SIZES:+,sizes=$BENCH_SIZES}
	BENCH_SIZE=${BENCH_SIZE:-$BENCH_CACHES_SIZE} BENCH_SAMPLES=${BENCH_SAMPLES:-$BENCH_CACHES_SAMPLES}
	bench_memory_take caches
	bench_memory_report caches "$BENCH_OUT/caches.json"
}

# One machine for each number of CPUs.
bench_transfers() {
	local cpus files=()
	bench_memory_defaults "$BENCH_TRANSFERS_FOLIOS" contend
	plugin_need
	guest_need release
	BENCH_KERNELS=(release)
	BENCH_COLUMNS_ALL=$((${#BENCH_TRANSFERS_CPUS[@]} * $(bench_columns release)))
	BENCH_MEMORY=,memory=transfers${BENCH_TURN:+,turn=$BENCH_TURN}
	BENCH_SIZE=${BENCH_SIZE:-$BENCH_TRANSFERS_SIZE} BENCH_SAMPLES=${BENCH_SAMPLES:-$BENCH_TRANSFERS_SAMPLES}
	for cpus in "${BENCH_TRANSFERS_CPUS[@]}"; do
		BENCH_SMP=$cpus bench_memory_take "transfers-$cpus"
		files+=("$BENCH_OUT/transfers-$cpus.json")
	done
	bench_memory_report transfers "${files[@]}"
}

# bench_memory_take NAME: the raw samples.
bench_memory_take() {
	say "${BENCH_SMP:-1} CPUs, $BENCH_SIZE a sample, $BENCH_SAMPLES samples a cell: ${BENCH_ARGS[*]}"
	BENCH_MEM=1G bench_take release "$BENCH_OUT/$1.json" bench_counted \
		--size "$BENCH_SIZE" --samples "$BENCH_SAMPLES" "${BENCH_ARGS[@]}"
}

bench_memory_report() {
	local name=$1
	shift
	step "report" "$CACHE/log/bench-report.log" perl "$TOP/bench/report/$name.pl" "$BENCH_OUT" "$@"
	cat "$BENCH_OUT/$name.md"
	bench_page "$name"
}
