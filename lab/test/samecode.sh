# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# With CONFIG_RMAP_OPS off, the patched source must compile to the code of the
# unpatched one. Both are compiled in one tree, with `vanilla`'s configuration,
# and of every object that the patch can reach each function's instructions are
# compared. The patch reaches an object through the files that it changes; which
# objects include these, the build of `release` has written down. The first mail, about
# static calls, does not know the option: its own objects do change.

# Needs kernel_need release. Changes when the result could.
samecode_key() {
	{
		printf '%s\n' "$KERNEL_KEY" "$(kernel_key vanilla)"
		host_patches | xargs -d '\n' cat
		cat "$LAB/test/samecode.sh" "$LAB/test/functions.pl"
	} | hash_of
}

samecode_run() {
	local objects object
	temp_dir SAMECODE_TMP
	mapfile -t objects < <(samecode_objects "$KERNEL_DIR")
	tap_case "the patch can reach at least forty objects" samecode_enough "${#objects[@]}"
	samecode_build "${objects[@]}"
	for object in "${objects[@]}"; do
		tap_case "$object" samecode_compare "$SAMECODE_TMP/vanilla/$object" "$SAMECODE_TMP/off/$object"
	done
	tap_case "a changed function would be noticed" samecode_notices "$SAMECODE_TMP/vanilla/mm/rmap.o"
	tap_plan
}

# Every object of a built tree that depends on a file that the patches change, not
# those of files that they add. Of linux/mm_types.h, which all include, only the macros
# for MM IDs change. Who uses each of them includes linux/rmap.h, too.
samecode_objects() {
	local pattern
	pattern=$(applies_files | grep -vx -e include/linux/mm_types.h -e 'Documentation/.*' | sed 's/[.]/\\./g' | paste -sd '|')
	(
		cd "$1" && find . -name '.*.o.cmd' -exec grep -lE "(^| )($pattern)( |\$)" {} + |
			sed -nE 's#^\./(.*/)\.(.*)\.cmd$#\1\2#p' | LC_ALL=C sort |
			while IFS= read -r object; do
				[[ ! -f $SOURCE_DIR/${object%.o}.c ]] || printf '%s\n' "$object"
			done | grep -vxFf <(samecode_static_calls)
	)
}

# The objects of the sources that the first mail changes.
samecode_static_calls() { awk '/^From / { mails++ } mails == 1 && sub(/^\+\+\+ b\//, "") && sub(/\.c$/, ".o")' "$HOOKS"; }

samecode_enough() { (($1 >= 40)); }

# Leaves the objects in SAMECODE_TMP: vanilla/ and off/.
samecode_build() {
	local dir log=$CACHE/log/samecode
	kernel_tree dir samecode
	step "the option off: copying the source" "$log-copy.log" kernel_copy "$dir"
	step "the option off: applying the patches" "$log-patch.log" kernel_patch_all "$dir"
	step "the option off: configuring" "$log-config.log" samecode_configure "$dir"
	step "the option off: compiling $# objects" "$log-off.log" samecode_make "$dir" "$SAMECODE_TMP/off" "$@"
	step "no patch: taking it back" "$log-patch.log" kernel_unpatch "$dir"
	step "no patch: compiling $# objects" "$log-vanilla.log" samecode_make "$dir" "$SAMECODE_TMP/vanilla" "$@"
	rm -rf "$dir"
}

samecode_configure() {
	kernel_configure vanilla "$1"
	grep -qx '# CONFIG_RMAP_OPS is not set' "$1/.config"
}

samecode_make() {
	local dir=$1 to=$2
	shift 2
	kernel_make "$dir" "$@"
	mkdir -p "$to"
	(cd "$dir" && cp --parents "$@" "$to")
}

# Data is left out: tables of warnings hold line numbers, which a patch moves.
samecode_compare() {
	[[ -s $1 && -s $2 ]] || return
	! cmp -s "$1" "$2" || return 0
	perl "$LAB/test/functions.pl" "$1" >"$SAMECODE_TMP/a" &&
		perl "$LAB/test/functions.pl" "$2" >"$SAMECODE_TMP/b" &&
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
