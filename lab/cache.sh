# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The cache outside the checkout: entries are directories that are named by
# what went into them, appear complete or not at all, and are made once even
# when several labs run at the same time.

# lock_take FILE: waits until this lab is the only one that holds FILE.
# lock_drop gives it back; the lock of a lab that was killed is free.
lock_take() {
	mkdir -p "${1%/*}"
	exec {LOCK_FD}>"$1"
	flock -n "$LOCK_FD" && return
	say "waiting for another lab that is at ${1##*/}"
	run_job flock "$LOCK_FD"
}

lock_drop() { exec {LOCK_FD}>&-; }

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

# cache_prune KEEP PREFIX: drops all but the KEEP entries used last.
cache_prune() {
	local keep=$1 prefix=$2 dir
	while IFS= read -r dir; do
		rm -rf "$dir" "$dir.lock"
	done < <(find "${prefix%/*}" -maxdepth 1 -type d -name "${prefix##*/}*" \
		! -name '*.tmp.*' -printf '%T@ %p\n' | sort -rn | tail -n "+$((keep + 1))" | cut -d' ' -f2-)
}
