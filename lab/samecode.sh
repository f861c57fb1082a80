# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# With CONFIG_RMAP_OPS off, the patched source must compile to the code of the
# unpatched one: both are compiled with `vanilla`'s configuration, and of every
# object that uses the interface each function's instructions are compared.

# What the interface's functions are called, in the kernel's sources.
RMAP_CALLS='folio_(add|dup|try_dup|try_share|remove)_[a-z_]*rmap|hugetlb_(add|try_dup|try_share|remove)_[a-z_]*rmap'

samecode_run() {
	local object objects
	temp_dir SAMECODE_TMP
	source_need
	kernel_need vanilla
	mapfile -t objects < <(samecode_objects "$KERNEL_DIR")
	samecode_need
	tap_case "the interface is used by at least ten objects" samecode_enough "${#objects[@]}"
	for object in "${objects[@]}"; do
		tap_case "$object" samecode_compare "$KERNEL_DIR/$object" "$OFF_DIR/$object"
	done
	tap_case "a changed function would be noticed" samecode_notices "$KERNEL_DIR/mm/rmap.o"
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

# Data is left out: tables of warnings hold line numbers, which a patch moves.
samecode_compare() {
	perl "$LAB/functions.pl" "$1" >"$SAMECODE_TMP/a" &&
		perl "$LAB/functions.pl" "$2" >"$SAMECODE_TMP/b" &&
		[[ -s $SAMECODE_TMP/a ]] && diff -U 2 "$SAMECODE_TMP/a" "$SAMECODE_TMP/b"
}

# The comparison itself must be able to fail: a copy in which one instruction of
# one function is another one, endbr32 for endbr64.
samecode_notices() {
	local object=$SAMECODE_TMP/changed.o section symbol
	cp "$1" "$object"
	section=$(objdump -h "$object" | awk '$2 == ".text" { print $6 }')
	symbol=$(objdump -t "$object" | awk '$NF == "folio_remove_rmap_ptes" { print $1 }')
	printf '\xfb' | dd of="$object" bs=1 seek=$((16#$section + 16#$symbol + 3)) conv=notrunc
	! samecode_compare "$1" "$object" >"$SAMECODE_TMP/diff" &&
		grep -q '^+folio_remove_rmap_ptes 0: endbr32' "$SAMECODE_TMP/diff"
}
