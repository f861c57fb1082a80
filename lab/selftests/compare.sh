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
	[[ $(cat "$dir/done" 2>/dev/null) == "$wanted" ]] || printf 'it did not run its %d programs\n' "$wanted"
}

# selftests_field RUN RECORD FIELD: of a record's @end line.
selftests_field() { sed -nE "s/.*\\b$3=([^ ]*).*/\\1/p" "$1/$2.end"; }

# selftests_records RUN PROGRAM: what results.awk called the program's runs.
selftests_records() {
	local dir=$1 program=$2 number=2
	printf '%s\n' "$program"
	while [[ -e $dir/$program.$number.log || -e $dir/$program.$number.end ]]; do
		printf '%s\n' "$program.$((number++))"
	done
}

# What any run must have to be worth a look.
selftests_run_problems() {
	local dir=$1 record=$2
	if [[ ! -s $dir/$record.end ]]; then
		echo "it did not end"
	elif [[ ! -s $dir/$record.results ]]; then
		echo "it has no result"
	elif grep -qE "$SELFTESTS_TIMED_OUT" "$dir/$record.end"; then
		printf 'it did not end in time: after %s s\n' "$(selftests_field "$dir" "$record" seconds)"
	fi
}

# Vanilla may fail a test, but a program none of whose tests passes is no
# reference: it would find any kernel good.
selftests_reference_problems() {
	local dir=$1 program=$2 results=$1/$2.results
	selftests_run_problems "$dir" "$program"
	[[ -s $results ]] || return 0
	grep -q '^ok' "$results" || [[ $(<"$results") == status=0 ]] || echo "none of its tests passed"
}

# selftests_problems REFERENCE RUN CONFIG PROGRAM
selftests_problems() {
	local reference=$1 run=$2 config=$3 program=$4 record
	if [[ ! -s $reference/$program.results ]]; then
		echo "there is no reference"
		return
	fi
	for record in $(selftests_records "$run" "$program"); do
		selftests_run_problems "$run" "$record"
		[[ -s $run/$record.end && -s $run/$record.results ]] || continue
		selftests_implementation_problems "$run" "$config" "$record"
		diff -U0 --label vanilla --label "under $config" \
			"$reference/$program.results" "$run/$record.results" || true
	done
	[[ ${config%+*} != switching ]] || (($(selftests_switches "$run" "$program") > 0)) ||
		echo "the implementation was never switched"
}

# Was it the implementation that we think, and all the time? And the layout?
selftests_implementation_problems() {
	local run=$1 config=$2 record=$3 switches current layout
	if [[ $config == *+none ]]; then
		layout=$(selftests_field "$run" "$record" layout)
		[[ $layout == none ]] || echo "it ended with the layout '$layout'"
	fi
	config=${config%+*}
	[[ $config != switching ]] || return 0
	switches=$(selftests_field "$run" "$record" switches)
	current=$(selftests_field "$run" "$record" current)
	[[ $current == "$config" ]] || echo "it ended under '$current'"
	[[ $switches == 0 ]] || echo "the implementation was switched $switches times"
}

# selftests_sum RUN PROGRAM FIELD: over all its runs.
selftests_sum() {
	local record sum=0
	for record in $(selftests_records "$1" "$2"); do
		[[ ! -s $1/$record.end ]] || ((sum += $(selftests_field "$1" "$record" "$3"))) || true
	done
	echo "$sum"
}

selftests_switches() { selftests_sum "$1" "$2" switches; }

# selftests_tally RUN PROGRAM: results in a few words.
selftests_tally() {
	local dir=$1 program=$2 runs
	[[ -s $dir/$program.end ]] || return 0
	awk '
		/^ok/ { passed++ } /^not ok/ { failed++ } /^(skip|xfail)/ { other[$1]++ }
		END {
			text = NR == 1 ? $0 : passed + 0 " passed"
			if (failed) text = text ", " failed " failed"
			if (other["xfail"]) text = text ", " other["xfail"] " failed as expected"
			if (other["skip"]) text = text ", " other["skip"] " skipped"
			printf "%s", text
		}' "$dir/$program.results"
	printf ', %s s' "$(selftests_sum "$dir" "$program" seconds)"
	runs=$(selftests_records "$dir" "$program" | wc -l)
	((runs == 1)) || printf ', %d runs' "$runs"
	selftests_note "$(selftests_switches "$dir" "$program")" switches
}

selftests_note() { ((${1:-0} == 0)) || printf ', %s %s' "$1" "$2"; }
