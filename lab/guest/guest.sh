# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The guest: what is in its initramfs, and one run of it.

# ---- initramfs -------------------------------------------------------------
# stage_program STAGE FILE [PATH]: FILE at PATH (its own by default), with the
# libraries it needs at the places where its loader looks for them.
stage_program() {
	local stage=$1 file=$2 path=${3:-$2} library
	mkdir -p "$stage${path%/*}"
	cp -a -L "$file" "$stage$path"
	while IFS= read -r library; do
		[[ -e $stage$library ]] && continue
		mkdir -p "$stage${library%/*}"
		cp -L "$library" "$stage$library"
	done < <(program_libraries "$file")
}

# Nothing for scripts, data and static programs.
program_libraries() {
	[[ $(head -c 4 -- "$1" | tr -d '\0') == $'\x7fELF' ]] || return 0
	ldd "$1" 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }'
}

stage_busybox() {
	local stage=$1 applet
	stage_program "$stage" "$(command -v busybox)" /bin/busybox
	for applet in $(busybox --list); do
		[[ $applet == busybox ]] || ln -s busybox "$stage/bin/$applet"
	done
}

# The kernel's own modules and ours, where modprobe finds them, and ours once
# more by a short name for insmod.
stage_modules() {
	local stage=$1 kernel=$2 modules=$3 release dir
	release=$(<"$kernel/include/config/kernel.release")
	dir=$stage/lib/modules/$release
	mkdir -p "$dir/kernel" "$dir/extra"
	sed 's/\.o$/.ko/' "$kernel/modules.order" | (cd "$kernel" && xargs -r cp -t "$dir/kernel")
	find "$modules" -maxdepth 1 -name '*.ko' -exec cp -t "$stage/lib/modules" {} +
	if kernel_is_patched "${KERNEL_KEY%-*}"; then
		find "$modules" -maxdepth 1 -name '*.ko' -exec cp -t "$dir/extra" {} +
	fi
	cp "$kernel/modules.builtin" "$kernel/modules.order" "$dir"
	depmod -b "$stage" "$release"
}

# Programs under their own names in the first directory of the guest's PATH.
stage_programs() {
	local stage=$1 dir=$2 file
	[[ -d $dir ]] || die "$dir is gone: another lab has pruned it; run this again"
	while IFS= read -r file; do
		stage_program "$stage" "$file" "/usr/local/bin/${file##*/}"
	done < <(find "$dir" -maxdepth 1 -type f -executable)
}

pack() { (cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z | cpio -0 -o -H newc -R 0:0 --quiet) >"$2"; }

# guest_need VARIANT: kernel and initramfs; sets GUEST_BASE, the part of the
# initramfs that is the same for every run.
guest_need() {
	local variant=$1
	qemu_need
	kernel_need "$variant"
	bin_need
	programs_need "$variant"
	GUEST_BASE=$CACHE/guest/$variant-$(guest_key)
	cache_entry "$GUEST_BASE" guest_build
	cache_prune $((4 * ${#HOSTS[@]})) "$CACHE/guest/$variant-"
}

# What the checkout brings. A kernel without the patch gets the module of `release`, so
# that one can see it refused.
programs_need() {
	local key=$KERNEL_KEY dir=$KERNEL_DIR
	tool_need
	tests_need
	if kernel_is_patched "$1"; then
		module_need
	else
		kernel_need release
		module_need
		KERNEL_KEY=$key KERNEL_DIR=$dir
	fi
}

guest_key() {
	{
		printf '%s\n' "$KERNEL_KEY" "$MODULE_DIR" "$TOOL_DIR" "$TESTS_DIR" "$LAB_BIN"
		cat "$LAB"/guest/{init,after,poweroff,guest.sh} "$LAB/try/load_own"
		dpkg-query -W libc6 busybox-static xfsprogs bash
	} | hash_of
}

guest_build() {
	step "initramfs" "$CACHE/log/initramfs.log" guest_pack "$1"
}

guest_pack() {
	local stage=$1/stage
	mkdir -p "$stage"/{proc,sys,dev,tmp,mnt,root,etc,lab,var/run}
	chmod 700 "$stage/root"
	stage_busybox "$stage"
	stage_program "$stage" "$(command -v mkfs.xfs || echo /usr/sbin/mkfs.xfs)" /usr/sbin/mkfs.xfs
	stage_modules "$stage" "$KERNEL_DIR" "$MODULE_DIR"
	stage_programs "$stage" "$TOOL_DIR"
	stage_programs "$stage" "$TESTS_DIR"
	# The kernel's own way to have a command fail, and the shell it is written for.
	stage_program "$stage" "$(command -v bash)" /bin/bash
	cp "$KERNEL_DIR/tools/testing/fault-injection/failcmd.sh" "$stage/usr/local/bin"
	cp "$LAB/guest/poweroff" "$LAB/try/load_own" "$stage/usr/local/bin"
	cp "$LAB/guest/init" "$stage/init"
	cp "$LAB/guest/after" "$LAB_BIN/agent" "$stage/lab"
	printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' >"$stage/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$stage/etc/group"
	pack "$stage" "$1/base.cpio"
	rm -rf "$stage"
}

# stage_add STAGE HOST:GUEST: a file or a tree of the host, modes kept.
stage_add() {
	local stage=$1 host=${2%%:*} guest=${2#*:}
	[[ $2 == *:/* ]] || usage_error "--add takes HOSTFILE:/GUESTPATH, not '$2'"
	[[ -r $host ]] || usage_error "--add: there is no readable '$host'"
	if [[ -d $host ]]; then
		mkdir -p "$stage$guest"
		cp -a -L "$host/." "$stage$guest"
	else
		stage_program "$stage" "$host" "$guest"
	fi
}

# run_initramfs DIR: the base with this run's command and files behind it.
run_initramfs() {
	local dir=$1 stage=$1/stage add
	mkdir -p "$stage/lab"
	printf '%s\0' "${GUEST_COMMAND[@]}" >"$stage/lab/argv"
	for add in "${GUEST_ADD[@]}"; do
		stage_add "$stage" "$add"
	done
	pack "$stage" "$dir/overlay.cpio"
	cat "$GUEST_BASE/base.cpio" "$dir/overlay.cpio" >"$dir/initramfs"
	rm -rf "$stage" "$dir/overlay.cpio"
}

# ---- one run ---------------------------------------------------------------
# What a run is made of; `exec` and `shell` set them from their options.
guest_defaults() {
	GUEST_KERNEL=release
	GUEST_SMP=2
	GUEST_MEM=2G
	GUEST_LIMIT=900
	GUEST_BOOT_LIMIT=${LAB_BOOT_LIMIT:-180}
	GUEST_ICOUNT=
	GUEST_SEED=${LAB_SEED:-1}
	GUEST_TTY=
	GUEST_STDIN=
	GUEST_LOAD=
	GUEST_OWN=
	GUEST_ADD=()
	GUEST_COMMAND=()
}

# console: all of the kernel's words, the log is the evidence. panic, oops: a
# broken guest ends at once. tsc, no_timer_check: nothing to calibrate against
# under emulation. numa: pages that migrate need somewhere to go.
GUEST_KERNEL_ARGS=(
	"console=ttyS0,115200" panic=-1 oops=panic
	tsc=reliable no_timer_check numa=fake=2
)

# guest_qemu_args DIR LOG ACCEL: sets QEMU. The firmware's MP table, which is all
# that the kernel has to go by, lists one CPU for each socket.
guest_qemu_args() {
	local dir=$1 log=$2 accel=$3 extra_qemu extra_kernel
	read -ra extra_qemu <<<"${LAB_QEMU_ARGS:-}"
	read -ra extra_kernel <<<"${LAB_KERNEL_ARGS:-}"
	QEMU=(
		"${QEMU_PROGRAM[@]}" -name rmap_ab -nodefaults -no-user-config -display none -no-reboot
		-machine "$(guest_machine)" -smp "$GUEST_SMP,sockets=$GUEST_SMP,cores=1,threads=1" -m "$GUEST_MEM"
		-kernel "$KERNEL_DIR/vmlinux.boot" -initrd "$dir/initramfs"
		-append "${GUEST_KERNEL_ARGS[*]} $(guest_variant_args) $(guest_clock_args "$accel") ${extra_kernel[*]}"
		-chardev "file,id=log,path=$log" -serial chardev:log
		-device "virtio-serial-$(guest_bus),event_idx=off"
	)
	# Before the wire: the agent relies on that.
	if [[ -n $GUEST_TTY$GUEST_STDIN ]]; then
		QEMU+=(-chardev "socket,id=input,fd=4" -device "virtserialport,chardev=input,name=lab.input")
	fi
	QEMU+=(
		-chardev "file,id=wire,path=/proc/self/fd/3" -device "virtserialport,chardev=wire,name=lab.wire"
	)
	guest_accel_args "$accel"
	if [[ -n $GUEST_TTY ]]; then
		QEMU+=(-chardev "stdio,id=tty,signal=off" -device "virtconsole,chardev=tty")
	fi
	QEMU+=("${extra_qemu[@]}")
}

# Freed pages are overwritten where every check is on.
guest_variant_args() {
	[[ $GUEST_KERNEL != debug ]] || echo page_poison=1
}

# An emulated CPU has its host's time stamp counter, whose frequency the guest
# cannot find out while the host is busy: then all it has are the timer's ticks.
guest_clock_args() {
	[[ $1 == tcg && -z $GUEST_ICOUNT ]] || return 0
	awk -F: '/^bogomips/ { printf "tsc_early_khz=%d", $2 * 500; exit }' /proc/cpuinfo
}

# Without PCI, as in `demo`, QEMU appends to the command line where the devices are.
guest_has_pci() { grep -qx CONFIG_PCI=y "$KERNEL_DIR/.config"; }
guest_machine() { guest_has_pci && echo pc || echo microvm,acpi=off,rtc=on; }
guest_bus() { guest_has_pci && echo pci || echo device; }

# With a clock that counts instructions, little is left to chance: not the random numbers
# (the loader's, RDRAND), not the time of day, and not the moment at which another thread of
# QEMU takes what the guest sends. Two guests that do the same are mostly the same, to the
# last instruction; something is left (a message came a microsecond later).
guest_accel_args() {
	if [[ $1 == kvm ]]; then
		QEMU+=(-accel kvm -cpu host)
	elif [[ -n $GUEST_ICOUNT ]]; then
		QEMU+=(
			-accel "tcg,thread=single" -icount "shift=0,sleep=off" -cpu max
			-seed "$GUEST_SEED" -rtc "base=2024-11-17,clock=vm"
			-global virtio-serial-pci.ioeventfd=off -global virtio-mmio.ioeventfd=off
		)
	else
		# A kernel that sees these two clears and copies memory byte by byte, in one
		# instruction. The emulator takes several times as long for that.
		QEMU+=(-accel "tcg,thread=$QEMU_THREAD" -cpu "max,-erms,-fsrm")
	fi
}

# guest_run LOG ACCEL: boots, runs GUEST_COMMAND, streams its output. Sets
# GUEST_VERDICT to the keeper's word. What QEMU says goes to LOG's neighbour.
guest_run() {
	local log=$1 accel=$2 dir keeper tty status=0 slot
	temp_dir dir
	run_initramfs "$dir"
	guest_qemu_args "$dir" "$log" "$accel"
	exec {tty}<&0
	"$LAB_BIN/keeper" -b "$GUEST_BOOT_LIMIT" -l "$GUEST_LIMIT" ${GUEST_TTY:+-i} ${GUEST_STDIN:+-s} \
		"$dir/verdict" "${log%.log}.qemu" "${QEMU[@]}" <&"$tty" {tty}<&- &
	keeper=$!
	exec {tty}<&-
	slot=${#EXIT_COMMANDS[@]}
	on_exit "kill $keeper 2>/dev/null && wait $keeper"
	wait "$keeper" || status=$?
	EXIT_COMMANDS[slot]=:
	GUEST_VERDICT="keeper $status"
	((status)) || GUEST_VERDICT=$(<"$dir/verdict")
	rm -rf "$dir"
}
