# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Kernel variants: one built tree each, cached under what it was made from.

VARIANTS=(vanilla release debug rt distro demo layout layout-debug nomapcount)

# What could make two builds of the same source differ.
export KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970'
export KBUILD_BUILD_USER=rmap_ab KBUILD_BUILD_HOST=lab
# A variant compiles again only what its options change.
export CCACHE_DIR=$CACHE/ccache CCACHE_MAXSIZE=5G

kernel_is_patched() { [[ $1 != @(vanilla|nomapcount) ]]; }

# kernel_patches VARIANT: what is applied to its source, in this order. Only `layout` and
# `layout-debug` have the layouts: the other variants stay what was measured and tested
# without them.
kernel_patches() {
	case $1 in
	vanilla | nomapcount) ;;
	layout | layout-debug) host_patches ;;
	*) printf '%s\n' "$HOOKS" ;;
	esac
}

kernel_check_variant() {
	local variant
	[[ $1 != @(layout*|nomapcount) || -n $LAYOUT ]] || usage_error "Linux $HOST has no kernel variant '$1'"
	for variant in "${VARIANTS[@]}"; do
		[[ $variant != "$1" ]] || return 0
	done
	usage_error "there is no kernel variant '$1'; there are: ${VARIANTS[*]}"
}

# The fragments of a variant, later ones win. `demo` is a smaller `release`; `layout` has
# more, `layout-debug` has that beside `debug`, and `nomapcount` has more than `vanilla`. A
# host has fragments for what is otherwise there, or only there.
kernel_fragments() {
	local name fragment names=(base "$1")
	case $1 in
	demo | layout) names=(base release "$1") ;;
	layout-debug) names=(base debug layout) ;;
	nomapcount) names=(base vanilla "$1") ;;
	esac
	for name in "${names[@]}"; do
		fragment=$LAB/kernel/config/$name.config
		[[ ! -e $fragment ]] || printf '%s\n' "$fragment"
	done
	for name in "${names[@]}"; do
		fragment=$HOST_DIR/config/$name.config
		[[ ! -e $fragment ]] || printf '%s\n' "$fragment"
	done
}

# Comments in fragments change nothing.
kernel_key() {
	local variant=$1 fragments patches
	mapfile -t fragments < <(kernel_fragments "$variant")
	mapfile -t patches < <(kernel_patches "$variant")
	{
		printf '%s\n' "$SOURCE_ID" "$(gcc --version | head -n 1)" "$(ld --version | head -n 1)"
		grep -hv '^#' "${fragments[@]}"
		cat "${patches[@]}" </dev/null
	} | hash_of
}

# kernel_name VARIANT: sets KERNEL_KEY and KERNEL_DIR, where its tree is or will be.
kernel_name() {
	source_need
	! kernel_is_patched "$1" || [[ -f $HOOKS ]] || die "there is no $HOOKS"
	KERNEL_KEY=$1-$(kernel_key "$1")
	KERNEL_DIR=$CACHE/kernel/$KERNEL_KEY
}

kernel_is_cached() {
	kernel_name "$1"
	[[ -d $KERNEL_DIR ]]
}

# kernel_need VARIANT: sets KERNEL_DIR, the built tree of that variant.
kernel_need() {
	local variant=$1
	kernel_name "$variant"
	if [[ ! -d $KERNEL_DIR ]]; then
		cache_entry "$KERNEL_DIR" kernel_build "$variant"
		cache_prune $((2 * ${#HOSTS[@]})) "$CACHE/kernel/$variant-"
	fi
	touch "$KERNEL_DIR"
}

kernel_build() {
	local variant=$1 dir=$2 log=$CACHE/log/kernel-$KERNEL_KEY name patch patches
	name=$(host_words "$variant")
	mapfile -t patches < <(kernel_patches "$variant")
	step "kernel $name: copying the source" "$log-copy.log" kernel_copy "$dir"
	for patch in "${patches[@]}"; do
		step "kernel $name: applying ${patch##*/}" "$log-patch.log" kernel_patch "$dir" "$patch"
	done
	step "kernel $name: configuring" "$log-config.log" kernel_configure "$variant" "$dir"
	# Optimized for size, an object of `demo` is the same as none of another variant.
	[[ $variant != demo ]] || local -x CCACHE_DISABLE=1
	step "kernel $name: building" "$log-build.log" kernel_make_all "$dir" vmlinux modules
	step "kernel $name: stripping" "$log-strip.log" strip -o "$dir/vmlinux.boot" "$dir/vmlinux"
}

# Hard links: make and patch replace files, they do not write into them.
kernel_copy() {
	rmdir "$1"
	cp -al "$SOURCE_DIR" "$1" || { rm -rf "$1" && cp -a "$SOURCE_DIR" "$1"; }
}

# kernel_patch DIR [PATCH]
kernel_patch() { patch -d "$1" -p1 --forward --no-backup-if-mismatch <"${2:-$HOOKS}"; }

# kernel_patch_all DIR: all that the host has.
kernel_patch_all() {
	local patch patches
	mapfile -t patches < <(host_patches)
	for patch in "${patches[@]}"; do
		kernel_patch "$1" "$patch" || return
	done
}

# kernel_unpatch DIR: the source's own files, new to make.
kernel_unpatch() {
	local file patches
	mapfile -t patches < <(host_patches)
	while IFS= read -r file; do
		rm -f "$1/$file"
		[[ ! -f $SOURCE_DIR/$file ]] || cp "$SOURCE_DIR/$file" "$1/$file"
	done < <(sed -n 's#^+++ b/##p' "${patches[@]}" | sort -u)
}

# kernel_tree VAR NAME: a place for a tree that is gone when the lab ends, where
# kernel_copy can link to the source.
kernel_tree() {
	local _tree=$CACHE/kernel/$2.tmp.$$
	cache_prune 0 "$CACHE/kernel/$2"
	on_exit "rm -rf '$_tree'"
	mkdir -p "$_tree"
	printf -v "$1" %s "$_tree"
}

kernel_make() {
	local dir=$1
	shift
	make -C "$dir" -j"$(($(nproc) + 1))" CC="ccache gcc" HOSTCC="ccache gcc" "$@"
}

# kernel_make_all DIR TARGET...: the kernel's own objects. What is in no cache is
# preprocessed once, not twice: the same objects, an eighth sooner. Preprocessed code has
# other warnings, and our modules and programs that the build runs have -Werror.
kernel_make_all() { kernel_make "$@" CC='env CCACHE_NOCPP2=1 ccache gcc'; }

kernel_configure() {
	local variant=$1 dir=$2 fragments
	mapfile -t fragments < <(kernel_fragments "$variant")
	kernel_make "$dir" allnoconfig
	kernel_add_options "$dir" "${fragments[@]}"
	kernel_make "$dir" olddefconfig
	kernel_check_config "$dir" "${fragments[@]}"
}

# kernel_add_options DIR FRAGMENT...: of two values of an option, olddefconfig takes the
# later one.
kernel_add_options() { cat "${@:2}" >>"$1/.config"; }

# Every wanted option must have survived olddefconfig, which drops silently
# what has an unmet dependency and turns on what something else selects.
kernel_check_config() {
	local dir=$1 option want got bad=0
	shift
	while read -r option want got; do
		bad=1
		printf '%s: wanted %s, got %s\n' "$option" "$want" "$got"
		kernel_explain_option "$dir" "${option#CONFIG_}"
	done < <(kernel_config_differences "$dir/.config" "$@" | sort)
	return "$bad"
}

# kernel_config_differences CONFIG FRAGMENT...: prints OPTION WANTED GOT.
kernel_config_differences() {
	awk -F= '
		!/^CONFIG_/ { next }
		{ value = substr($0, length($1) + 2) }
		NR == FNR { got[$1] = value; next }
		{ wanted[$1] = value }
		END {
			for (option in wanted) {
				if (!(option in got))
					got[option] = "n"
				if (got[option] != wanted[option])
					print option, wanted[option], got[option]
			}
		}' "$@"
}

# Where to look for the dependency that was not met.
kernel_explain_option() {
	local dir=$1 option=$2
	(cd "$dir" && grep -rn --include='Kconfig*' -A8 -E "^(menu)?config $option\$" . |
		grep -E 'config |depends on|select' | sed 's/^/    /') || echo "    no Kconfig file defines it"
}

cmd_kernel() {
	(($# == 1)) || usage_error "kernel takes one variant"
	kernel_check_variant "$1"
	deps_need
	kernel_need "$1"
	say "kernel $(host_words "$1") is built in:"
	printf '%s\n' "$KERNEL_DIR"
}

# ---- the patch --------------------------------------------------------------
# The patches as they are mailed. Each, as kernel-hooks.patch, is a mailbox: `patch -p1`
# and `git am` take it as it is; here it becomes a file for each mail.

# patches_write DIR [PATCH]: prints their names.
patches_write() {
	awk -v dir="$1" '
		/^From [0-9a-f]+ / { mail = $0; next }
		mail != "" {
			mail = mail "\n" $0
			if (/^Subject: /) subject = $0
			else if (subject != "" && /^ /) subject = subject $0
			else if (subject != "") {
				sub(/^Subject: \[PATCH [0-9]+\/[0-9]+\] /, "", subject)
				gsub(/[^A-Za-z0-9._]+/, "-", subject)
				file = sprintf("%s/%04d-%s.patch", dir, ++number, substr(subject, 1, 52))
				print file
				print mail >file
				mail = subject = ""
			}
			next
		}
		{ print >file }' "${2:-$HOOKS}"
}

cmd_patches() {
	local place
	(($# == 0)) || usage_error "patches takes no arguments"
	out_dir place
	rm -rf "$place/patches"
	mkdir -p "$place/patches"
	patches_write "$place/patches"
	[[ -n $LAYOUT ]] || return 0
	mkdir "$place/patches/layout"
	patches_write "$place/patches/layout" "$LAYOUT"
}
