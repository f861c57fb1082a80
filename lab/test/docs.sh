# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The documents: their command blocks run, and what they name exists. docs.pl says
# what the fences mean.

DOCS=(README.md docs/*.md)

# Needs test_guest_need release.
docs_run() {
	temp_dir DOCS_DIR
	cd "$TOP" || return
	# shellcheck disable=SC2206 # a pattern
	DOCS=(${DOCS[*]})
	docs_names
	tap_plan
	perl "$LAB/test/docs.pl" split "$DOCS_DIR" "${DOCS[@]}" || return
	docs_blocks host docs_host
	docs_blocks parse docs_parse
	docs_modules && docs_guest || echo "no block has run in the guest" >&2
	perl "$LAB/test/docs.pl" judge "$DOCS_DIR"
}

# docs_blocks KIND COMMAND: COMMAND NUMBER for each block of KIND; what it prints and
# its status are kept.
docs_blocks() {
	local number kind status
	while IFS=$'\t' read -r number _ kind _; do
		[[ $kind == "$1" ]] || continue
		status=0
		"$2" "$number" >"$DOCS_DIR/$number.out" 2>&1 </dev/null || status=$?
		echo "$status" >"$DOCS_DIR/$number.status"
	done <"$DOCS_DIR/index"
}

docs_host() { bash -e "$DOCS_DIR/$1.sh"; }

# ---- commands of the lab that take too long ---------------------------------
docs_parse() {
	local line words
	while IFS= read -r line; do
		eval "words=($line"$'\n)'
		((${#words[@]})) || continue
		(docs_parse_line "${words[@]}") || { echo "refused: $line" && return 1; }
	done <"$DOCS_DIR/$1.sh"
}

docs_parse_line() {
	while [[ $1 == *=* ]]; do
		grep -q "^  ${1%%=*}[ =]" < <(cmd_help) || { echo "${1%%=*} is not in lab/run help" && return 1; }
		shift
	done
	if [[ $1 == ./lab/run && ${2-} == --host ]]; then
		[[ " ${HOSTS[*]} " == *" ${3-} "* ]] || { echo "there is no host ${3-}" && return 1; }
		set -- "$1" "${@:4}"
	fi
	[[ $1 == ./lab/run && -n ${2-} ]] || { echo "this is no command of the lab" && return 1; }
	declare -F "docs_parse_$2" >/dev/null || { echo "this test does not know the command $2" && return 1; }
	"docs_parse_$2" "${@:3}"
}

docs_parse_demo() { (($# == 0)) || { (($# == 1)) && own_check "$1"; }; }
docs_parse_try() { (try_options "$@"); }
docs_parse_patches() { (($# == 0)); }
docs_parse_kernel() { (($# == 1)) && kernel_check_variant "$1"; }
docs_parse_shell() { guest_defaults && exec_options "$@" && ((!${#GUEST_COMMAND[@]})); }

docs_parse_test() {
	local parts
	(($# <= 1)) && test_parts "${1-}" && ((${#parts[@]}))
}

docs_parse_exec() {
	local program
	guest_defaults
	exec_options "$@"
	program=${GUEST_COMMAND[0]##*/}
	[[ -e $TOOL_DIR/$program || -e $TESTS_DIR/$program || " ${GUEST_ADD[*]} " == *":${GUEST_COMMAND[0]} "* ]] ||
		grep -qx "$program" < <(busybox --list) || { echo "the guest has no $program" && return 1; }
}

# Of what is left for rmapctl, each word but options and their values is a scenario.
docs_parse_bench() {
	bench_defaults
	bench_options "$@"
	[[ $BENCH_MODE != functions ]] || bench_functions_check
	[[ $BENCH_MODE != native ]] || return 0
	set -- "${BENCH_ARGS[@]}"
	while (($#)); do
		case $1 in
		--*) shift ;;
		*) grep -q "\"scenario\":\"$1\"" < <("$TOOL_DIR/rmapctl" -j bench list) || { echo "there is no scenario $1" && return 1; } ;;
		esac
		shift
	done
}

# ---- the guest --------------------------------------------------------------
docs_modules() {
	local src=$DOCS_DIR/src name
	mkdir "$src"
	while IFS=$'\t' read -r _ _ kind name; do
		[[ $kind == module ]] || continue
		cp "$DOCS_DIR/$name.c" "$src"
		echo "obj-m += $name.o" >>"$src/Kbuild"
	done <"$DOCS_DIR/index"
	[[ ! -e $src/Kbuild ]] || kernel_make "$KERNEL_DIR" M="$src" KCFLAGS=-Werror modules >&2
}

docs_guest() {
	local add=() file
	awk -F'\t' '$3 == "guest" { print $1, $5 }' "$DOCS_DIR/index" >"$DOCS_DIR/list"
	for file in "$DOCS_DIR"/src/*.ko; do
		[[ ! -e $file ]] || add+=(--add "$file:/root/${file##*/}")
	done
	exec_twice "$DOCS_DIR/results" --timeout 900 --add "$DOCS_DIR:/docs" "${add[@]}" \
		--add "$TOP/docs/recipes:/root/recipes" --add "$LAB/test/docs_guest.sh:/root/docs_guest" -- /root/docs_guest &&
		tar -x -C "$DOCS_DIR" -f "$DOCS_DIR/results"
}

# ---- what they name ---------------------------------------------------------
docs_names() {
	perl "$LAB/test/docs.pl" names "${DOCS[@]}" | sort -u >"$DOCS_DIR/names"
	tap_case "links of the documents lead somewhere" docs_links
	tap_case "paths that they name exist" docs_paths
	tap_case "functions that they name exist" docs_functions
	tap_case "docs/control-files.md: each control file, and no other" docs_control_files
	tap_case "docs/lab.md: each variable, variant and part" docs_lab
}

docs_links() {
	local file link bad=0
	while IFS=$'\t' read -r _ file link; do
		[[ $link == \#* || -e ${file%"${file##*/}"}${link%%#*} ]] || { echo "$file: $link" && bad=1; }
	done < <(grep '^link' "$DOCS_DIR/names")
	return "$bad"
}

# Those that begin like a directory of ours; braces and asterisks as for a shell.
docs_paths() {
	local file path bad=0
	while IFS=$'\t' read -r _ file path; do
		[[ -d ${path%%/*} && ${path%%/*} != out ]] || continue
		perl -e 'exit !grep { -e } map { glob } @ARGV' "$path" || { echo "$file: there is no $path" && bad=1; }
	done < <(grep '^path' "$DOCS_DIR/names")
	return "$bad"
}

# Ours or the kernel's.
docs_functions() {
	cut -f 3 < <(grep '^function' "$DOCS_DIR/names") | sort -u >"$DOCS_DIR/functions"
	docs_unknown "$DOCS_DIR/functions" module tool tests lab bench hosts >"$DOCS_DIR/foreign"
	docs_unknown "$DOCS_DIR/foreign" "$KERNEL_DIR"/{mm,kernel,include/linux} >"$DOCS_DIR/unknown"
	cat "$DOCS_DIR/unknown"
	[[ ! -s $DOCS_DIR/unknown ]]
}

# docs_unknown LIST PLACE...: what of LIST is nowhere in the sources there.
docs_unknown() {
	grep -rhowF --include='*.[ch]' --include='*.sh' --include='*.patch' \
		--include='*-sites-*' -f "$1" "${@:2}" |
		sort -u | comm -13 - "$1"
}

docs_control_files() {
	diff <(sed -n 's/^#define RMAP_AB_FILE_[A-Z_]*\t*"\(.*\)"/\1/p' uapi/linux/rmap_ab.h | sort) \
		<(sed -n 's#^What:.*/sys/kernel/debug/rmap_ab/##p' docs/control-files.md | sort)
}

docs_lab() {
	local word bad=0
	for word in $(cmd_help | sed -n 's/^  \([A-Z_]\{5,\}\)[ =].*/\1/p') "${VARIANTS[@]}" "${TEST_PARTS[@]}" "${TEST_MORE_PARTS[@]}"; do
		grep -q "^| \`${word}[=\`]" docs/lab.md || { echo "docs/lab.md has no row for $word" && bad=1; }
	done
	return "$bad"
}
