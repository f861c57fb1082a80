# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Results that are kept, each by all that it depends on: sources, kernel, emulator,
# command. `once` is for a suite without chance in it, a search or a mutant: its result
# is always taken from there. `resumed` is for what runs in a guest, where threads race:
# each `test` runs it, and only `test all`, which takes longer than one sitting, goes on
# where an earlier run ended.

KEPT=$CACHE/proved
KEPT_DAYS=60
# Set where results of guests may be kept, and where they may be taken.
KEPT_POSSIBLE=
KEPT_RESUMES=
# Of this run: the results that were taken, and the suites that passed after they had
# failed on the same content.
KEPT_TAKEN=0
KEPT_LUCKY=()

# kept_begin PARTS. What the user adds to a guest is in no key.
kept_begin() {
	[[ -n ${LAB_KERNEL_ARGS:-}${LAB_QEMU_ARGS:-}${LAB_QEMU:-} || ${LAB_ACCEL:-auto} != auto ]] || KEPT_POSSIBLE=yes
	[[ $1 != all ]] || KEPT_RESUMES=yes
}

# tap_start_once KEY NAME COMMAND...: tap_start; all good and nothing skipped, the result is
# kept under KEY, and taken from there as long as KEY is the same.
tap_start_once() {
	local key=$1
	shift
	kept_start "$key" none yes "$@"
}

# tap_start_resumed KEY NAME COMMAND...: the same for a guest's suite, whose skips depend on
# KEY alone.
tap_start_resumed() {
	local key=$1
	shift
	if [[ -n $KEPT_POSSIBLE ]]; then
		kept_start "$key" skips "$KEPT_RESUMES" "$@"
	else
		tap_start "$@"
	fi
}

# kept_start KEY SKIPS TAKE NAME COMMAND...
# shellcheck disable=SC2004 # tap.sh declares them associative
kept_start() {
	local kept=$KEPT/$1 skips=$2 take=$3 name=$4
	shift 4
	if [[ -n $take && -s $kept && -z ${LAB_TEST_AGAIN:-} ]]; then
		touch "$kept"
		tap_start "$name" kept_show "$kept"
		TAP_KEPT[$TAP_PID]=taken
	else
		tap_start "$name" "$@"
		TAP_KEEP[$TAP_PID]=$kept TAP_KEPT[$TAP_PID]=$skips
	fi
}

kept_show() { sed 's/^ok [^#]*/& (from the cache) /' "$1"; }

# kept_end PID NAME BASE FAILED SKIPPED RESULTS: what becomes of a suite that has ended.
kept_end() {
	local kept=${TAP_KEEP[$1]} how=${TAP_KEPT[$1]} name=$2 base=$3 failed=$4 skipped=$5 results=$6
	if [[ $how == taken ]]; then
		((KEPT_TAKEN += results)) || true
	elif [[ -n $kept ]] && ((failed)); then
		mkdir -p "$KEPT"
		date '+%F %T' >>"$kept.failed"
	elif [[ -n $kept ]] && { ((!skipped)) || [[ $how == skips ]]; }; then
		kept_keep "$kept" "$base.tap"
		[[ ! -s $kept.failed ]] || KEPT_LUCKY+=("$name: failed before, on $(paste -sd ',' "$kept.failed")")
	fi
}

kept_keep() {
	mkdir -p "$KEPT"
	find "$KEPT" -maxdepth 1 -type f -mtime "+$KEPT_DAYS" -delete
	cp "$2" "$1.tmp.$$"
	mv "$1.tmp.$$" "$1"
}

# What the sums do not show.
kept_report() {
	local lucky
	((!KEPT_TAKEN)) ||
		say "$KEPT_TAKEN of these results are kept from earlier runs with the same content; LAB_TEST_AGAIN=1 takes none"
	for lucky in "${KEPT_LUCKY[@]}"; do
		say "$lucky"
	done
}

# kept_guest_key WHAT...: changes when what a guest does could. Needs guest_need.
kept_guest_key() {
	{
		printf '%s\0' "$@"
		printf '%s\n' "$KERNEL_KEY" "${GUEST_BASE##*/}" "$QEMU_VERSION" "$QEMU_THREAD" "$ACCEL"
		hash_sources lab/guest lab/test/tap.sh
	} | hash_of
}
