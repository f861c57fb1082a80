# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's source: Debian's package, through an apt state of our own that
# leaves the system's untouched and whose signatures apt checks; or the tree
# that LAB_KERNEL_SRC names, of which we only ever change a copy.

# Where a stable kernel of Debian's is, and where a new one comes first.
SOURCE_SUITES=(
	trixie trixie-security trixie-updates trixie-backports
	bookworm-security bookworm-backports
	sid
)
SOURCE_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
SOURCE_MAX_AGE_MIN=1440

# source_need: sets SOURCE_DIR, a pristine tree that nobody may write to, and
# SOURCE_ID, which changes when its content does.
source_need() {
	[[ -n ${SOURCE_DIR:-} ]] && return
	if [[ -n ${LAB_KERNEL_SRC:-} ]]; then
		source_own
	else
		source_debian
	fi
	source_check "$SOURCE_DIR"
}

# Refuses a kernel that we have no hooks for, before hours are spent on it.
source_check() {
	local tree=$1 version
	[[ -f $tree/Makefile && -f $tree/mm/rmap.c ]] ||
		die "${LAB_KERNEL_SRC:-$tree} is not a Linux source tree"
	version=$(source_version "$tree")
	[[ " ${HOSTS[*]} " == *" $version "* ]] ||
		die "${LAB_KERNEL_SRC:-$tree} is Linux $version; there are hooks for ${HOSTS[*]} (docs/lab.md, \"Another kernel\")"
}

source_version() {
	awk -F' = ' '/^VERSION|^PATCHLEVEL/ { v = v "." $2 } END { print substr(v, 2) }' "$1/Makefile"
}

# ---- the user's own tree ---------------------------------------------------
# source_own_tree VAR: where it is.
source_own_tree() {
	local _tree
	_tree=$(readlink -f "$LAB_KERNEL_SRC") || die "LAB_KERNEL_SRC: $LAB_KERNEL_SRC does not exist"
	source_check "$_tree"
	printf -v "$1" %s "$_tree"
}

source_own() {
	local tree dir
	source_own_tree tree
	dir=$CACHE/source/own-$(hash_of <<<"$tree")
	mkdir -p "$dir"
	lock_take "$dir.lock"
	step "copying $tree" "$CACHE/log/source-own.log" source_own_copy "$tree" "$dir"
	lock_drop
	SOURCE_DIR=$dir/tree
	SOURCE_ID=own-$(source_own_id "$SOURCE_DIR")
}

# Build products stay behind; those that no pattern catches, mrproper removes.
source_own_copy() {
	local tree=$1 dir=$2
	rsync -a --delete --delete-excluded --exclude=/.git --exclude='*.o' --exclude='*.ko' \
		--exclude='*.a' --exclude='.*.cmd' --exclude=/vmlinux --exclude=/.config \
		--exclude=/include/config --exclude=/include/generated \
		--exclude='/arch/*/include/generated' --exclude=/scripts/basic/fixdep \
		--exclude='/tools/**/fixdep' "$tree/" "$dir/tree"
	make -s -C "$dir/tree" mrproper
}

# Sizes and times of all files: a second instead of a minute of checksums.
source_own_id() {
	(cd "$1" && find . -type f -printf '%P %s %T@ %m\n' -o -type l -printf '%P %l\n') |
		LC_ALL=C sort | hash_of
}

# ---- Debian's package ------------------------------------------------------
source_debian() {
	local chosen=$CACHE/source/chosen-$HOST
	mkdir -p "$CACHE/source"
	lock_take "$CACHE/source/lock"
	if source_is_stale "$chosen"; then
		source_refresh "$chosen"
	fi
	lock_drop
	SOURCE_DIR=$(<"$chosen")
	SOURCE_ID=${SOURCE_DIR##*/}
	SOURCE_DIR=$SOURCE_DIR/tree
}

# What `exec` and `shell` have is good enough for them however old it is: a new
# kernel in the middle of somebody's work would cost minutes.
source_is_stale() {
	local chosen=$1
	[[ -s $chosen && -d $(<"$chosen")/tree ]] || return 0
	[[ -n ${LAB_REFRESH:-} ]] && return 0
	[[ -n ${LAB_KEEP_SOURCE:-} ]] && return 1
	[[ -n $(find "$chosen" -mmin "+$SOURCE_MAX_AGE_MIN") ]]
}

source_refresh() {
	local chosen=$1 log=$CACHE/log/source.log
	say "looking for the newest $(source_package)"
	# Without a network an older source will do.
	timed "asking the Debian suites" "$log" "$log" source_ask
	if ((!JOB_STATUS)); then
		source_take "$(source_newest)" "$chosen"
	elif [[ -s $chosen && -d $(<"$chosen")/tree ]]; then
		say "using the source that is here: $(<"$chosen")"
		touch "$chosen"
	else
		die "no suite could be asked for $(source_package) (see $log), and no earlier source is here; without a network, LAB_KERNEL_SRC names a tree of Linux $HOST.y"
	fi
}

source_package() { echo "linux-source-$HOST"; }

source_apt_need() { mkdir -p "$CACHE/apt"/{state,lists/partial,cache/archives/partial}; }

# apt on a state of its own.
source_apt() {
	local command=$1 apt=$CACHE/apt
	shift
	"$command" -o Dir::State="$apt/state" -o Dir::State::Lists="$apt/lists" \
		-o Dir::State::status=/dev/null -o Dir::Cache="$apt/cache" \
		-o Dir::Etc::sourcelist="${SOURCE_LIST:-$apt/sources.list}" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
		-o APT::Get::List-Cleanup=false -o APT::Sandbox::User="$(id -un)" \
		-o Acquire::Languages=none "$@"
}

# The machine's own Debian repositories, wherever its mirrors are.
source_repositories() {
	# shellcheck disable=SC2016 # the format is apt's, not ours
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
		awk '$1 == "Debian" { print $2 }' | sort -u
}

# Asks each repository for each suite: which one has it is not ours to know.
# Leaves the list of those that answered; fails if none has it.
source_ask() {
	local uri suite
	source_apt_need
	: >"$CACHE/apt/sources.list"
	for uri in $(source_repositories); do
		for suite in "${SOURCE_SUITES[@]}"; do
			source_ask_one "$uri" "$suite"
		done
	done
	[[ -n $(source_newest) ]]
}

source_ask_one() { source_line "$1" "$2" >>"$CACHE/apt/sources.list"; }

# source_line REPOSITORY SUITE: prints the line of a sources.list, if the repository has it.
source_line() {
	local apt=$CACHE/apt
	printf 'deb [signed-by=%s] %s %s main\n' "$SOURCE_KEYRING" "$1" "$2" >"$apt/one.list"
	if SOURCE_LIST=$apt/one.list source_apt apt-get update -qq --error-on=any >&2; then
		cat "$apt/one.list"
	fi
}

# The newest that is in any of the suites, whatever priority they have.
source_newest() {
	local version newest=''
	while read -r version; do
		[[ $version == "$HOST".* ]] || continue
		if [[ -z $newest ]] || dpkg --compare-versions "$version" gt "$newest"; then
			newest=$version
		fi
	done < <(source_apt apt-cache madison "$(source_package)" | awk -F'|' '{ gsub(/ /, "", $2); print $2 }')
	printf '%s' "$newest"
}

source_take() {
	local version=$1 chosen=$2 dir=$CACHE/source/debian-$1
	if [[ ! -d $dir ]]; then
		cache_fill "$dir" source_unpack "$version"
		cache_prune 2 "$CACHE/source/debian-$HOST."
	fi
	printf '%s' "$dir" >"$chosen"
	say "kernel source: $(source_package) $version"
}

source_unpack() {
	local version=$1 dir=$2
	step "downloading $(source_package) $version" "$CACHE/log/source.log" source_download "$version" "$dir"
	step "unpacking it" "$CACHE/log/source.log" source_extract "$dir"
}

source_download() {
	cd "$2"
	source_apt apt-get download "$(source_package)=$1"
}

source_extract() {
	local package
	package=$(source_package)
	cd "$1"
	dpkg-deb -x "$package"_*.deb deb
	rm -f "$package"_*.deb
	mkdir tree
	tar -x -f "deb/usr/src/$package.tar.xz" -C tree --strip-components=1
	rm -r deb
}
