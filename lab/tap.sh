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

# tap_take NAME COMMAND...: runs a suite, its TAP on stdout, and adds it up.
tap_take() {
	local name=$1 base passed failed skipped problem
	shift
	out_dir base
	base+=/test/${name//[^A-Za-z0-9._-]/_}
	timed "$name" "$base.tap" "$base.log" "$@"
	read -r passed failed skipped problem < <(tap_count "$base.tap")
	if [[ -z $problem ]] && ((JOB_STATUS && !failed)); then
		problem="its exit status is $JOB_STATUS"
	fi
	[[ -z $problem ]] || ((++failed))
	((TAP_PASSED += passed, TAP_FAILED += failed, TAP_SKIPPED += skipped)) || true
	say "$name: $passed passed, $failed failed, $skipped skipped"
	((!failed)) || tap_show_failure "$base" "$problem"
}

tap_show_failure() {
	local base=$1 problem=$2
	[[ -z $problem ]] || say "    $problem"
	grep -a '^not ok' "$base.tap" | grep -av '# *SKIP' | head -n 20 | sed 's/^/    /' >&2 || true
	grep -a '^lab: ' "$base.log" | tail -n 5 | sed 's/^/    /' >&2 || true
	say "    $base.tap, $base.log"
}
