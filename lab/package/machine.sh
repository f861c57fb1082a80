# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The part `package`: the packages on a clean Debian machine of each release, from their
# installation to their removal. The machine has a disk and the initrd of the package,
# and QEMU starts its kernel, so no boot loader is tested.

MACHINE_RELEASES=(bookworm trixie)
MACHINE_LIMIT=1800
MACHINE_DISK_MB=4096
# What a package manager leaves, and what DKMS and the kernel's scripts make for others. The
# kmod of Debian 13 writes modules.weakdep, which the kernel's package does not know.
MACHINE_FILES_OTHERS='^/(dev|proc|run|sys|tmp|var/lib/(dpkg|apt|dkms|initramfs-tools|systemd|man-db|ucf)|var/(log|cache|backups)|root|lab|etc/(\.pwd\.lock|\.updated|ld\.so\.cache|machine-id)|var/\.updated|lost\+found)(/|$)|^/usr/lib/modules/[^/]*-rmap-ab(/modules\.weakdep)?$'

# The kernel for the test is `release` and what a disk needs: `package --config` with that.
machine_need() {
	package_defaults
	temp_dir PACKAGE_CONFIG
	PACKAGE_CONFIG+=/config
	kernel_need release
	cat "$KERNEL_DIR/.config" "$LAB/package/test.config" >"$PACKAGE_CONFIG"
	package_kernel_need
}

test_package() {
	local release
	if ((EUID)); then
		say "package: skipped, a clean Debian root is made by root alone"
		((++TAP_SKIPPED))
		return
	fi
	PACKAGES+=("${PACKAGE_PACKAGES[@]}")
	deps_need
	test_guest_need release
	accel_need
	machine_need
	for release in "${MACHINE_RELEASES[@]}"; do
		PACKAGE_RELEASE=$release
		package_own_need
		tap_start_resumed "package-$release-$(kept_guest_key "$PACKAGE_KERNEL" "$PACKAGE_OWN" "$(hash_sources lab/package)")" \
			"package: $release" machine_run "$ROOT_DIR" "$PACKAGE_KERNEL" "$PACKAGE_OWN"
	done
}

# machine_run ROOT KERNEL OWN: directories, the latter two with packages.
machine_run() {
	local root=$1
	temp_dir MACHINE
	root_copy "$root" "$MACHINE/root"
	mkdir "$MACHINE/root/packages"
	cp "$2"/*.deb "$3"/*.deb "$MACHINE/root/packages"
	machine_files "$MACHINE/root" >"$MACHINE/before"
	tap_case "they install together, on a machine that has headers of a kernel without hooks" machine_do \
		'apt-get install -y /packages/*.deb'
	machine_kernels
	tap_case "DKMS has built the module for the package's kernel" machine_dkms_says "$MACHINE_OURS.*: installed"
	tap_case "and for no other" machine_dkms_others
	tap_case "asked for the other, it names the condition" machine_do \
		"! dkms build rmap-ab/$(package_version) -k $MACHINE_OTHER >/tmp/said 2>&1 && cat /tmp/said && grep -q BUILD_EXCLUSIVE /tmp/said"
	tap_case "the example is built against it" machine_example
	machine_disk
	machine_boot first
	machine_boot metrics
	machine_boot second
	tap_case "nothing is left on the disk" machine_clean
	tap_plan
}

machine_do() { root_do "$MACHINE/root" sh -euc "$1"; }

# Sets MACHINE_OURS and MACHINE_OTHER, the versions of the two kernels.
machine_kernels() {
	local name
	MACHINE_OURS=none MACHINE_OTHER=none
	for name in "$MACHINE"/root/lib/modules/*; do
		name=${name##*/}
		if [[ $name == *"$PACKAGE_SUFFIX" ]]; then
			MACHINE_OURS=$name
		else
			MACHINE_OTHER=$name
		fi
	done
}

machine_dkms_says() { machine_do 'dkms status' | tee /dev/stderr | grep -Eq "^rmap-ab[,/] *$(package_version), $1"; }

machine_dkms_others() { [[ $MACHINE_OTHER != none ]] && ! machine_dkms_says "$MACHINE_OTHER"; }

# With what the package brings, as a user would.
machine_example() {
	machine_do "cp -r /usr/share/doc/rmap-ab-dkms/examples/prefetch /root
		make -C /root/prefetch RMAP_AB=/usr/src/rmap-ab-$(package_version) KDIR=/lib/modules/$MACHINE_OURS/build \
			SYMBOLS=/var/lib/dkms/rmap-ab/$(package_version)/$MACHINE_OURS/x86_64/Module.symvers"
}

# ---- the machine -----------------------------------------------------------
machine_disk() {
	machine_checkout
	mkdir "$MACHINE/root/lab"
	cp "$LAB_BIN/agent" "$LAB/package/machine-step" "$MACHINE/root/lab"
	cp "$LAB/package/machine-init" "$MACHINE/root/lab/init"
	cp "$MACHINE/root/boot/vmlinuz-$MACHINE_OURS" "$MACHINE/vmlinuz"
	cp "$MACHINE/root/boot/initrd.img-$MACHINE_OURS" "$MACHINE/initrd"
	mke2fs -q -t ext4 -d "$MACHINE/root" "$MACHINE/disk" "${MACHINE_DISK_MB}M"
}

# With the tool of the package, because compiling takes long where the CPU is emulated.
machine_checkout() {
	local cache=$MACHINE/root/root/.cache/rmap_ab/tool
	mkdir -p "$cache/$(tool_key)"
	cp "$MACHINE/root/usr/sbin/rmapctl" "$cache/$(tool_key)"
	rsync -a --exclude=/out --exclude=/.git "$TOP/" "$MACHINE/root/root/rmap_ab"
}

# machine_boot STEP: QEMU takes the last -kernel and -initrd.
machine_boot() {
	local LAB_QEMU_ARGS LAB_KERNEL_ARGS status=0
	export LAB_QEMU_ARGS="-kernel $MACHINE/vmlinuz -initrd $MACHINE/initrd -drive file=$MACHINE/disk,if=virtio,format=raw"
	export LAB_KERNEL_ARGS="root=/dev/vda rw init=/lab/init lab_step=$1"
	exec_twice "$MACHINE/$1" --kernel release --timeout "$MACHINE_LIMIT" -- true || status=$?
	machine_tap <"$MACHINE/$1"
	tap_case "the machine ends without a complaint ($1)" test "$status" = 0
}

# Its results, as ours.
machine_tap() {
	local line ended=
	while IFS= read -r line; do
		case $line in
		'ok '*) tap_ok "${line#* - }" ;;
		'not ok '*) tap_not_ok "${line#* - }" ;;
		1..*) ended=yes ;;
		*) printf '%s\n' "$line" ;;
		esac
	done
	[[ -n $ended ]] || tap_not_ok "the machine ends its list"
}

machine_files() { (cd "$1" && find . -xdev -printf '/%P\n') | grep -vE "$MACHINE_FILES_OTHERS" | LC_ALL=C sort; }

machine_clean() {
	debugfs -R 'cat /lab/files' "$MACHINE/disk" 2>/dev/null | grep -vE "$MACHINE_FILES_OTHERS" | LC_ALL=C sort >"$MACHINE/after"
	[[ -s $MACHINE/after ]] && diff "$MACHINE/before" "$MACHINE/after"
}
