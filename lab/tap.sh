# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Test results: TAP streams in, counts out. A stream that says nothing, stops
# short of its plan or comes from a command that failed is a failure, whatever
# its lines say.

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
# As many at a time as there are CPUs: a guest mostly keeps one of them busy.
TAP_JOBS=${LAB_JOBS:-$(nproc)}
# By process: what runs, since when, where its exit command is.
declare -A TAP_NAME=() TAP_START=() TAP_SLOT=()
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
	local name=$1 base pid
	shift
	while ((${#TAP_NAME[@]} >= TAP_JOBS)); do
		tap_wait_one
	done
	tap_base base "$name"
	mkdir -p "${base%/*}"
	[[ -n $TAP_ENDED ]] || tap_open
	set -m
	job_main tap_job "$@" </dev/null >"$base.tap" 2>"$base.log" &
	pid=$!
	set +m
	TAP_PID=$pid
	TAP_NAME[$pid]=$name TAP_START[$pid]=$SECONDS TAP_SLOT[$pid]=${#EXIT_COMMANDS[@]}
	on_exit "kill_job $pid"
	tap_tick
}

tap_open() {
	local dir
	temp_dir dir
	mkfifo "$dir/ended"
	exec {TAP_ENDED}<>"$dir/ended"
}

tap_job() {
	# What is registered first runs last.
	# shellcheck disable=SC2016 # for the end
	on_exit 'echo "$BASHPID" >&"$TAP_ENDED"'
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
	tap_add "${TAP_NAME[$pid]}" "$status" $((SECONDS - TAP_START[$pid]))
	unset "TAP_NAME[$pid]" "TAP_START[$pid]" "TAP_SLOT[$pid]"
	tap_tick
}

# tap_add NAME STATUS SECONDS: a suite that has ended, into the sums.
tap_add() {
	local name=$1 status=$2 seconds=$3 base passed failed skipped problem
	tap_base base "$name"
	read -r passed failed skipped problem < <(tap_count "$base.tap")
	if [[ -z $problem ]] && ((status && !failed)); then
		problem="its exit status is $status"
	fi
	[[ -z $problem ]] || ((++failed))
	((TAP_PASSED += passed, TAP_FAILED += failed, TAP_SKIPPED += skipped)) || true
	say "$name: $passed passed, $failed failed, $skipped skipped, $(clock "$seconds")"
	((!failed)) || tap_show_failure "$base" "$problem"
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
