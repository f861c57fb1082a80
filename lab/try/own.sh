# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Modules of a user's own, which register implementations: built from a copy, against
# the lab's kernel and module, and brought into the guest.

# Where the guest has them. load_own, in its path, loads rmap_ab first, then these.
OWN_GUEST=/lib/modules/own

# own_check DIR: sets OWN_SOURCE, its full path.
own_check() {
	[[ -d $1 ]] || usage_error "there is no directory '$1'"
	OWN_SOURCE=$(cd "$1" && pwd -P)
	[[ -e $OWN_SOURCE/Kbuild || -e $OWN_SOURCE/Makefile ]] ||
		usage_error "$1 has neither Kbuild nor Makefile: module/example has one to copy"
}

# own_need DIR: builds what it has for the kernel and the module that guest_need has
# chosen; sets OWN_MODULES, this lab's copies of the .ko files, and OWN_DIR, where they
# were built. What was built before stays there, so that only what has changed is
# compiled; labs that run at the same time share it.
own_need() {
	local log modules
	own_check "$1"
	OWN_WORK=$CACHE/own/$(hash_of <<<"$OWN_SOURCE")
	OWN_DIR=$OWN_WORK/$KERNEL_KEY
	log=$OWN_DIR.log
	mkdir -p "$OWN_DIR"
	touch "$OWN_WORK"
	cache_prune 8 "$CACHE/own/"
	lock_take "$OWN_DIR.lock"
	timed "module ${OWN_SOURCE##*/}" "$log" "$log" own_make "$OWN_DIR"
	# Without the lock, the next lab makes them anew.
	temp_dir modules
	find "$OWN_DIR" -name '*.ko' -exec cp -t "$modules" {} +
	lock_drop
	if ((JOB_STATUS)); then
		say "it does not compile:"
		own_words <"$log" >&2
		say "the whole log is $log"
		return 1
	fi
	# A warning is the author's to judge.
	own_words <"$log" | grep -A 5 'warning:' >&2 || true
	mapfile -t OWN_MODULES < <(find "$modules" -name '*.ko' | sort)
	((${#OWN_MODULES[@]})) || {
		say "it makes no module: its Kbuild or Makefile has no obj-m"
		return 1
	}
}

# kbuild makes its files beside the sources: in a copy, and those of the user's own
# builds are not copied.
own_make() {
	local dir=$1
	rsync -rtl --delete --exclude='*.o' --exclude='*.ko' --exclude='*.mod' --exclude='*.mod.c' --exclude='.*.cmd' \
		--exclude=Module.symvers --exclude=modules.order --exclude='.module-common*' --exclude=.git "$OWN_SOURCE/" "$dir" || return
	# Those of sources that are gone are not made again.
	rm -f "$dir"/*.ko
	kernel_make "$KERNEL_DIR" M="$dir" RMAP_AB="$TOP" KBUILD_EXTRA_SYMBOLS="$MODULE_DIR/Module.symvers" modules
}

# What the compiler says, without what make says of it; of the user's files, not of copies.
own_words() { sed "s#$OWN_DIR/##g" | grep -avE '^make|^  [A-Z]+ |^  (CC|LD|MODPOST)|warning: the compiler differs|^  The kernel was built|^  You are using' | head -n 40; }

# own_stage: adds the modules to GUEST_ADD.
own_stage() {
	local file
	for file in "${OWN_MODULES[@]}"; do
		GUEST_ADD+=("$file:$OWN_GUEST/${file##*/}")
	done
}
