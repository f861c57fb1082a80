# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What is wrong with a run of the selftests: each function prints the problems
# that it finds, nothing if there is none. A run is a directory with what
# selftests_guest left there.

# What timeout(1) makes of a program that it had to end.
SELFTESTS_TIMED_OUT='status=(143|137|124)'

selftests_split() { awk -v dir="$1" -f "$LAB/selftests/results.awk" "$1/output"; }

selftests_guest_problems() {
	local dir=$1 status=$2 wanted
	[[ $status == 0 ]] || printf 'lab/run exec ended with status %s\n' "$status"
	wanted=$(selftests_programs | wc -l)
	[[ $(cat "$dir/done" 2>/dev/null) == "$wanted" ]] || printf 'it did not run all %d programs\n' "$wanted"
}

# selftests_field RUN PROGRAM FIELD: of the program's @end line.
selftests_field() { sed -nE "s/.*\\b$3=([^ ]*).*/\\1/p" "$1/$2.end"; }

# What any run must have to be worth a look.
selftests_run_problems() {
	local dir=$1 program=$2
	if [[ ! -s $dir/$program.end ]]; then
		echo "it did not end"
	elif [[ ! -s $dir/$program.results ]]; then
		echo "it has no result"
	elif grep -qE "$SELFTESTS_TIMED_OUT" "$dir/$program.end"; then
		printf 'it did not end in time: after %s s\n' "$(selftests_field "$dir" "$program" seconds)"
	fi
}

# Vanilla may fail a test, but a program that shows nothing is no reference.
selftests_reference_problems() { selftests_run_problems "$@"; }

# selftests_problems REFERENCE RUN CONFIG PROGRAM
selftests_problems() {
	local reference=$1 run=$2 config=$3 program=$4
	if [[ ! -s $reference/$program.results ]]; then
		echo "there is no reference"
	fi
	selftests_run_problems "$run" "$program"
	[[ -s $run/$program.end && -s $run/$program.results ]] || return 0
	selftests_implementation_problems "$run" "$config" "$program"
	diff -U0 --label vanilla --label "release under $config" \
		"$reference/$program.results" "$run/$program.results" || true
}

# Was it the implementation that we think, and all the time?
selftests_implementation_problems() {
	local run=$1 config=$2 program=$3 switches current
	switches=$(selftests_field "$run" "$program" switches)
	current=$(selftests_field "$run" "$program" current)
	if [[ $config == switching ]]; then
		((${switches:-0} > 0)) || echo "the implementation was never switched"
		return
	fi
	[[ $current == "$config" ]] || echo "it ended under '$current'"
	[[ $switches == 0 ]] || echo "the implementation was switched $switches times"
}

# selftests_tally RUN PROGRAM: results in a few words.
selftests_tally() {
	local dir=$1 program=$2
	[[ -s $dir/$program.end ]] || return 0
	awk '
		/^ok/ { passed++ } /^not ok/ { failed++ } /^(skip|xfail)/ { other[$1]++ }
		END {
			text = passed + 0 " passed"
			if (failed) text = text ", " failed " failed"
			if (other["xfail"]) text = text ", " other["xfail"] " failed as expected"
			if (other["skip"]) text = text ", " other["skip"] " skipped"
			printf "%s", text
		}' "$dir/$program.results"
	printf ', %s s' "$(selftests_field "$dir" "$program" seconds)"
	selftests_switch_note "$(selftests_field "$dir" "$program" switches)"
}

selftests_switch_note() {
	((${1:-0} == 0)) || printf ', %s switches' "$1"
}
