# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The mutants: each file of tests/mutants puts one bug into a copy of the sources
# (lab/test/mutate.pl), and names the test that must fail then. A mutant that survives,
# that does not apply any more or does not compile, is a failure; so is a test that
# fails without any bug.

MUTANT_DIR=${LAB_MUTANTS:-$TOP/tests/mutants}
MUTANT_LIMIT=300

mutant_key() { sed -n "s/^$2: //p" "$1"; }

# The mutants of one suite, in MUTANTS.
mutants_of() {
	local file
	MUTANTS=()
	for file in "$MUTANT_DIR"/*.mutant; do
		[[ $(mutant_key "$file" test) != "$1: "* ]] || MUTANTS+=("$file")
	done
	((${#MUTANTS[@]})) || die "there is no mutant for the suite '$1'"
}

# A typo in the name of a suite must not remove a mutant from the tests.
mutants_check() {
	local file suite bad=0
	for file in "$MUTANT_DIR"/*.mutant; do
		suite=$(mutant_key "$file" test)
		case ${suite%%:*} in
		hooks | layout | plugin | unit | unit-7.3 | unit-7.3-layout | guest | guest-7.3 | guest-7.3-layout | alone | storm | try) ;;
		*)
			echo "$file: there is no suite '${suite%%:*}'"
			bad=1
			;;
		esac
	done
	return "$bad"
}

# ---- on the host -----------------------------------------------------------
# The program that a suite's `check` runs.
declare -A MUTANT_PROGRAM=([hooks]=hooks_unit_test [layout]=layout_unit_test [plugin]=plugin_test [unit]=rmap_unit_test [unit-7.3]=rmap_unit_test
	[unit-7.3-layout]=rmap_unit_test)

# mutant_sources SUITE: where its Makefile is.
mutant_sources() {
	case $1 in
	plugin) echo bench/plugin ;;
	*) echo "tests/${1%%-*}" ;;
	esac
}

# mutants_key SUITE: changes when the result could: the random sequences are always the same.
mutants_key() {
	{
		dpkg-query -W gcc libcmocka-dev
		hash_sources kernel-hooks.patch module hosts uapi bench/region.h "$(mutant_sources "$1")" lab/test/mutants.sh lab/test/mutate.pl
		(cd "$MUTANT_DIR" && hash_files .)
	} | hash_of
}

# mutants_host SUITE: those for a directory whose Makefile has `check`. SUITE-HOST is
# the same suite for another host kernel, SUITE-HOST-layout for one with layouts.
mutants_host() {
	local suite=$1 file
	temp_dir MUTANT_TMP
	(cd "$TOP" && cp -a --parents kernel-hooks.patch module hosts uapi bench/region.h "$(mutant_sources "$suite")" "$MUTANT_TMP")
	mutants_of "$suite"
	if mutant_build "$suite" && mutant_test "$suite"; then
		tap_ok "$suite: the code as it is passes"
		for file in "${MUTANTS[@]}"; do
			mutant_host_case "$suite" "$file"
		done
	else
		cat "$MUTANT_TMP/log" >&2
		tap_not_ok "$suite: the code as it is passes"
	fi
	tap_plan
}

mutant_build() { mutant_make "$1" "$MUTANT_TMP/out/${MUTANT_PROGRAM[$1]}" && ! grep -q 'warning: ' "$MUTANT_TMP/log"; }
mutant_test() { mutant_make "$1" check; }

# Without sanitizers, which take most of the time; the part `unit` has them. Always
# with the same random sequences: what is caught today is caught tomorrow.
mutant_make() {
	local host=() version=${1#*-}
	[[ $1 != *-* ]] || host=("HOST=${version%-layout}")
	[[ $1 != *-layout ]] || host+=(LAYOUT=1)
	RMAP_SEED=1 timeout "$MUTANT_LIMIT" make -s -C "$MUTANT_TMP/$(mutant_sources "$1")" O="$MUTANT_TMP/out" \
		"${host[@]}" address= "$2" >"$MUTANT_TMP/log" 2>&1 </dev/null
}

mutant_host_case() {
	local suite=$1 mutant=$2 name file problem=
	name="$suite: ${mutant##*/}: $(mutant_key "$mutant" what)"
	if ! file=$(perl "$LAB/test/mutate.pl" "$MUTANT_TMP" "$mutant"); then
		tap_not_ok "$name"
		return
	fi
	if ! mutant_build "$suite"; then
		problem="it does not compile"
	elif mutant_test "$suite"; then
		problem="it survives"
	elif ! mutant_caught "$mutant" "$MUTANT_TMP/log"; then
		problem="another test than the one it names fails"
	fi
	# As it was; make looks at the time.
	cp "$TOP/$file" "$MUTANT_TMP/$file"
	mutant_result "$name" "$problem" "$MUTANT_TMP/log"
}

# mutant_caught MUTANT TAP: does the test that it names fail?
mutant_caught() {
	local test
	test=$(mutant_key "$1" test)
	grep '^not ok' "$2" | grep -qF -- "${test##*: }"
}

mutant_result() {
	local name=$1 problem=$2 log=$3
	if [[ -z $problem ]]; then
		tap_ok "$name"
		return
	fi
	echo "# $name: $problem" >&2
	grep -v '^ok ' "$log" | tail -n 30 >&2
	tap_not_ok "$name ($problem)"
}

# ---- in a guest ------------------------------------------------------------
# mutants_guest SUITE: those of `guest`, or of `guest-HOST`, what only that host kernel
# has. Needs guest_need release. A mutant's test is `SUITE: PROGRAM [ARG]...: NAME`; of
# the program, only the tests whose names have NAME in them run. All mutants are
# built first, as modules of the same name, then loaded one after the other.
mutants_guest() {
	local suite=$1 file
	temp_dir MUTANT_TMP
	mkdir "$MUTANT_TMP/src" "$MUTANT_TMP/guest"
	(cd "$TOP" && cp -a --parents Kbuild module hosts uapi "$MUTANT_TMP/src")
	mutants_of "$suite"
	if mutant_module >"$MUTANT_TMP/log" 2>&1; then
		cp "$MUTANT_TMP/src/rmap_ab.ko" "$MUTANT_TMP/guest/none.ko"
		for file in "${MUTANTS[@]}"; do
			mutant_module_case "$suite" "$file"
		done
		mutants_in_guest
	else
		cat "$MUTANT_TMP/log" >&2
		tap_not_ok "guest: the code as it is compiles"
	fi
	tap_plan
}

mutant_module() { kernel_make "$KERNEL_DIR" M="$MUTANT_TMP/src" "$@" modules; }

# Builds one, and notes what the guest has to run, with the bug and without.
mutant_module_case() {
	local suite=$1 mutant=$2 name=${2##*/} file test
	test=$(mutant_key "$mutant" test)
	test=${test#"$suite: "}
	if ! file=$(perl "$LAB/test/mutate.pl" "$MUTANT_TMP/src" "$mutant"); then
		tap_not_ok "guest: $name"
		return
	fi
	if mutant_module >"$MUTANT_TMP/log" 2>&1; then
		cp "$MUTANT_TMP/src/rmap_ab.ko" "$MUTANT_TMP/guest/$name.ko"
		printf '%s\t%s\t%s\n' "$name" "${test##*: }" "${test%: *}" >>"$MUTANT_TMP/guest/mutants"
		printf 'none\t%s\t%s\n' "${test##*: }" "${test%: *}" >>"$MUTANT_TMP/guest/none"
	else
		mutant_result "guest: $name: $(mutant_key "$mutant" what)" "it does not compile" "$MUTANT_TMP/log"
	fi
	cp "$TOP/$file" "$MUTANT_TMP/src/$file"
}

mutants_in_guest() {
	local mutant name
	sort -u -o "$MUTANT_TMP/guest/none" "$MUTANT_TMP/guest/none"
	cp "$MUTANT_DIR/run-in-guest" "$MUTANT_TMP/guest"
	# What a broken module does to the kernel is not what is judged.
	exec_twice "$MUTANT_TMP/said" --timeout 1500 --add "$MUTANT_TMP/guest:/mutants" -- sh /mutants/run-in-guest || true
	mutant_none
	for mutant in "${MUTANTS[@]}"; do
		name=${mutant##*/}
		[[ ! -e $MUTANT_TMP/guest/$name.ko ]] || mutant_guest_case "$mutant" "$name"
	done
}

# mutant_section NAME: what the guest said while that was loaded.
mutant_section() {
	awk -v name="$1" '/^== / { in_it = $2 == name; next } in_it' "$MUTANT_TMP/said" >"$MUTANT_TMP/log"
}

mutant_none() {
	mutant_section none
	if grep -q '^ok' "$MUTANT_TMP/log" && ! grep -q '^not ok' "$MUTANT_TMP/log"; then
		tap_ok "guest: the code as it is passes"
	else
		cat "$MUTANT_TMP/log" >&2
		tap_not_ok "guest: the code as it is passes"
	fi
}

mutant_guest_case() {
	local mutant=$1 name=$2 problem=
	mutant_section "$name"
	if ! grep -q '^1\.\.' "$MUTANT_TMP/log"; then
		problem="the guest has no result"
	elif ! grep -q '^not ok' "$MUTANT_TMP/log"; then
		problem="it survives"
	elif ! mutant_caught "$mutant" "$MUTANT_TMP/log"; then
		problem="another test than the one it names fails"
	fi
	mutant_result "guest: $name: $(mutant_key "$mutant" what)" "$problem" "$MUTANT_TMP/log"
}

# ---- in a guest of its own -------------------------------------------------
# Needs guest_need release. The detector must report what a storm finds: these are
# built with it, as the module without a bug is, which must not be reported. Such a
# bug loses counts of other people's pages: a guest serves for one.
mutants_storm() {
	local file
	temp_dir MUTANT_TMP
	mkdir "$MUTANT_TMP/src"
	(cd "$TOP" && cp -a --parents Kbuild module hosts uapi "$MUTANT_TMP/src")
	mutants_of storm
	if mutant_module RMAP_AB_DETECT=y >"$MUTANT_TMP/log" 2>&1 && mutant_storm &&
		grep -q '^ok' "$MUTANT_TMP/log" && ! grep -q '^not ok' "$MUTANT_TMP/log"; then
		tap_ok "storm: the code as it is passes"
	else
		cat "$MUTANT_TMP/log" >&2
		tap_not_ok "storm: the code as it is passes"
	fi
	for file in "${MUTANTS[@]}"; do
		mutant_storm_case "$file"
	done
	tap_plan
}

mutant_storm() {
	exec_twice "$MUTANT_TMP/log" --timeout 900 --add "$MUTANT_TMP/src/rmap_ab.ko:/lib/modules/rmap_ab.ko" \
		-- rmap_storm_stress --seconds 60
}

mutant_storm_case() { mutant_case storm "$1" mutant_storm RMAP_AB_DETECT=y; }

# mutant_case SUITE MUTANT RUN [VARIABLE=VALUE]: a module of its own, compiled with the
# variable, and a guest of its own, which RUN boots; it leaves the log.
mutant_case() {
	local suite=$1 mutant=$2 run=$3 file problem=
	shift 3
	if ! file=$(perl "$LAB/test/mutate.pl" "$MUTANT_TMP/src" "$mutant"); then
		tap_not_ok "$suite: ${mutant##*/}"
		return
	fi
	if ! mutant_module "$@" >"$MUTANT_TMP/log" 2>&1; then
		problem="it does not compile"
	else
		# What it does to the kernel is not what is judged.
		"$run" "$mutant" || true
		if ! grep -q '^not ok' "$MUTANT_TMP/log"; then
			problem="it survives"
		elif ! mutant_caught "$mutant" "$MUTANT_TMP/log"; then
			problem="another test than the one it names fails"
		fi
	fi
	cp "$TOP/$file" "$MUTANT_TMP/src/$file"
	mutant_result "$suite: ${mutant##*/}: $(mutant_key "$mutant" what)" "$problem" "$MUTANT_TMP/log"
}

# Needs guest_need release. These leave a module that cannot be unloaded: a guest serves for
# one. A mutant's test is as in mutants_guest.
mutants_alone() {
	local file
	temp_dir MUTANT_TMP
	mkdir "$MUTANT_TMP/src"
	(cd "$TOP" && cp -a --parents Kbuild module hosts uapi "$MUTANT_TMP/src")
	mutants_of alone
	for file in "${MUTANTS[@]}"; do
		mutant_alone_case "$file"
	done
	tap_plan
}

mutant_alone_case() { mutant_case alone "$1" mutant_alone; }

mutant_alone() {
	local test
	test=$(mutant_key "$1" test)
	# shellcheck disable=SC2046 # a program and its arguments
	exec_twice "$MUTANT_TMP/log" --add "$MUTANT_TMP/src/rmap_ab.ko:/lib/modules/rmap_ab.ko" \
		-- env TAP_ONLY="${test##*: }" $(mutant_kernel_program "$1")
}

# ---- `lab/run try` ----------------------------------------------------------
# A mutant's test is `try: TEXT`: with that bug in module/example, `try` must fail and say
# TEXT. The unit tests would catch most; one mutant is for them.
mutants_try() {
	local file
	temp_dir MUTANT_TMP
	mutants_of try
	cp -r "$TOP/module/example" "$MUTANT_TMP/none"
	mutant_try none
	mutant_result "try: the code as it is passes" "$(tail -n 1 "$MUTANT_TMP/log" | grep -qv '^pass: ' && echo "it does not")" "$MUTANT_TMP/log"
	for file in "${MUTANTS[@]}"; do
		mutant_try_case "$file"
	done
	tap_plan
}

# mutant_try NAME: what it says is in $MUTANT_TMP/log.
mutant_try() {
	local unit=(--no-unit)
	[[ $1 != *-unit.mutant ]] || unit=()
	MUTANT_STATUS=0
	"$LAB/run" try --no-table "${unit[@]}" "$MUTANT_TMP/$1" >"$MUTANT_TMP/log" 2>&1 || MUTANT_STATUS=$?
}

mutant_try_case() {
	local mutant=$1 name=${1##*/} problem=
	mkdir -p "$MUTANT_TMP/tree/module"
	cp -r "$TOP/module/example" "$MUTANT_TMP/tree/module"
	if ! perl "$LAB/test/mutate.pl" "$MUTANT_TMP/tree" "$mutant" >/dev/null; then
		tap_not_ok "try: $name"
		return
	fi
	mv "$MUTANT_TMP/tree/module/example" "$MUTANT_TMP/$name"
	mutant_try "$name"
	if ((!MUTANT_STATUS)); then
		problem="it survives"
	elif ((MUTANT_STATUS != TRY_BROKEN)); then
		problem="the exit status is $MUTANT_STATUS"
	elif ! grep -qF -- "$(sed -n 's/^test: try: //p' "$mutant")" "$MUTANT_TMP/log"; then
		problem="other words than those that it names are said"
	fi
	mutant_result "try: $name: $(mutant_key "$mutant" what)" "$problem" "$MUTANT_TMP/log"
}

# ---- in the kernel of a guest ----------------------------------------------
# mutants_kernel SUITE: those of `guest-HOST-layout`, bugs in the kernel itself, patched
# with what that host has. Needs guest_need layout. A mutant's test is as in
# mutants_guest. Each is compiled, which is little where it is not in a header, and
# booted in place of the kernel `layout`, with the same modules.
mutants_kernel() {
	local suite=$1 file
	temp_dir MUTANT_TMP
	mutants_of "$suite"
	kernel_tree MUTANT_TREE mutants-layout
	if mutant_kernel_copy >"$MUTANT_TMP/log" 2>&1 && mutant_kernel_build >"$MUTANT_TMP/log" 2>&1; then
		mutant_kernel_none
		for file in "${MUTANTS[@]}"; do
			mutant_kernel_case "$suite" "$file"
		done
	else
		cat "$MUTANT_TMP/log" >&2
		tap_not_ok "$suite: the code as it is compiles"
	fi
	tap_plan
}

# Hard links to the source, which make only reads; copies of the rest, of which it
# writes some in place.
mutant_kernel_copy() {
	local file
	kernel_copy "$MUTANT_TREE" || return
	(cd "$KERNEL_DIR" && find . ! -type d -print0 | while IFS= read -r -d '' file; do
		[[ $file -ef $MUTANT_TREE/$file ]] || printf '%s\0' "$file"
	done | xargs -0 cp -a --parents --remove-destination -t "$MUTANT_TREE")
}

mutant_kernel_build() {
	kernel_make_all "$MUTANT_TREE" vmlinux && strip -o "$MUTANT_TREE/vmlinux.boot" "$MUTANT_TREE/vmlinux"
}

# mutant_kernel_guest NAME PROGRAM...: what it says is in $MUTANT_TMP/log. QEMU takes the
# last -kernel. What a broken kernel does is not what is judged.
mutant_kernel_guest() {
	LAB_QEMU_ARGS="${LAB_QEMU_ARGS:-} -kernel $MUTANT_TREE/vmlinux.boot" exec_twice "$MUTANT_TMP/log" \
		--kernel layout --timeout 600 -- env TAP_ONLY="$1" "${@:2}" || true
}

# Without a bug, built and booted in the same way, all programs pass.
mutant_kernel_none() {
	local mutant program problem=''
	while IFS= read -r program; do
		# shellcheck disable=SC2086 # a program and its arguments
		mutant_kernel_guest '' $program
		grep -q '^1\.\.' "$MUTANT_TMP/log" && ! grep -q '^not ok' "$MUTANT_TMP/log" || problem="$program fails"
	done < <(for mutant in "${MUTANTS[@]}"; do mutant_kernel_program "$mutant"; done | sort -u)
	mutant_result "$suite: the code as it is passes" "$problem" "$MUTANT_TMP/log"
}

mutant_kernel_program() {
	local test
	test=$(mutant_key "$1" test)
	test=${test#*: }
	printf '%s\n' "${test%: *}"
}

mutant_kernel_case() {
	local suite=$1 mutant=$2 name=${2##*/} test file problem=
	name="$suite: $name: $(mutant_key "$mutant" what)"
	test=$(mutant_key "$mutant" test)
	file=$(mutant_key "$mutant" file)
	# Not a hard link any more, and new to make, before and after.
	cp --remove-destination "$KERNEL_DIR/$file" "$MUTANT_TREE/$file"
	if ! perl "$LAB/test/mutate.pl" "$MUTANT_TREE" "$mutant" >"$MUTANT_TMP/log"; then
		tap_not_ok "$name"
		return
	fi
	if ! mutant_kernel_build >"$MUTANT_TMP/log" 2>&1; then
		problem="it does not compile"
	else
		# shellcheck disable=SC2046 # a program and its arguments
		mutant_kernel_guest "${test##*: }" $(mutant_kernel_program "$mutant")
		if ! grep -q '^not ok' "$MUTANT_TMP/log"; then
			problem="it survives"
		elif ! mutant_caught "$mutant" "$MUTANT_TMP/log"; then
			problem="another test than the one it names fails"
		fi
	fi
	cp --remove-destination "$KERNEL_DIR/$file" "$MUTANT_TREE/$file"
	mutant_result "$name" "$problem" "$MUTANT_TMP/log"
}
