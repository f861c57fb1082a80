# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What a run of a guest came to: the keeper's verdict and the kernel's words.

STATUS_PANIC=240
STATUS_WARNING=241
STATUS_LIMIT=242
STATUS_SILENT=243
STATUS_LAB=244
STATUS_EMULATOR=245

# The guest is broken. Matched against lines with or without a time stamp.
PANIC_PATTERN='Kernel panic|Oops:|BUG: unable to handle|general protection fault|Unable to handle kernel|double fault:'

# The kernel complains; what it computed since is worth nothing.
WARNING_PATTERN='BUG:|WARNING:|Bad page|Bad rss-counter|KASAN:|kernel BUG at|UBSAN:'
WARNING_PATTERN+='|possible circular locking|inconsistent lock state|possible recursive locking'
WARNING_PATTERN+='|suspicious RCU usage|sleeping function called from|scheduling while atomic'
WARNING_PATTERN+='|rcu.*(detected stalls|self-detected stall)|INFO: task .* blocked for more'
WARNING_PATTERN+='|(soft|hard) lockup|kmemleak: [0-9]+ new suspected|unreferenced object'
WARNING_PATTERN+='|page_table_check|list_(add|del) corruption|refcount_t: |stack segment|lab: init failed'

log_matches() { grep -aE -m 10 "$1" "$2"; }

# classify VERDICT LOG: sets STATUS, our exit status; says why if it is not the
# command's own.
classify() {
	local verdict=$1 log=$2
	if classify_is_emulator && log_matches 'Oops: int3' "$log" >/dev/null; then
		classify_as "$STATUS_EMULATOR" "the guest met an int3 late, as QEMU with a thread for each CPU lets it (lab/guest/qemu.sh)" \
			"$log" "$PANIC_PATTERN"
	elif log_matches "$PANIC_PATTERN" "$log" >/dev/null; then
		classify_as "$STATUS_PANIC" "the guest's kernel panicked or oopsed" "$log" "$PANIC_PATTERN"
	elif log_matches "$WARNING_PATTERN" "$log" >/dev/null; then
		classify_as "$STATUS_WARNING" "the guest's kernel gave a warning" "$log" "$WARNING_PATTERN"
	else
		classify_verdict "$verdict" "$log"
	fi
}

classify_is_emulator() { [[ $ACCEL == tcg && $QEMU_THREAD == multi && -z $GUEST_ICOUNT ]]; }

classify_verdict() {
	local verdict=$1 log=$2
	case $verdict in
	"status "*) classify_command "${verdict#status }" ;;
	limit) classify_as "$STATUS_LIMIT" "the command did not end within $GUEST_LIMIT s" "$log" ;;
	boot-limit) classify_as "$STATUS_SILENT" "the guest did not come up within $GUEST_BOOT_LIMIT s" "$log" ;;
	crashed) classify_as "$STATUS_SILENT" "QEMU crashed before the guest came up" "$log" ;;
	silent) classify_as "$STATUS_SILENT" "the guest ended before it came up" "$log" ;;
	gone) classify_as "$STATUS_SILENT" "the guest ended without reporting a status" "$log" ;;
	"keeper 141") STATUS=141 ;; # nobody reads our output any more
	*) classify_as "$STATUS_LAB" "the lab lost the guest ($verdict)" "$log" ;;
	esac
}

# From 240 on, a status is the lab's.
classify_command() {
	STATUS=$1
	if ((STATUS >= STATUS_PANIC)); then
		say "the command's status was $STATUS; it is passed on as 239"
		STATUS=239
	fi
}

# classify_as STATUS REASON LOG [PATTERN]
classify_as() {
	STATUS=$1
	say "$2"
	if [[ -n ${4:-} ]]; then
		log_matches "$4" "$3" | sed 's/^/    /' >&2
	else
		tail -n 3 "$3" | sed 's/^/    /' >&2
	fi
	if [[ -s ${3%.log}.qemu ]]; then
		say "QEMU says:"
		sed 's/^/    /' "${3%.log}.qemu" >&2
	fi
	say "console: $3"
}
