# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The cache outside the checkout: entries are directories that are named by
# what went into them, appear complete or not at all, and are made once even
# when several labs run at the same time.

# lock_take FILE: waits until this lab is the only one that holds FILE.
# lock_drop gives back the one taken last. A lab that is killed frees its locks.
LOCKS=()

lock_take() {
	local lock
	mkdir -p "${1%/*}"
	exec {lock}>"$1"
	LOCKS+=("$lock")
	flock -n "$lock" && return
	timed "waiting for another lab that is at ${1##*/}" "$CACHE/log/lock.log" "$CACHE/log/lock.log" \
		flock "$lock"
}

lock_drop() {
	local lock=${LOCKS[-1]}
	unset 'LOCKS[-1]'
	exec {lock}>&-
}

# cache_entry DIR BUILDER ARGS...: DIR exists when this returns. BUILDER fills
# the directory that it gets as last argument; it ends the lab if it fails.
cache_entry() {
	local dir=$1
	shift
	if [[ ! -d $dir ]]; then
		lock_take "$dir.lock"
		[[ -d $dir ]] || cache_fill "$dir" "$@"
		lock_drop
	fi
	touch "$dir"
}

cache_fill() {
	local dir=$1 tmp=$1.tmp.$$
	shift
	rm -rf "$dir".tmp.*
	on_exit "rm -rf '$tmp'"
	mkdir -p "$tmp"
	"$@" "$tmp"
	mv "$tmp" "$dir"
}

# cache_prune KEEP PREFIX: drops all but the KEEP entries used last, and what
# labs that were killed have left.
cache_prune() {
	local keep=$1 prefix=$2 dir
	while IFS= read -r dir; do
		rm -rf "$dir" "$dir.lock"
	done < <(find "${prefix%/*}" -mindepth 1 -maxdepth 1 -type d -name "${prefix##*/}*" \
		! -name '*.tmp.*' -printf '%T@ %p\n' | sort -rn | tail -n "+$((keep + 1))" | cut -d' ' -f2-)
	for dir in "$prefix"*.tmp.*; do
		[[ ! -d $dir ]] || kill -0 "${dir##*.}" 2>/dev/null || rm -rf "$dir"
	done
}
