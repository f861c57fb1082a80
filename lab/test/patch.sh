# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Which kernels the hook patch is for: those that it applies to, and in which
# `exclusive` may trust the anon-exclusive bit.

# ---- where it applies -------------------------------------------------------
# The hook patch must apply to every release of the host that Debian's suites hold, not only
# to the newest one. Of the others, only the files that it touches are kept.

applies_run() {
	local version
	source_need
	mapfile -t versions < <(applies_versions)
	if ((!${#versions[@]})); then
		tap_skip "other $HOST.y" "no suite has been asked for $(source_package) (LAB_KERNEL_SRC, or no network)"
	fi
	for version in "${versions[@]}"; do
		applies_need "$version"
		tap_case "${HOOKS#"$TOP/"} ${LAYOUT:+and ${LAYOUT##*/} }applies to $version" applies_try "$APPLIES_DIR"
	done
	tap_plan
}

# One Debian version of each.
applies_versions() {
	[[ -s $CACHE/apt/sources.list ]] || return 0
	source_apt apt-cache madison "$(source_package)" | awk -F'|' -v host="$HOST." '
		{ gsub(/ /, "", $2); y = $2; sub(/-.*/, "", y) }
		index(y, host) == 1 && !seen[y]++ { print $2 }'
}

# Sets APPLIES_DIR: the touched files as they are in that version.
applies_need() {
	APPLIES_DIR=$CACHE/touched/$1-$(applies_files | hash_of)
	cache_entry "$APPLIES_DIR" applies_fetch "$1"
}

# Files that the patches create are not in any version.
applies_files() { host_patches | xargs -d '\n' sed -n 's#^--- a/##p' | sort -u | while IFS= read -r file; do [[ ! -f $SOURCE_DIR/$file ]] || echo "$file"; done; }

applies_fetch() { step "$(source_package) $1: the files that the patch touches" "$CACHE/log/touched.log" applies_extract "$1" "$2"; }

applies_extract() {
	local files package
	package=$(source_package)
	mapfile -t files < <(applies_files)
	(
		cd "$2" && source_apt apt-get download "$package=$1" &&
			dpkg-deb --fsys-tarfile "$package"_*.deb | tar -xO "./usr/src/$package.tar.xz" |
			tar -xJ --strip-components=1 "${files[@]/#/$package/}" &&
			rm "$package"_*.deb
	)
}

# On a copy: a mail of the series is for what those before it have left.
applies_try() {
	local dir
	temp_dir dir
	applies_files | rsync -a --files-from=- "$1" "$dir"
	host_patches | xargs -d '\n' cat | patch -d "$dir" -p1 --forward --fuzz=0
}

# ---- what the kernel does around the operations -----------------------------------
# `exclusive` trusts the bit of an anon-exclusive page and the references of a caller,
# and a switch trusts the lock of a caller, for reasons that were read at each place. A
# kernel that has another place is not trusted before somebody has read that, too.

SITES=$TOP/tests/model
# What sets the bit, and the flag that an operation is told to set it by.
EXCLUSIVE_NAMES='SetPageAnonExclusive|RMAP_EXCLUSIVE|PG_anon_exclusive'
CALL_NAMES='(folio|hugetlb)_(add|remove|try_dup|try_share|dup)_([a-z]+_)*rmap(_pte|_ptes|_pmd|_pud)?'

# Where the kernel makes a page anon-exclusive (tests/model/bit.pml has that, too).
exclusive_sites_check() {
	source_need
	sites_check exclusive-sites < <(sites_of "$SOURCE_DIR" "$EXCLUSIVE_NAMES") && return
	echo "Read each place that is new: may another page table map the page, or count it, after the bit is set"
	echo "(module/impl_sole.h, sole_by_bit())? Then write it into the list, with the reason."
	return 1
}

# Where it calls an operation. What defines one is no call.
call_sites_check() {
	source_need
	sites_check call-sites < <(sites_of "$SOURCE_DIR" "$CALL_NAMES" |
		awk '$1 != "include/linux/rmap.h" && $2 != $3') && return
	echo "Read each place that is new: which page table lock does it hold, and which references does it own"
	echo "(module/impl_sole.h, sole_by_refs())? Then write it into the list, with the answers."
	return 1
}

# sites_check LIST: the sites on stdin against the list of the kernel's version.
sites_check() {
	local list
	list=$SITES/$1-$(source_version "$SOURCE_DIR")
	[[ -f $list ]] || {
		echo "$list: nobody has read this kernel's places"
		return 1
	}
	diff --label "${list#"$TOP"/}" --label "$SOURCE_DIR" -U0 \
		<(sed -e 's/[[:space:]]*#.*//' -e '/^$/d' "$list" | LC_ALL=C sort) -
}

# sites_of TREE NAMES: FILE FUNCTION NAME COUNT, for each name that the regular
# expression has. Comments and strings do not count; `-` is outside of functions. A
# function begins at the left margin.
sites_of() (
	cd "$1" || exit
	mapfile -t files < <(grep -rlE --include='*.[ch]' --exclude-dir=tools "$2" -- * | LC_ALL=C sort)
	awk -v names="$2" '
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
