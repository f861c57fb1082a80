# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Test results: TAP streams in, counts out. A stream that says nothing, stops
# short of its plan or comes from a command that failed is a failure, whatever
# its lines say.
#
# Perl's `prove` refuses such streams, too. It could only replace tap_count, twenty
# lines: it does not sum up what was skipped, and it knows no parts, no CPU time of
# a suite and no results that are kept.

TAP_PASSED=0
TAP_FAILED=0
TAP_SKIPPED=0

# Writing TAP. The plan comes last, counted, not promised.
TAP_NR=0
tap_ok() { printf 'ok %d - %s\n' $((++TAP_NR)) "$*"; }
tap_not_ok() { printf 'not ok %d - %s\n' $((++TAP_NR)) "$*"; }
tap_skip() { printf 'ok %d - %s # SKIP %s\n' $((++TAP_NR)) "$1" "$2"; }
tap_plan() { printf '1..%d\n' "$TAP_NR"; }

# tap_case NAME COMMAND...: one result from a command's status; its output goes
# to stderr, the part's log.
tap_case() {
	local name=$1
	shift
	if "$@" >&2; then
		tap_ok "$name"
	else
		tap_not_ok "$name"
	fi
}

# tap_count FILE: prints `passed failed skipped problem`. Several plans, as
# from a program with several groups of tests, add up.
tap_count() {
	awk '
		/^1\.\.[0-9]+/ { split($0, plan, "\\.\\."); planned += plan[2] + 0; plans++ }
		/^1\.\.0 # *SKIP/ { skipped++; planned++ }
		/^(not )?ok( |$)/ {
			if (toupper($0) ~ /# *SKIP/) skipped++
			else if (/^not/) failed++
			else passed++
		}
		/^Bail out!/ { bailed = 1 }
		END {
			seen = passed + failed + skipped
			if (bailed) problem = "it bailed out"
			else if (!seen) problem = "it reported no result"
			else if (!plans) problem = "it has no plan: it did not end"
			else if (seen != planned) problem = "it planned " planned " tests and reported " seen
			print passed + 0, failed + 0, skipped + 0, problem
		}' "$1"
}

# ---- running suites --------------------------------------------------------
# As many suites run side by side as there are CPUs: a guest mostly keeps one busy.
TAP_JOBS=${LAB_JOBS:-$(nproc)}
# By process: what runs, since when, where its exit command is, which part it
# belongs to, and where and how its results are kept (kept.sh).
declare -A TAP_NAME=() TAP_START=() TAP_SLOT=() TAP_OF=() TAP_KEEP=() TAP_KEPT=()
# What comes before each name: the host, if it is not the default.
HOST_PREFIX=${HOST_PREFIX:-}
# The part that starts suites now; by part: since when, how many of its suites
# run (and one while more may come), and the CPU time of those that have ended.
TAP_PART=none
declare -A TAP_PART_START=() TAP_PART_RUNS=([none]=1) TAP_PART_CPU=()
# `SECONDS CPU_SECONDS NAME` of each suite that has ended.
TAP_TIMES=()
TAP_SLOWEST=12
# The last one that was started.
TAP_PID=
# Where each says that it has ended: bash's own wait -n forgets one of two that
# end together.
TAP_ENDED=
TAP_TICKER=

# tap_take NAME COMMAND...: runs a suite, its TAP on stdout, alone, and adds it up.
tap_take() {
	tap_drain
	tap_start "$@"
	tap_drain
}

# tap_start NAME COMMAND...: the same beside others; returns when it runs.
tap_start() {
	local name=$HOST_PREFIX$1 base pid
	shift
	while ((${#TAP_NAME[@]} >= TAP_JOBS)); do
		tap_wait_one
	done
	tap_base base "$name"
	mkdir -p "${base%/*}"
	rm -f "$base.times"
	[[ -n $TAP_ENDED ]] || tap_open
	set -m
	job_main tap_job "$base" "$@" </dev/null >"$base.tap" 2>"$base.log" &
	pid=$!
	set +m
	TAP_PID=$pid
	TAP_NAME[$pid]=$name TAP_START[$pid]=$SECONDS TAP_SLOT[$pid]=${#EXIT_COMMANDS[@]}
	TAP_OF[$pid]=$TAP_PART TAP_KEEP[$pid]= TAP_KEPT[$pid]=
	TAP_PART_RUNS[$TAP_PART]=$((TAP_PART_RUNS[$TAP_PART] + 1))
	on_exit "kill_job $pid"
	tap_tick
}

# ---- parts -----------------------------------------------------------------
# tap_part NAME COMMAND...: COMMAND starts the suites of a part. They may go on
# beside those of the next one.
tap_part() {
	TAP_PART=$1
	TAP_PART_START[$1]=$SECONDS TAP_PART_RUNS[$1]=1 TAP_PART_CPU[$1]=0
	shift
	"$@"
	tap_part_leave "$TAP_PART"
	TAP_PART=none
}

# The last one to leave ends the part.
tap_part_leave() {
	TAP_PART_RUNS[$1]=$((TAP_PART_RUNS[$1] - 1))
	((TAP_PART_RUNS[$1])) ||
		say "---- $1 took $(clock $((SECONDS - TAP_PART_START[$1]))); its suites used $(clock "${TAP_PART_CPU[$1]}") of CPU time"
}

# The suites that took longest. On a busy machine, what they cost is the CPU time.
tap_slowest() {
	local seconds cpu name
	say "the slowest suites: time, CPU time"
	while read -r seconds cpu name; do
		say "$(printf '%7s %7s  %s' "$(clock "$seconds")" "$(clock "$cpu")" "$name")"
	done < <(printf '%s\n' "${TAP_TIMES[@]}" | sort -rn | head -n "$TAP_SLOWEST")
}

# tap_cpu FILE: seconds, of what bash's `times` says of a shell and its children.
tap_cpu() {
	awk -F '[ms \t]+' '{ for (i = 1; i < NF; i += 2) sum += 60 * $i + $(i + 1) } END { print int(sum + 0.5) }' "$1" 2>/dev/null ||
		echo 0
}

# ---- one suite -------------------------------------------------------------
tap_open() {
	local dir
	temp_dir dir
	mkfifo "$dir/ended"
	exec {TAP_ENDED}<>"$dir/ended"
}

# tap_job BASE COMMAND...
tap_job() {
	# What is registered first runs last.
	# shellcheck disable=SC2016 # for the end
	on_exit 'echo "$BASHPID" >&"$TAP_ENDED"'
	on_exit "times >'$1.times'"
	shift
	"$@"
}

# Waits for all that run.
tap_drain() {
	while ((${#TAP_NAME[@]})); do
		tap_wait_one
	done
}

# tap_base VAR NAME: where a suite's words go.
tap_base() {
	local _out
	out_dir _out
	printf -v "$1" %s "$_out/test/${2//[^A-Za-z0-9._-]/_}"
}

# The clock of what runs; a new one when that changes.
tap_tick() {
	local names
	tap_tick_end
	((${#TAP_NAME[@]})) || return 0
	printf -v names '%s, ' "${TAP_NAME[@]}"
	set -m
	tick "${names%, }" </dev/null &
	TAP_TICKER=$!
	set +m
}

tap_tick_end() {
	[[ -n $TAP_TICKER ]] || return 0
	end_ticker "$TAP_TICKER"
	TAP_TICKER=
	[[ ! -t 2 ]] || printf '\r\e[K' >&2
}
on_exit tap_tick_end

tap_wait_one() {
	local pid slot status=0
	read -r pid <&"$TAP_ENDED"
	wait "$pid" || status=$?
	tap_tick_end
	slot=${TAP_SLOT[$pid]}
	EXIT_COMMANDS[slot]=:
	tap_add "$pid" "$status"
	tap_part_leave "${TAP_OF[$pid]}"
	unset "TAP_NAME[$pid]" "TAP_START[$pid]" "TAP_SLOT[$pid]" "TAP_OF[$pid]" "TAP_KEEP[$pid]" "TAP_KEPT[$pid]"
	tap_tick
}

# tap_add PID STATUS: a suite that has ended, into the sums.
tap_add() {
	local name=${TAP_NAME[$1]} status=$2 seconds=$((SECONDS - TAP_START[$1])) base cpu passed failed skipped problem
	tap_base base "$name"
	cpu=$(tap_cpu "$base.times")
	TAP_TIMES+=("$seconds $cpu $name")
	TAP_PART_CPU[${TAP_OF[$1]}]=$((TAP_PART_CPU[${TAP_OF[$1]}] + cpu))
	read -r passed failed skipped problem < <(tap_count "$base.tap")
	if [[ -z $problem ]] && ((status && !failed)); then
		problem="its exit status is $status"
	fi
	[[ -z $problem ]] || ((++failed))
	((TAP_PASSED += passed, TAP_FAILED += failed, TAP_SKIPPED += skipped)) || true
	say "$name: $passed passed, $failed failed, $skipped skipped, $(clock "$seconds")"
	((!failed)) || tap_show_failure "$base" "$problem"
	kept_end "$1" "$name" "$base" "$failed" "$skipped" "$((passed + skipped))"
}

# What failed and what it said: on another machine this is all that one sees.
tap_show_failure() {
	local base=$1 problem=$2
	[[ -z $problem ]] || say "    $problem"
	tap_failures "$base.tap" | head -n 40 | sed 's/^/    /' >&2 || true
	grep -av '^lab: ' "$base.log" | tail -n 10 | sed 's/^/    /' >&2 || true
	grep -a '^lab: ' "$base.log" | tail -n 5 | sed 's/^/    /' >&2 || true
	say "    $base.tap, $base.log"
}

# tap_failures FILE: each `not ok` with the comments that follow it.
tap_failures() {
	awk '
		/^(not )?ok( |$)/ { failed = /^not/ && toupper($0) !~ /# *SKIP/ }
		failed && /^(not ok|#)/' "$1"
}
