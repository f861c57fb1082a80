# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# With CONFIG_RMAP_OPS off, the patched source must compile to the code of the
# unpatched one: both are compiled with `vanilla`'s configuration, and the
# instructions of every object that uses the interface are compared.

# What the interface's functions are called, in the kernel's sources.
RMAP_CALLS='folio_(add|dup|try_dup|try_share|remove)_[a-z_]*rmap|hugetlb_(add|try_dup|try_share|remove)_[a-z_]*rmap'

samecode_run() {
	local object objects
	source_need
	kernel_need vanilla
	mapfile -t objects < <(samecode_objects "$KERNEL_DIR")
	samecode_need
	tap_case "the interface is used by at least ten objects" samecode_enough "${#objects[@]}"
	for object in "${objects[@]}"; do
		tap_case "$object" samecode_compare "$KERNEL_DIR/$object" "$OFF_DIR/$object"
	done
	tap_case "a changed function would be noticed" samecode_notices "$KERNEL_DIR"
	tap_plan
}

# Every object of the vanilla build whose source calls an rmap function.
samecode_objects() {
	(
		cd "$1"
		grep -rlE --include='*.c' "$RMAP_CALLS" mm kernel fs drivers arch/x86 | sed 's/\.c$/.o/' |
			while IFS= read -r object; do
				[[ ! -f $object ]] || printf '%s\n' "$object"
			done
	)
}

samecode_enough() { (($1 >= 10)); }

# Sets OFF_DIR: the patched source with the option off. Needs kernel_need vanilla.
samecode_need() {
	local key
	key=$(printf '%s\n' "$KERNEL_KEY" "$(<"$HOOKS")" | hash_of)
	OFF_DIR=$CACHE/kernel/off-$key
	cache_entry "$OFF_DIR" samecode_build "${objects[@]}"
	cache_prune 1 "$CACHE/kernel/off-"
}

samecode_build() {
	local dir=${*: -1} objects=("${@:1:$#-1}") log=$CACHE/log/kernel-off
	step "patched, option off: copying the source" "$log-copy.log" kernel_copy "$dir"
	step "patched, option off: applying ${HOOKS##*/}" "$log-patch.log" kernel_patch "$dir"
	step "patched, option off: compiling" "$log-build.log" samecode_make "$dir" "${objects[@]}"
}

samecode_make() {
	local dir=$1
	shift
	cp "$KERNEL_DIR/.config" "$dir"
	kernel_make "$dir" olddefconfig
	grep -qx '# CONFIG_RMAP_OPS is not set' "$dir/.config"
	kernel_make "$dir" prepare
	kernel_make "$dir" "$@"
}

# The instructions with their relocations. Data is left out: tables of warnings
# hold line numbers, which a patch moves.
samecode_text() {
	objdump -dr --no-show-raw-insn "$1" | sed '/file format/d'
}

samecode_compare() {
	[[ -s $1 && -s $2 ]] && diff -U 2 <(samecode_text "$1") <(samecode_text "$2")
}

# The comparison itself must be able to fail.
samecode_notices() {
	! samecode_compare "$1/mm/rmap.o" "$1/mm/ksm.o" >/dev/null
}
