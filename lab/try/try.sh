# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# `try`: is a user's implementation right, and what does it cost?
#
# A guest judges it (lab/try/judge). Beside that guest, another one counts the
# instructions of builtin, control and it. Both, and the unit tests before them, use
# what was built before: after a change of one line, all of it takes minutes.

TRY_BROKEN=1
# What is counted: enough to see where an idea has gone.
TRY_SCENARIOS=(munmap fork exit dontneed-page fault)

help_try() {
	cat <<'END'
  try [OPTION]... DIR
                    judges the implementation that the module in DIR
                    registers (module/example is one to copy): builds it,
                    runs unit tests, boots, runs every scenario, the guard,
                    switching under load and the audit, and compares its
                    instructions with those of builtin and control. Says
                    `pass`, or which rule is broken and where. Exit status 0,
                    or 1 if a rule is broken; above 239 as of exec.
                    --kernel VARIANT, and:
                    --no-table   does not count instructions
                    --no-unit    leaves the unit tests out
                    --folio SIZE the folios of the table (2M)
END
}

cmd_try() {
	local start=$SECONDS
	LAB_KEEP_SOURCE=1
	try_options "$@"
	deps_need
	export LAB_KEEP_SOURCE=1
	guest_need "$GUEST_KERNEL"
	temp_dir TRY
	try_build
	[[ -z $TRY_UNIT ]] || try_unit
	[[ -z $TRY_FOLIO ]] || try_table_start
	try_judge
	[[ -z $TRY_FOLIO ]] || try_table_end
	try_say "pass: ${OWN_SOURCE##*/} ($(clock $((SECONDS - start))))"
}

# Sets TRY_UNIT; TRY_FOLIO, empty if there is no table; and OWN_SOURCE.
try_options() {
	local dir=''
	guest_defaults
	TRY_UNIT=1 TRY_FOLIO=2M
	while (($#)); do
		case $1 in
		--no-table) TRY_FOLIO= ;;
		--no-unit) TRY_UNIT= ;;
		--kernel | --folio)
			(($# > 1)) || usage_error "$1 needs a value"
			[[ $1 == --kernel ]] && GUEST_KERNEL=$2 || TRY_FOLIO=$2
			shift
			;;
		-*) usage_error "try has no option '$1'" ;;
		*)
			[[ -z $dir ]] || usage_error "try takes one directory"
			dir=$1
			;;
		esac
		shift
	done
	[[ -n $dir ]] || usage_error "try takes the directory of a module, such as module/example"
	kernel_check_variant "$GUEST_KERNEL"
	own_check "$dir"
	# Where each instruction is checked, none is worth counting.
	[[ $GUEST_KERNEL != *debug* ]] || TRY_FOLIO=
}

try_say() { printf '%s\n' "$*"; }

# try_broken RULE [FILE]: ends it.
try_broken() {
	try_say "broken: $1"
	[[ -z ${2-} ]] || sed 's/^/    /' "$2"
	exit "$TRY_BROKEN"
}

try_build() {
	own_need "$OWN_SOURCE" 2>"$TRY/words" || {
		sed -i '/^lab: \(module\|it does not compile\)/d; s/^lab: //' "$TRY/words"
		try_broken "it does not build" "$TRY/words"
	}
	cat "$TRY/words" >&2
	try_say "builds: ${OWN_MODULES[*]##*/}"
}

# Seconds, where the guest takes minutes. What the shim does not have is no rule.
try_unit() {
	local layout='' dir=$OWN_WORK/unit-$HOST
	[[ $GUEST_KERNEL != layout* ]] || layout=1 dir+=-layout
	if ! make -s -C "$TOP/tests/unit" O="$dir" HOST="$HOST" LAYOUT="$layout" OWN="$OWN_DIR" "$dir/rmap_unit_test" >"$TRY/make" 2>&1; then
		try_say "unit tests: skipped, its source does not compile outside of the kernel:"
		grep -m 3 'error:' "$TRY/make" | sed 's/^/    /'
		return
	fi
	CMOCKA_MESSAGE_OUTPUT=TAP "$dir/rmap_unit_test" >"$TRY/unit" 2>"$TRY/unit.errors" || true
	if grep -q '^not ok' "$TRY/unit" || ! grep -q '^ok' "$TRY/unit"; then
		{
			sed -n 's/^not ok [0-9]* - /the test: /p' "$TRY/unit" | head -n 3
			sed -n 's/^ *ERROR: //p; s/.*\(runtime error.*\)/\1/p' "$TRY/unit.errors" | head -n 4
		} >"$TRY/where" || true
		try_broken "layout: a unit test fails (tests/unit, on the host)" "$TRY/where"
	fi
	try_say "unit tests: $(grep -c '^ok' "$TRY/unit") hold"
}

# ---- the guest that judges ---------------------------------------------------------
# Its words come as they are said.
try_judge() {
	local file add=() log
	for file in "${OWN_MODULES[@]}"; do
		add+=(--add "$file:$OWN_GUEST/${file##*/}")
	done
	exec 5> >(exec tee "$TRY/said")
	run_job "$LAB/run" exec --kernel "$GUEST_KERNEL" --timeout 900 "${add[@]}" \
		--add "$LAB/try/judge:/root/judge" -- /root/judge >&5 2>"$TRY/judge.errors"
	exec 5>&-
	((JOB_STATUS)) || return 0
	log=$(sed -n 's/^lab: console: //p' "$TRY/judge.errors" | tail -n 1)
	case $JOB_STATUS in
	"$TRY_BROKEN") ;;
	"$STATUS_PANIC" | "$STATUS_WARNING") try_kernel_words "$log" ;;
	"$STATUS_LIMIT") try_broken "it hangs: the guest did not end" ;;
	*)
		cat "$TRY/judge.errors" >&2
		exit "$JOB_STATUS"
		;;
	esac
	[[ -z $log ]] || say "console: $log"
	exit "$TRY_BROKEN"
}

# The kernel's first complaint, with its stack.
try_kernel_words() {
	local log=$1 rule="the kernel complains while it is in use"
	grep -aE -m 1 -A 30 "$PANIC_PATTERN|$WARNING_PATTERN" "$log" | sed 's/\r$//; s/^\[ *[0-9.]*\] //' |
		grep -avE '^(RSP|RAX|RBX|RDX|RBP|R[0-9]+|FS|CS|CR[0-9]|DR[0-9]|Code|Modules linked in|Hardware name)' | head -n 24 >"$TRY/where"
	case $(<"$TRY/where") in
	*"sleeping function"* | *"scheduling while atomic"* | *"suspicious RCU"*) rule="context: an operation sleeps, or needs what the page table lock does not give" ;;
	*"Bad page"* | *"nonzero mapcount"*) rule="layout: a page is freed while it is counted as mapped" ;;
	*"Bad rss-counter"*) rule="layout: statistics of a process are wrong" ;;
	esac
	try_broken "$rule" "$TRY/where"
}

# ---- the guest that counts ----------------------------------------------------------
# Beside the one that judges.
try_table_start() {
	local file
	TRY_TABLE=
	bench_defaults
	if ! plugin_possible; then
		try_say "table: skipped, counting needs QEMU 9.2 or later, not $QEMU_VERSION"
		return
	fi
	plugin_need
	BENCH_ADD=()
	for file in "${OWN_MODULES[@]}"; do
		BENCH_ADD+=(--add "$file:$OWN_GUEST/${file##*/}")
	done
	set -m
	job_main try_table_take </dev/null >"$TRY/samples" 2>"$TRY/table.errors" &
	TRY_TABLE=$!
	set +m
	on_exit "kill_job $TRY_TABLE"
}

try_table_take() {
	BENCH_MEM=1G bench_counted "$GUEST_KERNEL" try --size 8M --samples 2 --folio "$TRY_FOLIO" "${TRY_SCENARIOS[@]}"
}

try_table_end() {
	[[ -n $TRY_TABLE ]] || return 0
	if ! wait "$TRY_TABLE"; then
		grep -aE 'rmapctl: |^lab: ' "$TRY/table.errors" | tail -n 8 >"$TRY/where" || true
		try_broken "it cannot be measured" "$TRY/where"
	fi
	"$TOOL_DIR/rmapctl" bench show "$TRY/samples"
}
