# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The hook patch must apply to every 6.12.y that Debian's suites hold, not only
# to the newest one. Of the others, only the files that it touches are kept.

applies_run() {
	local version
	source_need
	mapfile -t versions < <(applies_versions)
	if ((!${#versions[@]})); then
		tap_skip "other 6.12.y" "no suite has been asked for $SOURCE_PACKAGE (LAB_KERNEL_SRC, or no network)"
	fi
	for version in "${versions[@]}"; do
		applies_need "$version"
		tap_case "kernel-hooks.patch applies to $version" applies_try "$APPLIES_DIR"
	done
	tap_plan
}

# One Debian version of each 6.12.y.
applies_versions() {
	[[ -s $CACHE/apt/sources.list ]] || return 0
	source_apt apt-cache madison "$SOURCE_PACKAGE" | awk -F'|' '
		{ gsub(/ /, "", $2); y = $2; sub(/-.*/, "", y) }
		y ~ /^6\.12\./ && !seen[y]++ { print $2 }'
}

# Sets APPLIES_DIR: the touched files as they are in that version.
applies_need() {
	APPLIES_DIR=$CACHE/touched/$1-$(applies_files | hash_of)
	cache_entry "$APPLIES_DIR" applies_fetch "$1"
}

# Files that the patch creates are not in any version.
applies_files() { sed -n 's#^--- a/##p' "$HOOKS" | sort -u | while IFS= read -r file; do [[ ! -f $SOURCE_DIR/$file ]] || echo "$file"; done; }

applies_fetch() { step "$SOURCE_PACKAGE $1: the files that the patch touches" "$CACHE/log/touched.log" applies_extract "$1" "$2"; }

applies_extract() {
	local files
	mapfile -t files < <(applies_files)
	(
		cd "$2" && source_apt apt-get download "$SOURCE_PACKAGE=$1" &&
			dpkg-deb --fsys-tarfile "$SOURCE_PACKAGE"_*.deb | tar -xO "./usr/src/$SOURCE_PACKAGE.tar.xz" |
			tar -xJ --strip-components=1 "${files[@]/#/$SOURCE_PACKAGE/}" &&
			rm "$SOURCE_PACKAGE"_*.deb
	)
}

# On a copy: a mail of the series is for what those before it have left.
applies_try() {
	local dir
	temp_dir dir
	applies_files | rsync -a --files-from=- "$1" "$dir"
	patch -d "$dir" -p1 --forward --fuzz=0 <"$HOOKS"
}
