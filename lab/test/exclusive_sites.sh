# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Where the kernel makes a page anon-exclusive. `exclusive` trusts that bit, for a
# reason that was read at each of these places (tests/model/bit.pml has them). A
# kernel that has another place is not trusted before somebody has read that, too.

EXCLUSIVE_SITES=$TOP/tests/model/exclusive-sites
# What sets the bit, and the flag that an operation is told to set it by.
EXCLUSIVE_NAMES='SetPageAnonExclusive|RMAP_EXCLUSIVE|PG_anon_exclusive'

# exclusive_sites_check: the kernel's source against the list of its version.
exclusive_sites_check() {
	local list
	source_need
	list=$EXCLUSIVE_SITES-$(source_version "$SOURCE_DIR")
	[[ -f $list ]] || {
		echo "$list: nobody has read where this kernel makes pages anon-exclusive"
		return 1
	}
	diff --label "${list#"$TOP"/}" --label "$SOURCE_DIR" -U0 \
		<(sed -e 's/[[:space:]]*#.*//' -e '/^$/d' "$list" | LC_ALL=C sort) \
		<(exclusive_sites_of "$SOURCE_DIR") && return
	echo "Read each place that is new: may another page table map the page, or count it, after the bit is set"
	echo "(module/impl_sole.h, sole_by_bit())? Then write it into the list, with the reason."
	return 1
}

# exclusive_sites_of TREE: FILE FUNCTION NAME COUNT. Comments and strings do not
# count; `-` is outside of functions. A function begins at the left margin.
exclusive_sites_of() (
	cd "$1" || exit
	mapfile -t files < <(grep -rlE --include='*.[ch]' --exclude-dir=tools "$EXCLUSIVE_NAMES" -- * | LC_ALL=C sort)
	awk -v names="$EXCLUSIVE_NAMES" '
	FNR == 1 { in_comment = 0; function_name = "-" }
	{
		line = $0
		gsub(/"([^"\\]|\\.)*"/, "", line)
		if (in_comment) {
			if (!sub(/^.*\*\//, "", line)) next
			in_comment = 0
		}
		gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line)
		if (sub(/\/\*.*/, "", line)) in_comment = 1
		sub(/\/\/.*/, "", line)
		if (line ~ /^}/) { function_name = "-"; next }
		if (line ~ /^[A-Za-z_].*\(/ && line !~ /;[[:space:]]*$/) {
			function_name = line
			sub(/\(.*/, "", function_name)
			sub(/.*[^A-Za-z0-9_]/, "", function_name)
		}
		while (match(line, "(^|[^A-Za-z0-9_])(" names ")([^A-Za-z0-9_]|$)")) {
			found = substr(line, RSTART, RLENGTH)
			gsub(/[^A-Za-z0-9_]/, "", found)
			if (line !~ "^#define[[:space:]]+" found)
				count[FILENAME " " function_name " " found]++
			line = substr(line, RSTART + RLENGTH)
		}
	}
	END { for (site in count) print site, count[site] }' "${files[@]}" | LC_ALL=C sort
)
