# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# KVM or emulation. /dev/kvm may exist and yet not work: QEMU aborts, or the
# guest hangs before its first line. So it has to prove itself with the very
# kernel we want to run, once for each boot of this machine.

ACCEL_PROBE_LIMIT=20

# accel_need: sets ACCEL to kvm or tcg. Needs guest_need before.
accel_need() {
	case ${LAB_ACCEL:-auto} in
	kvm | tcg) ACCEL=$LAB_ACCEL ;;
	auto) accel_auto ;;
	*) usage_error "LAB_ACCEL is auto, kvm or tcg, not '$LAB_ACCEL'" ;;
	esac
}

accel_auto() {
	local memory=$CACHE/accel key answer
	key="$(</proc/sys/kernel/random/boot_id) $QEMU_VERSION"
	if [[ -s $memory ]] && read -r answer <"$memory" && [[ ${answer#* } == "$key" ]]; then
		ACCEL=${answer%% *}
		return
	fi
	accel_probe
	printf '%s %s\n' "$ACCEL" "$key" >"$memory"
}

accel_probe() {
	ACCEL=tcg
	[[ -r /dev/kvm && -w /dev/kvm ]] || return 0
	say "trying KVM for at most $ACCEL_PROBE_LIMIT s"
	if accel_boots_kvm; then
		ACCEL=kvm
	else
		say "/dev/kvm is there but does not run the lab's kernel: using emulation"
	fi
}

accel_boots_kvm() {
	local GUEST_COMMAND=(true) GUEST_ADD=() GUEST_TTY='' GUEST_STDIN='' GUEST_ICOUNT=''
	local GUEST_LIMIT=$ACCEL_PROBE_LIMIT GUEST_VERDICT
	mkdir -p "$CACHE/log"
	guest_run "$CACHE/log/accel.log" kvm
	[[ $GUEST_VERDICT == "status 0" ]]
}
