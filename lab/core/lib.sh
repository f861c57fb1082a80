# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Messages, progress with a clock, and what must happen on the way out.

# Where everything that is expensive to make is kept, and where results go.
CACHE=${RMAP_AB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rmap_ab}
OUT=${LAB_OUT:-$TOP/out}

# What `die` exits with: `exec` reserves 244 for the lab's own troubles.
LAB_ERROR=1
LAB_USAGE=2

say() { printf 'lab: %s\n' "$*" >&2; }
die() { say "$*"; exit "$LAB_ERROR"; }
usage_error() { say "$* (see \`lab/run help\`)"; exit "$LAB_USAGE"; }

# What the user has said by variables, before anything is done with it.
check_environment() {
	local name
	for name in LAB_JOBS LAB_TEST_MINUTES LAB_BOOT_LIMIT; do
		[[ -z ${!name:-} || ${!name} =~ ^[1-9][0-9]{0,8}$ ]] || usage_error "$name takes a number, not '${!name}'"
	done
	mkdir -p "$CACHE" 2>/dev/null || true
	[[ -d $CACHE && -w $CACHE ]] || die "the cache $CACHE cannot be written; RMAP_AB_CACHE names another place"
}

# ---- the way out -----------------------------------------------------------
# Commands that run when the lab ends, last registered first, however it ends.
# Everything that registers one runs in the main shell, never in a subshell: a
# subshell would not run them.
EXIT_COMMANDS=()

on_exit() { EXIT_COMMANDS+=("$1"); }

run_exit_commands() {
	local i
	for ((i = ${#EXIT_COMMANDS[@]} - 1; i >= 0; i--)); do
		eval "${EXIT_COMMANDS[i]}" || true
	done
}

trap run_exit_commands EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# Functions that set a variable of the caller's choice have locals with an
# underscore, which no caller uses.

# temp_dir VAR: a directory that disappears with the lab.
temp_dir() {
	local _dir
	_dir=$(mktemp -d "${TMPDIR:-/tmp}/rmap_ab.XXXXXX")
	on_exit "rm -rf '$_dir'"
	printf -v "$1" %s "$_dir"
}

# ---- results ---------------------------------------------------------------
# out_dir VAR: ./out, or a place in the cache when the checkout is read-only.
out_dir() {
	local _dir=$OUT
	mkdir -p "$_dir" 2>/dev/null && [[ -w $_dir ]] || _dir=$CACHE/out
	mkdir -p "$_dir"
	printf -v "$1" %s "$_dir"
}

# ---- progress --------------------------------------------------------------
clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# Reports that TEXT is still going on: on a terminal every second in place,
# elsewhere a line each half minute. Runs beside the work until it is killed.
tick() {
	local text=$1 start=$SECONDS period=30
	[[ ! -t 2 ]] || period=1
	while sleep "$period"; do
		if [[ -t 2 ]]; then
			printf '\rlab: %s  %s ' "$text" "$(clock $((SECONDS - start)))" >&2
		else
			say "$text  $(clock $((SECONDS - start)))"
		fi
	done
}

# Kills a job with all its children; `set -m` made it a process group.
kill_job() { kill -TERM -- "-$1" 2>/dev/null || true; }

# A ticker that has just been started may still have our traps and lose any signal
# that it could catch.
end_ticker() {
	kill -KILL -- "-$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

# run_job COMMAND...: a command or function in a process group of its own, so
# that none of its children outlives the lab, while the shell stays able to take
# signals. Sets JOB_STATUS instead of returning it: where a status is tested,
# bash forgets `set -e` for all that the function does.
run_job() {
	local pid slot=${#EXIT_COMMANDS[@]}
	set -m
	job_main "$@" </dev/null &
	pid=$!
	set +m
	on_exit "kill_job $pid"
	JOB_STATUS=0
	wait "$pid" || JOB_STATUS=$?
	EXIT_COMMANDS[slot]=:
}

# A subshell starts without our traps.
job_main() {
	EXIT_COMMANDS=()
	trap run_exit_commands EXIT
	trap 'exit 143' TERM
	"$@"
}

# timed TEXT OUT ERR COMMAND...: one long step under the clock; one that took a
# while says how long. Sets JOB_STATUS.
timed() {
	local text=$1 out=$2 err=$3 ticker start=$SECONDS slot=${#EXIT_COMMANDS[@]}
	shift 3
	mkdir -p "${out%/*}" "${err%/*}"
	set -m
	tick "$text" </dev/null &
	ticker=$!
	set +m
	on_exit "end_ticker $ticker"
	if [[ $out == "$err" ]]; then
		run_job "$@" >"$out" 2>&1
	else
		run_job "$@" >"$out" 2>"$err"
	fi
	end_ticker "$ticker"
	EXIT_COMMANDS[slot]=:
	[[ ! -t 2 ]] || printf '\r\e[K' >&2
	if ((SECONDS - start >= 3)); then
		say "$text: $(clock $((SECONDS - start)))"
	fi
}

# step TEXT LOG COMMAND...: a step with its output in LOG. If it fails, the lab
# ends here with the end of the log.
step() {
	local text=$1 log=$2
	shift 2
	timed "$text" "$log" "$log" "$@"
	((JOB_STATUS)) || return 0
	say "$text failed; the log ends:"
	tail -n 20 "$log" | sed 's/^/    /' >&2
	die "$text failed; the whole log is $log"
}

# ---- small things ----------------------------------------------------------
# The first words of a checksum are name enough for a cache entry.
hash_of() { sha256sum | cut -c1-16; }

# hash_files PATH...: names, modes and contents of files and trees.
hash_files() {
	tar -c --sort=name --owner=0 --group=0 --mtime=@0 --format=gnu -f - -- "$@" | hash_of
}
