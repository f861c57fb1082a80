# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# `exec` and `shell`: one command, or a person, in a guest.

KEEP_CONSOLES=100

exec_options() {
	while (($#)); do
		case $1 in
		--kernel) GUEST_KERNEL=${2-} ;;
		--smp) GUEST_SMP=${2-} ;;
		--mem) GUEST_MEM=${2-} ;;
		--timeout) GUEST_LIMIT=${2-} ;;
		--add) GUEST_ADD+=("${2-}") ;;
		--own) GUEST_OWN=${2-} ;;
		--icount)
			GUEST_ICOUNT=1 GUEST_SMP=1
			shift
			continue
			;;
		--load)
			GUEST_LOAD=1
			shift
			continue
			;;
		--)
			shift
			GUEST_COMMAND=("$@")
			break
			;;
		*) usage_error "exec has no option '$1'; the command comes after --" ;;
		esac
		(($# > 1)) || usage_error "$1 needs a value"
		shift 2
	done
	exec_check
}

exec_check() {
	kernel_check_variant "$GUEST_KERNEL"
	[[ -z $GUEST_OWN ]] || own_check "$GUEST_OWN"
	[[ $GUEST_SMP =~ ^[1-8]$ ]] || usage_error "--smp takes 1 to 8, not '$GUEST_SMP'"
	[[ $GUEST_MEM =~ ^[0-9]+[MG]$ ]] || usage_error "--mem takes a size like 512M or 3G, not '$GUEST_MEM'"
	[[ $GUEST_LIMIT =~ ^[1-9][0-9]*$ ]] || usage_error "--timeout takes seconds, not '$GUEST_LIMIT'"
	[[ $GUEST_SEED =~ ^[0-9]{1,18}$ ]] || usage_error "LAB_SEED takes a number, not '$GUEST_SEED'"
	[[ -z $GUEST_ICOUNT || $GUEST_SMP == 1 ]] || usage_error "--icount runs one CPU only"
	[[ -z $GUEST_ICOUNT || ${LAB_ACCEL:-auto} != kvm ]] || usage_error "--icount is emulation, not KVM"
}

# console_log VAR: where this run's console goes; old ones make room.
console_log() {
	local dir old
	out_dir dir
	dir+=/console
	mkdir -p "$dir"
	find "$dir" -type f -printf '%T@ %p\n' | sort -rn | tail -n "+$((2 * KEEP_CONSOLES))" |
		cut -d' ' -f2- | while IFS= read -r old; do rm -f "$old"; done
	printf -v "$1" '%s/%(%Y%m%d-%H%M%S)T-%s-%s.log' "$dir" -1 "$GUEST_KERNEL" "$$"
}

# Before the command, with --load or --own.
EXEC_LOAD='load_own >/dev/null || exit'

# Without input to forward, a guest is a little smaller.
exec_has_no_stdin() { [[ /dev/stdin -ef /dev/null ]]; }

# What a person tries out needs not be what is measured: `release` where it is built,
# else `demo`, which compiles in a fraction of the time.
exec_choose_kernel() {
	deps_need
	GUEST_KERNEL=release
	kernel_is_cached release || GUEST_KERNEL=demo
}

exec_in_guest() {
	local log
	deps_need
	guest_need "$GUEST_KERNEL"
	if [[ -n $GUEST_OWN ]]; then
		own_need "$GUEST_OWN" || die "$GUEST_OWN cannot be brought into the guest"
		own_stage
	fi
	if [[ -n $GUEST_ICOUNT ]]; then
		ACCEL=tcg
	else
		accel_need
	fi
	console_log log
	: >"$log"
	say "kernel $(host_words "$GUEST_KERNEL"), $ACCEL, $GUEST_SMP CPUs, $GUEST_MEM"
	guest_run "$log" "$ACCEL"
	if [[ $GUEST_VERDICT == crashed ]]; then
		# Seen with QEMU 10.0.2: "iotlb_to_section: Assertion". Nothing of the command's
		# has run yet.
		say "QEMU crashed before the guest came up; once more"
		sed 's/^/    /' "${log%.log}.qemu" >&2
		guest_run "$log" "$ACCEL"
	fi
	classify "$GUEST_VERDICT" "$log"
	exit "$STATUS"
}

cmd_exec() {
	LAB_KEEP_SOURCE=1
	guest_defaults
	exec_options "$@"
	((${#GUEST_COMMAND[@]})) || usage_error "exec needs a command after --"
	# An exact run gets no input, which would arrive at a moment of chance.
	[[ -n $GUEST_ICOUNT ]] || exec_has_no_stdin || GUEST_STDIN=1
	[[ -z $GUEST_LOAD$GUEST_OWN ]] || GUEST_COMMAND=(sh -c "$EXEC_LOAD; exec \"\$@\"" sh "${GUEST_COMMAND[@]}")
	exec_in_guest
}

# twice FILE COMMAND...: COMMAND with its output in FILE, and once more if the emulator
# failed.
twice() {
	local file=$1 status=0
	shift
	"$@" >"$file" || status=$?
	if ((status == STATUS_EMULATOR)); then
		say "once more"
		status=0
		"$@" >"$file" || status=$?
	fi
	return "$status"
}

# exec_twice FILE ARGS...: `exec ARGS`, like this. A command that runs by hand is not
# repeated, because its output has been passed on already.
exec_twice() {
	local file=$1
	shift
	twice "$file" "$LAB/run" exec "$@"
}

# A shell that a person uses. The agent has made the command a session leader: the
# terminal that it opens first becomes its controlling one. A serial line does not
# know how large its terminal is; the keeper says so, on the command's stdin.
# shellcheck disable=SC2016 # for the guest's shell
SHELL_SCRIPT='exec 3<&0 <>/dev/hvc0 >&0 2>&1
read -r size <&3 && stty $size
while read -r size <&3; do stty -F /dev/hvc0 $size; done &
exec 3<&-'

cmd_shell() {
	local load
	LAB_KEEP_SOURCE=1
	guest_defaults
	GUEST_LIMIT=604800
	exec_options "$@"
	[[ " $* " == *' --kernel '* ]] || exec_choose_kernel
	[[ $GUEST_KERNEL != demo ]] ||
		say "this kernel has no swap, cgroups, NUMA and tracing; with \`--kernel release\` the lab compiles one that has"
	((!${#GUEST_COMMAND[@]})) || usage_error "shell takes no command"
	GUEST_TTY=1
	load=$GUEST_LOAD$GUEST_OWN
	GUEST_COMMAND=(sh -c "$SHELL_SCRIPT; ${load:+$EXEC_LOAD; }exec sh -l")
	[[ ! -t 0 ]] || on_exit "stty '$(stty -g)'"
	[[ -n $load ]] || say "no module is loaded: \`modprobe rmap_ab\` does that, or \`lab/run shell --load\`"
	say "\`exit\` ends the guest"
	exec_in_guest
}
