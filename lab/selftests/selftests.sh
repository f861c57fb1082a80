# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's own selftests/mm: built from the guest's kernel source, run on
# `vanilla` for reference, on `release` and `debug` under implementations and while
# switching, on `layout` with large folios that have no page mapcounts. No result may
# differ from the reference.

# By kernel: how much slower they are, and the memory of its guests.
declare -A SELFTESTS_SLOWER=([vanilla]=1 [release]=1 [layout]=1 [debug]=3)
declare -A SELFTESTS_MEMORY=([vanilla]=3G [release]=3G [layout]=3G [debug]=4G)
SELFTESTS_LIMIT=1800

# Emulated NUMA nodes for migration. Without 1 GiB pages, or each test that
# knows huge page sizes would want several of them. A log that holds what one
# program makes the kernel say (before_poison). Writing to read-only memory by
# /proc/self/mem, as programs do that want to break COW; Linux 7.3 forbids it
# by default.
SELFTESTS_KERNEL_ARGS='numa=fake=2 clearcpuid=pdpe1gb log_buf_len=4M proc_mem.force_override=always'

# selftests_start SET KERNEL CONFIG...: a suite for each configuration, and, the first
# time, one for the reference, which the others wait for.
SELFTESTS_SET=
SELFTESTS_REFERENCE_PID=
selftests_start() {
	local kernel=$2 out config
	SELFTESTS_SET=$1
	shift 2
	out_dir out
	out+=/selftests
	[[ $HOST == "$HOST_DEFAULT" ]] || out+=-$HOST
	selftests_need
	if [[ -z $SELFTESTS_REFERENCE_PID ]]; then
		rm -rf "$out"
		mkdir -p "$out"
		tap_start "selftests: vanilla" selftests_vanilla "$out"
		SELFTESTS_REFERENCE_PID=$TAP_PID
	fi
	guest_need "$kernel"
	for config; do
		selftests_start_one "selftests: $kernel under $config ($SELFTESTS_SET)" "$out" "$kernel" "$config"
	done
}

# All of them take an hour: they run again when something has changed that they run
# on, and not when it is the tool or a document. With arguments of the user's own for
# kernel or emulator they always run, and nothing is kept.
selftests_start_one() {
	local name=$1 key
	shift
	key=$2-$3-$(selftests_config_key "$2" "$3")
	if [[ -z $KEPT_POSSIBLE ]]; then
		tap_start "$name" selftests_config "$@"
	elif [[ $SELFTESTS_SET == all ]]; then
		tap_start_once "selftests-$key" "$name" selftests_config "$@"
	else
		tap_start_resumed "selftests-$SELFTESTS_SET-$key" "$name" selftests_config "$@"
	fi
}

# selftests_programs [SET]: its programs. Each set is part of the next one.
SELFTESTS_SETS='most each all'
selftests_programs() {
	awk -v sets="$SELFTESTS_SETS" -v set="${1:-$SELFTESTS_SET}" '
		/^#/ || !NF { next }
		index(sets, $5) <= index(sets, set) { print $1 }' "$HOST_DIR/selftests"
}

# ---- suites ----------------------------------------------------------------
selftests_vanilla() {
	local out=$1 SELFTESTS_SET=$SELFTESTS_REFERENCE_SET
	if selftests_reference_cached; then
		say "selftests: the reference is in the cache: $SELFTESTS_REFERENCE"
		cp -r "$SELFTESTS_REFERENCE" "$out/vanilla"
	else
		selftests_guest "$out" vanilla vanilla
		selftests_reference_keep "$out/vanilla"
	fi
	selftests_report_reference "$out/vanilla"
	selftests_prove_comparison "$out/vanilla"
	tap_plan
}

selftests_config() {
	local out=$1 kernel=$2 config=$3
	selftests_guest "$out" "$kernel" "$config"
	tail --pid="$SELFTESTS_REFERENCE_PID" -f /dev/null
	selftests_report_guest "$out/$kernel-$config-$SELFTESTS_SET" "$kernel under $config"
	selftests_report_config "$out" "$kernel" "$config"
	tap_plan
}

# ---- guests ----------------------------------------------------------------
# selftests_guest OUT KERNEL CONFIG: one guest through the list, or two if the
# emulator fails one; leaves what it said, split by program, and its exit status in
# OUT/KERNEL-CONFIG-SET.
selftests_guest() {
	local out=$1/$2-$3-$SELFTESTS_SET kernel=$2 config=$3 status=0 start=$SECONDS programs
	[[ $config != vanilla ]] || out=$1/vanilla
	mkdir -p "$out"
	mapfile -t programs < <(selftests_programs)
	selftests_exec "$out/output" "$kernel" "$config" "${programs[@]}" \
		2> >(tee "$out/progress" >&2) </dev/null || status=$?
	echo "$status" >"$out/status"
	selftests_split "$out"
	say "selftests: $kernel under $config: exit status $status after $(clock $((SECONDS - start)))"
}

# selftests_exec FILE KERNEL CONFIG PROGRAM...: what a guest says goes to FILE. If the
# emulator fails it, a second one goes on: the list takes up to an hour.
selftests_exec() {
	local file=$1 status=0 ended left=() program
	shift
	selftests_exec_one "$@" >"$file" || status=$?
	((status == STATUS_EMULATOR)) || return "$status"
	ended=" $(selftests_ended "$file") "
	for program in "${@:3}"; do
		[[ $ended == *" $program "* ]] || left+=("$program")
	done
	say "once more, from ${left[0]} on"
	selftests_cut "$file" "${left[0]}" >"$file.one"
	status=0
	selftests_exec_one "$1" "$2" "${left[@]}" >"$file.two" || status=$?
	# It only knows of its own.
	awk -v before=$(($# - 2 - ${#left[@]})) '/^@done / { $2 += before } { print }' "$file".{one,two} >"$file"
	rm "$file".{one,two}
	return "$status"
}

selftests_exec_one() {
	local kernel=$1 config=$2
	shift 2
	LAB_KERNEL_ARGS="$SELFTESTS_KERNEL_ARGS ${LAB_KERNEL_ARGS:-}" "$LAB/run" exec \
		--kernel "$kernel" --smp 3 --mem "${SELFTESTS_MEMORY[$kernel]}" \
		--timeout "$((SELFTESTS_LIMIT * SELFTESTS_SLOWER[$kernel]))" \
		--add "$SELFTESTS_PACK/root:/" --add "$LAB/selftests:/selftests" --add "$HOST_DIR/selftests:/selftests/programs" \
		-- /selftests/guest.sh "$config" "${SELFTESTS_SLOWER[$kernel]}" /selftests/programs "$@"
}

# selftests_ended FILE: the programs after which another one began, on one line.
selftests_ended() { awk '/^@begin / && $2 != last { if (last) printf "%s ", last; last = $2 }' "$1"; }

# selftests_cut FILE PROGRAM: what was said before the program first began.
selftests_cut() { awk -v program="$2" '/^@begin / && $2 == program { exit } { print }' "$1"; }

# ---- the reference ---------------------------------------------------------
# selftests_reference_key SET: good as long as nothing that could change a result has
# changed.
selftests_reference_key() {
	{
		selftests_programs "$1"
		printf '%s\n' "$KERNEL_KEY" "$SELFTESTS_PACK" "$SELFTESTS_KERNEL_ARGS" "${SELFTESTS_MEMORY[vanilla]}"
		grep -v '^#' "$HOST_DIR/selftests"
		cat "$LAB"/selftests/{guest.sh,side_by_side.sh,results.awk}
		printf '%s\n' "$QEMU_VERSION" "$QEMU_THREAD"
		dpkg-query -W busybox-static
	} | hash_of
}

# selftests_config_key KERNEL CONFIG: good as long as nothing has changed of what its
# guest runs, nor of what judges it. Needs guest_need KERNEL.
selftests_config_key() {
	{
		printf '%s\n' "$1" "$2" "$KERNEL_KEY" "${SELFTESTS_REFERENCE##*/}" "${SELFTESTS_MEMORY[$1]}" \
			"$SELFTESTS_LIMIT" "${SELFTESTS_SLOWER[$1]}"
		sha256sum <"$MODULE_DIR/rmap_ab.ko"
		cat "$LAB"/selftests/*.{sh,awk} "$LAB"/guest/{init,after}
	} | hash_of
}

# Sets SELFTESTS_REFERENCE, where it is or will be, and SELFTESTS_REFERENCE_SET: the
# largest set that is there, or the largest that this run has use for.
SELFTESTS_REFERENCE=
SELFTESTS_REFERENCE_SET=
SELFTESTS_LARGEST=most
selftests_need() {
	local set
	guest_need release
	guest_need vanilla
	selftests_pack_need
	[[ -z $SELFTESTS_REFERENCE_PID ]] || return 0
	for set in all each most; do
		SELFTESTS_REFERENCE_SET=$set
		SELFTESTS_REFERENCE=$CACHE/selftests/reference-$(selftests_reference_key "$set")
		if selftests_reference_cached || [[ $set == "$SELFTESTS_LARGEST" ]]; then
			return
		fi
	done
}

selftests_reference_cached() { [[ -d $SELFTESTS_REFERENCE ]]; }

# Only a reference without a problem is worth keeping.
selftests_reference_keep() {
	local dir=$1 program
	! selftests_reference_cached || return 0
	[[ $(<"$dir/status") == 0 ]] || return 0
	for program in $(selftests_programs); do
		[[ -z $(selftests_reference_problems "$dir" "$program") ]] || return 0
	done
	cp -r "$dir" "$SELFTESTS_REFERENCE.tmp"
	mv "$SELFTESTS_REFERENCE.tmp" "$SELFTESTS_REFERENCE"
	cache_prune 4 "$CACHE/selftests/reference-"
}

# ---- TAP -------------------------------------------------------------------
# selftests_tap NAME: ok if stdin is empty, else not ok with it as diagnostics.
selftests_tap() {
	local problems
	problems=$(cat)
	if [[ -z $problems ]]; then
		tap_ok "$1"
	else
		tap_not_ok "$1"
		printf '%s\n' "$problems" | sed 's/^/#   /'
	fi
}

# selftests_report_guest DIR NAME
selftests_report_guest() {
	local status
	status=$(cat "$1/status" || echo none)
	selftests_tap "$2: the guest" < <(selftests_guest_problems "$1" "$status")
}

selftests_report_reference() {
	local dir=$1 program from=''
	! selftests_reference_cached || from=' (from the cache)'
	selftests_report_guest "$dir" "vanilla$from"
	for program in $(selftests_programs); do
		selftests_tap "vanilla: $program: $(selftests_tally "$dir" "$program")" \
			< <(selftests_reference_problems "$dir" "$program")
		selftests_remark "$dir" "$program"
	done
}

selftests_report_config() {
	local out=$1 kernel=$2 config=$3 dir=$1/$2-$3-$SELFTESTS_SET program
	for program in $(selftests_programs); do
		selftests_tap "$kernel under $config: $program: $(selftests_tally "$dir" "$program")" \
			< <(selftests_problems "$out/vanilla" "$dir" "$config" "$program")
		selftests_remark_luck "$dir" "$program"
	done
}

# What does not pass is named, so that nobody takes "no difference" for "good".
selftests_remark() {
	local results=$1/$2.results
	[[ -f $results ]] || return 0
	grep -E '^(not ok|skip|xfail)' "$results" | sed 's/^/#   on vanilla: /' || true
	selftests_remark_luck "$@"
}

# What came out otherwise in a try that had no luck.
selftests_remark_luck() {
	local record
	for record in $(selftests_records "$1" "$2"); do
		[[ -f $1/$record.again ]] || continue
		sed 's/^try [0-9]*: //' "$1/$record.again" | grep -vxFf "$1/$record.results" |
			sed 's/^/#   by chance, tried again: /' || true
	done
}
