# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What runs a guest: a QEMU that can run what we test, kernel text that changes
# under load, and KVM where it works.
#
# Before 8.1, QEMU translates guest code without locking the pages it reads.
# With a thread for each CPU, one can go on executing a translation of bytes
# that another one has just replaced. The kernel patches its text by way of an
# int3, and one that is met after its time is an oops ("Oops: int3"). Debian
# 12's QEMU 7.2 does that within seconds of switching under load, and as fast on
# an unpatched kernel whose tracepoints are turned on and off.
#
# Later ones leave a window of some instructions: notdirty_write() in
# accel/tcg/cputlb.c (10.0.2) invalidates translations under the page's lock, and
# the store comes after it has been released. Another CPU that translates the old
# byte in between keeps it. With a g_usleep(1000) at the end of
# tb_invalidate_phys_range_fast(), guests oops within seconds. Unmodified, three of
# ours have; in one, the oops shows that memory held the new instruction already,
# 47 ms after the last CPU should have seen it.

QEMU_GOOD_VERSION=8.1

# qemu_need: sets QEMU_PROGRAM (with its first arguments), QEMU_VERSION, and
# QEMU_THREAD, how emulated CPUs are run.
qemu_need() {
	QEMU_PROGRAM=("${LAB_QEMU:-qemu-system-x86_64}")
	qemu_ask_version || die "${QEMU_PROGRAM[0]} does not run"
	[[ -n ${LAB_QEMU:-} ]] || qemu_is_good || qemu_backport
	QEMU_THREAD=multi
	if ! qemu_is_good; then
		QEMU_THREAD=single
		say "QEMU $QEMU_VERSION: emulated CPUs run in turn, because this version executes code wrongly while it changes"
	fi
}

qemu_ask_version() {
	QEMU_VERSION=$("${QEMU_PROGRAM[@]}" --version 2>/dev/null | sed -n '1s/.*version \([0-9.]*\).*/\1/p') &&
		[[ -n $QEMU_VERSION ]]
}

qemu_is_good() { dpkg --compare-versions "$QEMU_VERSION" ge "$QEMU_GOOD_VERSION"; }

# Debian's backport to the release that runs here. The system's package stays, because
# it brings the libraries. Without a backport, the lab uses the system's QEMU.
qemu_backport() {
	local dir version=$QEMU_VERSION program=("${QEMU_PROGRAM[@]}")
	dir=$(qemu_newest_here)
	if [[ -z $dir ]]; then
		qemu_fetch
		dir=$(qemu_newest_here)
	fi
	[[ -n $dir ]] || return 0
	QEMU_PROGRAM=(
		"$dir/usr/bin/qemu-system-x86_64"
		-L "$dir/usr/share/qemu" -L "$dir/usr/share/seabios"
	)
	if ! qemu_ask_version; then
		say "${QEMU_PROGRAM[0]} does not run here"
		QEMU_PROGRAM=("${program[@]}") QEMU_VERSION=$version
	fi
}

qemu_newest_here() {
	mkdir -p "$CACHE/qemu"
	find "$CACHE/qemu/" -mindepth 1 -maxdepth 1 -type d ! -name '*.tmp.*' | sort -V | tail -n 1
}

qemu_fetch() {
	local version
	if [[ ! -s $CACHE/apt/sources.list ]]; then
		timed "asking the Debian suites" "$CACHE/log/source.log" "$CACHE/log/source.log" source_ask
		((!JOB_STATUS)) || return 0
	fi
	version=$(qemu_choose qemu-system-x86)
	if [[ -z $version ]]; then
		say "no suite has a backport of QEMU to this release of Debian"
		return
	fi
	cache_entry "$CACHE/qemu/$version" qemu_unpack "$version"
}

# The newest version of a package that was made for this release.
qemu_choose() {
	local release
	# shellcheck source=/dev/null
	release=$(. /etc/os-release && printf %s "${VERSION_ID:-}")
	source_apt apt-cache madison "$1" | awk -F'|' '{ gsub(/ /, "", $2); print $2 }' |
		grep -F "~bpo$release+" | sort -V | tail -n 1 || true
}

qemu_unpack() {
	step "downloading QEMU $1" "$CACHE/log/qemu.log" qemu_download "$1" "$2"
}

# With the firmware of its own time.
qemu_download() {
	(
		cd "$2" &&
			source_apt apt-get download "qemu-system-x86=$1" "qemu-system-common=$1" \
				"qemu-system-data=$1" "seabios=$(qemu_choose seabios)" &&
			for package in *.deb; do dpkg-deb -x "$package" . || exit; done &&
			rm -f ./*.deb
	)
}

# ---- KVM or emulation -------------------------------------------------------
# /dev/kvm may exist and yet not work: QEMU aborts, or the guest hangs before its
# first line. So the lab tries it with the kernel that it wants to run, once for
# each boot of this machine, and again for a guest of another kind.

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
	key="$(</proc/sys/kernel/random/boot_id) $QEMU_VERSION $(guest_machine)"
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
	local GUEST_KERNEL GUEST_SMP GUEST_MEM GUEST_LIMIT GUEST_BOOT_LIMIT GUEST_ICOUNT GUEST_SEED
	local GUEST_TTY GUEST_STDIN GUEST_LOAD GUEST_OWN GUEST_ADD GUEST_COMMAND GUEST_VERDICT
	guest_defaults
	GUEST_LIMIT=$ACCEL_PROBE_LIMIT GUEST_COMMAND=(true)
	mkdir -p "$CACHE/log"
	guest_run "$CACHE/log/accel.log" kvm
	[[ $GUEST_VERDICT == "status 0" ]]
}
