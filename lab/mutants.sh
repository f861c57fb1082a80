# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The mutants: each file of tests/mutants puts one bug into a copy of the sources
# (lab/mutate.pl), and names the test that must fail then. A mutant that survives,
# that does not apply any more or does not compile, is a failure; so is a test that
# fails without any bug.

MUTANT_DIR=$TOP/tests/mutants
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

# A typo in the name of a suite must not take a mutant out of the tests.
mutants_check() {
	local file suite bad=0
	for file in "$MUTANT_DIR"/*.mutant; do
		suite=$(mutant_key "$file" test)
		case ${suite%%:*} in
		hooks | unit | guest) ;;
		*)
			echo "$file: there is no suite '${suite%%:*}'"
			bad=1
			;;
		esac
	done
	return "$bad"
}

# ---- on the host -----------------------------------------------------------
# mutants_host SUITE: those for tests/SUITE, whose Makefile has `all` and `check`.
mutants_host() {
	local suite=$1 file
	temp_dir MUTANT_TMP
	(cd "$TOP" && cp -a --parents kernel-hooks.patch module uapi "tests/$suite" "$MUTANT_TMP")
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

mutant_build() { mutant_make "$1" all && ! grep -q 'warning: ' "$MUTANT_TMP/log"; }
mutant_test() { mutant_make "$1" check; }

mutant_make() {
	timeout "$MUTANT_LIMIT" make -s -C "$MUTANT_TMP/tests/$1" O="$MUTANT_TMP/out" "$2" \
		>"$MUTANT_TMP/log" 2>&1 </dev/null
}

mutant_host_case() {
	local suite=$1 mutant=$2 name file problem=
	name="$suite: ${mutant##*/}: $(mutant_key "$mutant" what)"
	if ! file=$(perl "$LAB/mutate.pl" "$MUTANT_TMP" "$mutant"); then
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
	grep '^not ok' "$2" | grep -qF -- "${test#*: }"
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
