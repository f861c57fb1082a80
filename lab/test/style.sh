# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The part `style`: what can be said about the sources without running them.

# The hooks themselves, and what they ask of static calls.
PATCH_MAX_ADDED=650
STATIC_CALL_MAX_ADDED=90
LAYOUT_MAX_ADDED=760

# What checkpatch is not asked about, and why.
# There is no MAINTAINERS file here, and no mail to sign off.
CHECKPATCH_IGNORE=FILE_PATH_CHANGES,MISSING_SIGN_OFF
# The operations are one list, which macros expand: into declarations, tables
# and functions, with arguments that not each of them needs.
CHECKPATCH_IGNORE+=,COMPLEX_MACRO,MULTISTATEMENT_MACRO_USE_DO_WHILE,MACRO_ARG_UNUSED
CHECKPATCH_IGNORE+=,MACRO_ARG_REUSE,MACRO_ARG_PRECEDENCE,MACRO_WITH_FLOW_CONTROL
CHECKPATCH_IGNORE+=,TRAILING_SEMICOLON,BRACKET_SPACE
# Tracepoints are laid out as everywhere in the kernel.
CHECKPATCH_IGNORE+=,OPEN_ENDED_LINE
# A sentence that a user reads is not broken.
CHECKPATCH_IGNORE+=,LONG_LINE_STRING
# The patch keeps to the indentation and spacing of the code that it changes or
# moves, hands types to macros as arguments, and has its exports in one place.
CHECKPATCH_IGNORE_PATCH=$CHECKPATCH_IGNORE,PARENTHESIS_ALIGNMENT,SPACING
CHECKPATCH_IGNORE_PATCH+=,FUNCTION_ARGUMENTS,EXPORT_SYMBOL,COMMIT_LOG_LONG_LINE
# Programs have names from CMocka and stdint, and none of the kernel's helpers.
CHECKPATCH_IGNORE_USER=$CHECKPATCH_IGNORE,CAMELCASE,ARRAY_SIZE,BIT_MACRO
CHECKPATCH_IGNORE_USER+=,PREFER_DEFINED_ATTRIBUTE_MACRO,PREFER_KERNEL_TYPES,NAKED_SSCANF
CHECKPATCH_IGNORE_USER+=,CONSIDER_KSTRTO,STRCPY,STRNCPY,STRLCPY,STATIC_CONST_CHAR_ARRAY
# They touch memory for the sake of touching it, and hold texts and tables to
# compare with.
CHECKPATCH_IGNORE_USER+=,VOLATILE,LINE_SPACING,STRING_FRAGMENTS,SPLIT_STRING
CHECKPATCH_IGNORE_USER+=,QUOTED_WHITESPACE_BEFORE_NEWLINE,REPEATED_WORD,EMBEDDED_FUNCTION_NAME
# Headers that stand for the kernel's have what those have.
CHECKPATCH_IGNORE_USER+=,NEW_TYPEDEFS,IS_ENABLED_CONFIG,MEMORY_BARRIER

# The checkout. Needs kernel_need release.
style_run() {
	tap_case "shell scripts: shellcheck" style_shellcheck
	tap_case "module: checkpatch" style_checkpatch_files "$CHECKPATCH_IGNORE" module "${HOSTS[@]/#/hosts/}" tests/kmod
	# User space has no BIT(), and C without C23 no static_assert.
	tap_case "uapi: checkpatch" style_checkpatch_files "$CHECKPATCH_IGNORE,BIT_MACRO,CAMELCASE" uapi
	tap_case "programs: checkpatch" style_checkpatch_files "$CHECKPATCH_IGNORE_USER" tool tests/vm tests/unit tests/hooks tests/layout bench lab
	tap_case "uapi: the netlink header is what ynl makes of the spec" style_netlink
	tap_case "every source names its licence" style_spdx
	tap_plan
}

# What is for one host: its hooks, and the module as it is compiled for it. Needs
# kernel_need release.
style_host_run() {
	local hooks=${HOOKS#"$TOP"/}
	tap_case "$hooks: checkpatch" style_checkpatch --ignore "$CHECKPATCH_IGNORE_PATCH" "$HOOKS"
	tap_case "$hooks is what hosts/make-hooks makes" hooks_made_check
	tap_case "hosts/make-hooks refuses a kernel that has changed" hooks_made_refuses
	tap_case "$hooks applies exactly" style_patch_applies
	tap_case "$hooks: kernel-doc" style_kernel_doc
	tap_case "$hooks is a series of five mails" style_patch_series
	tap_case "$hooks adds at most $PATCH_MAX_ADDED lines to mm, and $STATIC_CALL_MAX_ADDED for static calls" style_hooks_size
	tap_case "module: sparse" style_sparse
	tap_case "the kernel's anon-exclusive pages: every place has been read" exclusive_sites_check
	tap_case "the kernel's calls of the operations: every place has been read" call_sites_check
	[[ -z $LAYOUT ]] || style_layout_run
	tap_plan
}

style_layout_run() {
	local layout=${LAYOUT#"$TOP"/}
	tap_case "$layout: checkpatch" style_checkpatch --ignore "$CHECKPATCH_IGNORE_PATCH" "$LAYOUT"
	tap_case "$layout: kernel-doc" style_layout_kernel_doc
	tap_case "$layout is a series of two mails" style_layout_series
	tap_case "$layout adds at most $LAYOUT_MAX_ADDED lines" style_patch_size "$LAYOUT" "$LAYOUT_MAX_ADDED"
}

# Sources of the checkout, NUL-separated; what is built in place is not one.
style_files() {
	(cd "$TOP" && find lab bench module hosts uapi tool tests docs .ci -type f "$@" -print0)
}

style_scripts() {
	local file line
	while IFS= read -rd '' file; do
		IFS= read -r line <"$TOP/$file" || true
		if [[ $line =~ ^#!.*(bash|/sh)$ ]]; then
			printf '%s\0' "$file"
		fi
	done < <(style_files)
}

# The lab's parts are read as one program, through lab/run.
style_shellcheck() {
	(cd "$TOP" && style_scripts | xargs -0 shellcheck -x -a)
}

# In a directory of its own: it leaves a file where it is called.
style_checkpatch() {
	local dir
	temp_dir dir
	(
		cd "$dir" && perl "$KERNEL_DIR/scripts/checkpatch.pl" --no-tree --root="$KERNEL_DIR" \
			--strict --terse --show-types --no-summary --max-line-length=100 "$@"
	)
}

style_checkpatch_files() {
	local ignore=$1 dir files=()
	shift
	for dir in "$@"; do
		[[ -d $TOP/$dir ]] || continue
		mapfile -td '' -O "${#files[@]}" files < <(find "$TOP/$dir" -name '*.[ch]' -print0 | sort -z)
	done
	style_checkpatch --ignore "$ignore" --file "${files[@]}"
}

# sparse's exit status says nothing about its warnings. Linux 7.3 wants a newer one
# than Debian 12 has, which knows __typeof_unqual__(), and string constants that are
# tested while compiling (MODULE_LICENSE() and the like). Without it, kbuild would
# check nothing and not fail.
STYLE_SPARSE_OLD=(CHECK="sparse -D__typeof_unqual__=__typeof__")

style_sparse() {
	local dir log sparse=() known='^$'
	temp_dir dir
	log=$dir/log
	(cd "$TOP" && cp -a --parents Kbuild module hosts uapi "$dir")
	if [[ -e $KERNEL_DIR/scripts/checker-valid.sh && $("$KERNEL_DIR/scripts/checker-valid.sh" sparse) != 1 ]]; then
		sparse=("${STYLE_SPARSE_OLD[@]}") known=':1: error: bad constant expression$'
	fi
	if ! kernel_make "$KERNEL_DIR" M="$dir" C=2 "${sparse[@]}" modules >"$log" 2>&1; then
		tail -n 20 "$log"
		return 1
	fi
	grep -q CHECK "$log" && ! grep -E "(^|/)(module|hosts|uapi)/[^ ]+:[0-9]+:.*(warning|error):" "$log" | grep -v "$known"
}

# The kernel's ynl, run by Debian's python, which has the packages, checks the spec
# by the schema, too. It looks for the schema above the spec, and for MAINTAINERS.
style_netlink() {
	local dir header=uapi/linux/rmap_ab_netlink.h
	temp_dir dir
	mkdir "$dir/uapi" && touch "$dir/MAINTAINERS" &&
		cp "$KERNEL_DIR/Documentation/netlink/genetlink.yaml" "$dir" && cp "$TOP/uapi/rmap_ab.yaml" "$dir/uapi" &&
		/usr/bin/python3 -B "$KERNEL_DIR/tools/net/ynl/ynl-gen-c.py" --spec "$dir/uapi/rmap_ab.yaml" \
			--mode uapi --header -o "$dir/header.h" || return
	diff -u --label "$header" --label "made of uapi/rmap_ab.yaml" "$TOP/$header" "$dir/header.h" && return
	echo "Apply this difference to $header."
	return 1
}

style_patch_applies() { source_need && applies_try "$SOURCE_DIR"; }

# kernel-doc says nothing about the files that the patch touches, as it does before.
style_kernel_doc() {
	local files
	mapfile -t files < <(sed -n 's#^+++ b/\(.*\.[ch]\)$#\1#p' "$HOOKS" | sort -u)
	(cd "$KERNEL_DIR" && ! scripts/kernel-doc -none "${files[@]}" 2>&1 | grep .)
}

# style_patch_size PATCH LINES
style_patch_size() {
	local added
	added=$(grep -c '^+' "$1")
	added=$((added - $(grep -c '^+++ ' "$1")))
	echo "it adds $added lines"
	((added <= $2))
}

# The first mail is about static calls, and the others are not.
style_hooks_size() {
	local dir
	temp_dir dir
	awk -v dir="$dir" '/^From / { part = part ? "mm" : "static-call" } { print > (dir "/" part) }' "$HOOKS" &&
		! grep '^+++ b/mm/' "$dir/static-call" && ! grep '^+++ .*static_call' "$dir/mm" &&
		style_patch_size "$dir/mm" "$PATCH_MAX_ADDED" && style_patch_size "$dir/static-call" "$STATIC_CALL_MAX_ADDED"
}

# No variant but `layout` has the patch: so on a copy of what it touches.
style_layout_kernel_doc() {
	local dir files
	temp_dir dir
	mapfile -t files < <(sed -n 's#^+++ b/\(.*\.[ch]\)$#\1#p' "$LAYOUT" | sort -u)
	applies_files | rsync -a --files-from=- "$SOURCE_DIR" "$dir"
	host_patches | xargs -d '\n' cat | patch -s -d "$dir" -p1 --forward &&
		(cd "$dir" && ! "$KERNEL_DIR/scripts/kernel-doc" -none "${files[@]}" 2>&1 | grep .)
}

style_layout_series() {
	local dir
	temp_dir dir
	patches_write "$dir" "$LAYOUT" && (($(find "$dir" -name '000[12]-*.patch' | wc -l) == 2))
}

style_patch_series() {
	local dir
	temp_dir dir
	patches_write "$dir" && (($(find "$dir" -name '000[1-5]-*.patch' | wc -l) == 5))
}

style_spdx() {
	local file bad=0
	while IFS= read -rd '' file; do
		if ! head -n 3 "$TOP/$file" | grep -q SPDX-License-Identifier; then
			echo "$file: no SPDX-License-Identifier in the first three lines"
			bad=1
		fi
	done < <(style_files \( -name '*.[ch]' -o -name '*.sh' -o -name '*.config' -o -name Makefile \))
	return "$bad"
}
