# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The part `builds`: the patch compiles where the lab does not boot. For each
# fragment of lab/kernel/config/builds, the files of mm/ that use the interface are
# compiled, and what the patch adds, nothing else.

# Needed beside PACKAGES, but only to build for other machines. gcc can build for i386.
BUILDS_PACKAGES=(gcc-aarch64-linux-gnu clang)
BUILDS_CONFIG=$LAB/kernel/config/build.config
# What the interface's functions are called, in the kernel's sources.
BUILDS_USES='folio_(add|dup|try_dup|try_share|remove)_[a-z_]*rmap|hugetlb_(add|try_dup|try_share|remove)_[a-z_]*rmap|rmap_ops'

builds_start() {
	local fragment
	for fragment in "$LAB"/kernel/config/builds/*.config; do
		builds_choose "$fragment"
		tap_start_once "build-$BUILDS_NAME-$(builds_key "$fragment")" "builds: $BUILDS_NAME" builds_run "$fragment"
	done
}

# Sets BUILDS_NAME, and BUILDS_MAKE, what make is told of architecture and compiler.
builds_choose() {
	BUILDS_NAME=${1##*/}
	BUILDS_NAME=${BUILDS_NAME%.config}
	case $BUILDS_NAME in
	arm64) BUILDS_MAKE=(ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- "CC=ccache aarch64-linux-gnu-gcc") ;;
	i386) BUILDS_MAKE=(ARCH=i386) ;;
	clang) BUILDS_MAKE=("CC=ccache clang") ;;
	*) BUILDS_MAKE=() ;;
	esac
}

# Changes when the result could.
builds_key() {
	{
		printf '%s\n' "$SOURCE_ID" "${BUILDS_MAKE[@]}"
		dpkg-query -W gcc binutils "${BUILDS_PACKAGES[@]}"
		host_patches | xargs -d '\n' cat
		cat "$BUILDS_CONFIG" "$1" "$LAB/test/builds.sh"
	} | hash_of
}

builds_run() {
	local fragment=$1 dir objects log=$CACHE/log/build-$BUILDS_NAME
	kernel_tree dir "build-$BUILDS_NAME"
	step "$BUILDS_NAME: copying the source" "$log-copy.log" kernel_copy "$dir"
	step "$BUILDS_NAME: applying the patches" "$log-patch.log" kernel_patch_all "$dir"
	step "$BUILDS_NAME: configuring" "$log-config.log" builds_configure "$dir" "$fragment"
	mapfile -t objects < <(builds_objects "$dir")
	tap_case "$BUILDS_NAME: ${#objects[@]} objects use the interface" builds_enough "${objects[@]}"
	tap_case "$BUILDS_NAME: they compile" builds_make "$dir" "${objects[@]}"
	tap_case "$BUILDS_NAME: no warning about what the patch touches" builds_quiet "$dir"
	tap_plan
	rm -rf "$dir"
}

# Fails where the configuration is not what the fragment says.
builds_configure() {
	local dir=$1
	kernel_make "$dir" "${BUILDS_MAKE[@]}" allnoconfig
	kernel_add_options "$dir" "$BUILDS_CONFIG" "$2"
	kernel_make "$dir" "${BUILDS_MAKE[@]}" olddefconfig
	kernel_check_config "$dir" "$BUILDS_CONFIG" "$2"
	kernel_make "$dir" "${BUILDS_MAKE[@]}" prepare
}

# Of what the configuration has in mm/, whatever uses the interface. kernel/fork.c
# does everywhere.
builds_objects() {
	(
		cd "$1" && make -s -f - print <<-'END' | tr ' ' '\n' | grep -xFf <(grep -lE "$BUILDS_USES" mm/*.c | sed 's/c$/o/')
			include include/config/auto.conf
			print:
			src := mm
			obj := mm
			include mm/Makefile
			print: ; @echo $(addprefix mm/,$(obj-y))
		END
	)
	echo kernel/fork.o
}

builds_enough() { (($# >= 8)) && [[ " $* " == *' mm/rmap.o '* && " $* " == *' mm/rmap_ops.o '* ]]; }

# What the compiler says is kept. A test's status is asked for: `set -e` does not hold.
builds_make() {
	local dir=$1
	shift
	kernel_make "$dir" "${BUILDS_MAKE[@]}" "$@" 2>&1 | tee -a "$dir/said"
}

builds_quiet() {
	local pattern
	pattern=$(host_patches | xargs -d '\n' sed -n 's#^+++ b/##p' | sort -u | sed 's/[.]/\\./g' | paste -sd '|')
	! grep -E "($pattern):[0-9:]+ (warning|error)" "$1/said"
}
