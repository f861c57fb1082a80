# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# `test`: the parts, cheap failures first, and the line that sums them up.

# These parts show in twenty minutes that no rule is broken; `all` adds the others, and
# leaves out what they contain. A part does the same wherever it is named.
TEST_PARTS=(style unit model mutants vm selftests debug stress hosts)
TEST_MORE_PARTS=(bench mutants-guest builds selftests-each stress-long debug-long demo rt distro field package selftests-all hosts-all)
# The same on more programs, for longer, and on more kernels: selftests-all, stress-long,
# hosts-all.
TEST_CONTAINED_PARTS=(selftests stress hosts)
# What a kernel may take on two slow CPUs.
TEST_KERNEL_SECONDS=1800
# Needed beside PACKAGES, but only for a load that somebody else has written.
STRESS_PACKAGES=(stress-ng)
# Never without its name: `next`.
# `hosts-all` is these parts, on each of the other hosts.
TEST_HOST_PARTS=(style vm debug stress selftests bench mutants-guest demo field)
# The guest's test programs and how to run them; the lab's own tests use others.
TEST_PROGRAMS=${LAB_TEST_PROGRAMS:-$TOP/tests/vm/PROGRAMS}

cmd_test() {
	local part parts
	(($# <= 1)) || usage_error "test takes a list of parts, with commas between them"
	test_parts "${1-}"
	[[ " ${parts[*]} " != *' builds '* ]] || PACKAGES+=("${BUILDS_PACKAGES[@]}")
	[[ " ${parts[*]} " != *' stress-long '* ]] || PACKAGES+=("${STRESS_PACKAGES[@]}")
	[[ " ${parts[*]} " != *@(' field '|' hosts-all ')* ]] || PACKAGES+=("${FIELD_PACKAGES[@]}")
	deps_need
	source_need
	# One kernel source for the whole run, and for the labs that it starts.
	export LAB_KEEP_SOURCE=1
	unset LAB_REFRESH
	kept_begin "${1-}"
	on_exit test_cut_off
	for part in "${parts[@]}"; do
		test_part "$part"
	done
	test_end
}

# The lab ends, as it does when a kernel cannot be compiled: hours of tests had a result.
test_cut_off() {
	[[ -n ${TEST_ENDED:-} ]] ||
		say "the tests ended in the part $TAP_PART: $TAP_PASSED passed, $TAP_FAILED failed, $TAP_SKIPPED skipped until then"
}

# Sets the caller's `parts`, in our order, whatever the user's is.
test_parts() {
	local every=("${TEST_PARTS[@]}" "${TEST_MORE_PARTS[@]}") wanted=${1:-$(IFS=, && echo "${TEST_PARTS[*]}")} part
	parts=()
	if [[ $wanted == next ]]; then
		parts=(next)
		return
	fi
	if [[ $wanted == all ]]; then
		for part in "${every[@]}"; do
			[[ " ${TEST_CONTAINED_PARTS[*]} " == *" $part "* ]] || parts+=("$part")
		done
		return
	fi
	for part in "${every[@]}"; do
		if [[ ,$wanted, == *",$part,"* ]]; then
			parts+=("$part")
			wanted=,$wanted,
			wanted=${wanted/,$part,/,}
		fi
	done
	[[ ${wanted//,/} == '' ]] ||
		usage_error "there is no part '${wanted//,/ }'; there are: ${every[*]}; or all, or next"
}

# Suites of the part before may still run beside it.
test_part() {
	if test_time_is_over "$1" "$SECONDS"; then
		tap_drain
		say "---- $1: not begun, $((SECONDS / 60)) of $LAB_TEST_MINUTES minutes are over; \`lab/run test $1\` runs it"
		((++TAP_SKIPPED))
		return
	fi
	say "---- $1"
	tap_part "$1" "test_${1//-/_}"
}

# test_time_is_over PART SECONDS: is it too late for PART? None begins after
# LAB_TEST_MINUTES, and none that has to compile a kernel in the half hour before. A CI that
# ended the lab by a limit of its own would get no result at all.
test_time_is_over() {
	local limit
	[[ -n ${LAB_TEST_MINUTES:-} ]] || return
	limit=$((60 * LAB_TEST_MINUTES))
	(($2 < limit - TEST_KERNEL_SECONDS)) || ! test_part_compiles "$1" || ((limit -= TEST_KERNEL_SECONDS))
	(($2 >= limit))
}

# Those whose kernel shares hardly an object with the one of the parts before.
test_part_compiles() {
	case $1 in
	debug) ! (kernel_is_cached debug) ;;
	hosts) test_other_hosts test_host_compiles | grep -q . ;;
	*) return 1 ;;
	esac
}

test_host_compiles() { kernel_is_cached release || echo "$HOST"; }

test_end() {
	local place
	tap_drain
	TEST_ENDED=yes
	out_dir place
	say "details are in $place/test, consoles in $place/console; $(clock "$SECONDS") for all"
	tap_slowest
	kept_report
	printf '%d passed, %d failed, %d skipped\n' "$TAP_PASSED" "$TAP_FAILED" "$TAP_SKIPPED"
	((!TAP_FAILED && TAP_PASSED)) || exit 1
}

# A kernel is built before the clock of a test starts, and not beside tests.
test_guest_need() {
	kernel_is_cached "$1" || tap_drain
	guest_need "$1"
}

# ---- the parts -------------------------------------------------------------
test_style() {
	kernel_need release
	[[ $HOST != "$HOST_DEFAULT" ]] || tap_start "style" style_run
	tap_start "style: the hooks" style_host_run
	tap_start "the hooks on every release" applies_run
	tap_start_once "samecode-$(samecode_key)" "same code without the option" samecode_run
}

test_unit() {
	local place host
	out_dir place
	tap_start "unit: rmapctl" make -s -C "$TOP/tool" O="$place/build/tool" check
	for host in 6.12 7.3 7.3-layout; do
		tap_start "unit: implementations ($host)" test_unit_make "unit-$host" "$host" check
		tap_start "unit: implementations, threads ($host)" test_unit_make "unit-threads-$host" "$host" check-threads
		tap_start "unit: implementations, threads, with the detector ($host)" test_unit_make "unit-detect-$host" "$host" check-detect
	done
	tap_start "unit: the plugin that counts" make -s -C "$TOP/bench/plugin" O="$place/build/plugin" check
	tap_start "unit: the benchmark of the sources" make -s -C "$TOP/bench/sources" O="$place/build/sources" check
	tap_start "unit: the report of the benchmark" perl "$TOP/bench/report/goals.pl"
	tap_start "unit: the page of the benchmark" perl "$TOP/bench/report/page_test.pl"
	tap_start "unit: the reports on memory" perl "$TOP/bench/report/memory_test.pl"
	tap_start "unit: the report on layouts" perl "$TOP/bench/report/layouts_test.pl"
	tap_start "unit: the picture of a recording" perl "$TOP/bench/report/record_test.pl"
	tap_start "unit: the hooks" make -s -C "$TOP/tests/hooks" O="$place/build/hooks" check
	tap_start "unit: the hooks, all behind the key" make -s -C "$TOP/tests/hooks" O="$place/build/hooks-keyed" KEYED=1 check
	tap_start "unit: the layouts" make -s -C "$TOP/tests/layout" O="$place/build/layout" check
	test_guest_need release
	native_need release
	tap_start "unit: the kernel's objects, natively" perl "$TOP/bench/native/check.pl" "$NATIVE_DIR/native"
	tap_start "unit: the documents" docs_run
	tap_start "unit: the lab" selfcheck_run
}

# test_unit_make DIR HOST[-layout] TARGET: the implementations as that host kernel has
# them, maybe with CONFIG_RMAP_LAYOUT.
test_unit_make() {
	local layout=
	[[ $2 != *-layout ]] || layout=1
	make -s -C "$TOP/tests/unit" O="$place/build/$1" HOST="${2%-layout}" LAYOUT="$layout" "$3"
}

test_model() {
	test_model_of mapcount mapcount
	test_model_of bit bit
	test_model_of mmids "MM IDs"
	test_model_of hooks hooks
	test_model_of layout layout
}

test_model_of() { tap_start_once "model-$1-$(model_key "$1")" "model: $2" model_run "$1"; }

test_mutants() {
	mutants_check >&2 || die "a mutant names no suite"
	test_mutants_of hooks hooks
	test_mutants_of layout layouts
	test_mutants_of plugin "the plugin that counts"
	test_mutants_of unit unit
	test_mutants_of unit-7.3 "unit (7.3)"
	test_mutants_of unit-7.3-layout "unit (7.3, layouts)"
}

test_mutants_of() { tap_start_once "mutants-$1-$(mutants_key "$1")" "mutants: $2" mutants_host "$1"; }

test_mutants_guest() {
	mutants_check >&2 || die "a mutant names no suite"
	test_guest_need release
	if [[ $HOST == "$HOST_DEFAULT" ]]; then
		test_mutants_resumed guest guest mutants_guest guest
		test_mutants_resumed storm storm mutants_storm
		test_mutants_resumed alone "guests of their own" mutants_alone
		test_mutants_resumed try try mutants_try
	else
		test_mutants_resumed guest guest mutants_guest "guest-$HOST"
	fi
	if [[ -n $LAYOUT ]]; then
		test_guest_need layout
		test_mutants_resumed kernel kernel mutants_kernel "guest-$HOST-layout"
	fi
}

# test_mutants_resumed SUITE NAME COMMAND...
test_mutants_resumed() {
	local suite=$1 name=$2
	shift 2
	accel_need
	tap_start_resumed "mutants-guest-$suite-$(kept_guest_key "$*" "$(hash_sources Kbuild kernel-hooks.patch module hosts uapi tests tool lab)" \
		"$(cd "$MUTANT_DIR" && hash_files .)")" "mutants: $name" "$@"
}

test_vm() { test_programs vm; }
test_stress() { test_programs stress; }
test_stress_long() { test_programs stress-long; }
# The kernels with every check, with spinlocks that sleep, and like a distribution's:
# each has to be built.
test_debug() { test_programs debug; }
test_debug_long() { test_programs debug-long; }
test_rt() { test_programs rt; }
test_distro() { test_programs distro; }

test_demo() {
	test_guest_need demo
	tap_start "the demo" demo_run
	test_programs demo
}

test_field() {
	field_need
	field_start release
	# Another host's has to be compiled: for whoever names that host.
	[[ $HOST != "$HOST_DEFAULT" && -z $HOST_CHOSEN ]] || field_start distro
}

test_builds() { builds_start; }

# Those that change mappings most, while switching and under the implementation
# that counts least.
test_selftests() {
	test_selftests_need
	selftests_start most release switching exclusive
	test_selftests_layout most builtin+none
}

# Where the kernel has layouts: without page mapcounts, and while both change.
test_selftests_layout() {
	local set=$1
	shift
	[[ -n $LAYOUT ]] || return 0
	test_guest_need layout
	selftests_start "$set" layout "$@"
}

test_selftests_each() {
	test_selftests_need
	selftests_start each release builtin control page batch exclusive
}

# Every program. What takes longest begins first.
test_selftests_all() {
	test_selftests_need
	test_guest_need debug
	selftests_start all debug switching exclusive
	selftests_start all release switching exclusive
	test_selftests_layout all builtin+none switching+layouts
}

# What they are compared with is taken once, for all that this run has of them.
test_selftests_need() {
	case " ${parts[*]} " in
	*' selftests-all '*) SELFTESTS_LARGEST=all ;;
	*' selftests-each '*) SELFTESTS_LARGEST=each ;;
	*) SELFTESTS_LARGEST=most ;;
	esac
	test_guest_need vanilla
	test_guest_need release
}

test_bench() {
	plugin_possible || {
		say "bench: skipped, counting needs QEMU 9.2 or later"
		((++TAP_SKIPPED))
		return
	}
	bench_defaults
	bench_out
	plugin_need
	test_guest_need vanilla
	test_guest_need release
	native_need release
	accel_need
	tap_start_resumed "bench-$(kept_guest_key "$(hash_sources bench hosts lab)")" \
		"bench: two machines count the same, and the kernel's objects as a guest does" test_bench_run
	tap_drain
}

test_bench_run() {
	local status=0
	bench_quick_run || status=$?
	TAP_NR=0
	native_agree_run || status=$?
	return "$status"
}

# ---- other hosts -------------------------------------------------------------
# A user who names a host means this one.
test_hosts() { test_other_hosts test_host; }
test_hosts_all() { test_other_hosts test_host_all; }

test_other_hosts() {
	local host
	[[ -z $HOST_CHOSEN ]] || {
		say "only Linux $HOST is tested: it was asked for"
		return
	}
	for host in "${HOSTS[@]}"; do
		[[ $host == "$HOST" ]] || host_do "$host" "$@"
	done
}

# What has to be true of the checkout with every host.
test_host() {
	test_guest_need release
	tap_start "style: the hooks" style_host_run
	test_programs hosts
}

test_host_all() {
	local part
	for part in "${TEST_HOST_PARTS[@]}"; do
		"test_${part//-/_}"
	done
}

# ---- programs in the guest -------------------------------------------------
# A line of PROGRAMS is `COMMAND # KEY=VALUE...`, the command quoted as for a
# shell; the keys are `part` (vm), `kernel` (release), `smp`, `mem`, `timeout`, `host` (only
# on this one), `args` (one more argument of the kernel), `add` (a program of Debian's that the
# guest gets), `own` (a directory with a module to load, too).
test_programs() {
	local part=$1 line number=0
	[[ -r $TEST_PROGRAMS ]] || die "there is no $TEST_PROGRAMS"
	while IFS= read -r line <&"$lines"; do
		((++number))
		[[ $line == *[![:space:]]* && $line != '#'* ]] || continue
		test_program "$part" "$line" "$number"
	done {lines}<"$TEST_PROGRAMS"
	exec {lines}<&-
}

test_program() {
	local part=$1 command=${2%% # *} keys='' key kernel=release options=() words name args=''
	local -x LAB_KERNEL_ARGS=${LAB_KERNEL_ARGS:-}
	[[ $2 != *' # '* ]] || keys=${2#* # }
	for key in $keys; do
		case $key in
		part="$part") part=selected ;;
		part=*) return 0 ;;
		host="$HOST") ;;
		host=*) return 0 ;;
		args=*) args=${key#*=} ;;
		kernel=*) kernel=${key#*=} ;;
		own=*) options+=(--own "$TOP/${key#*=}") ;;
		smp=* | mem=* | timeout=*) options+=("--${key%%=*}" "${key#*=}") ;;
		add=*) options+=(--add "${key#*=}:${key#*=}") ;;
		*) die "$TEST_PROGRAMS:$3: there is no key '$key'" ;;
		esac
	done
	[[ $part == selected || $part == vm && $keys != *part=* ]] || return 0
	eval "words=($command)"
	test_guest_need "$kernel"
	LAB_KERNEL_ARGS+=${args:+ $args}
	name="$1: $command ($kernel${args:+, $args})"
	accel_need
	key=$(kept_guest_key "$args" "${options[@]}" "${words[@]}" "$(hash_sources module/example)")
	tap_start_resumed "guest-$key" "$name" test_guest --kernel "$kernel" "${options[@]}" -- "${words[@]}"
}

test_guest() {
	local dir status=0
	temp_dir dir
	exec_twice "$dir/tap" "$@" || status=$?
	cat "$dir/tap"
	return "$status"
}
