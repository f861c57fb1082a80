# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# `package`: what a test machine with Debian needs. The kernel's own bindeb-pkg makes the
# kernel's packages, from the machine's configuration or from a file; the module goes
# through DKMS, the tool into a package with its manual pages.

# What the packages are built with, beside PACKAGES.
PACKAGE_PACKAGES=(debhelper dh-dkms dpkg-dev mmdebstrap)
# What a kernel of ours is called, after its version.
PACKAGE_SUFFIX=-rmap-ab
PACKAGE_FORMER_KEYS=4

package_defaults() {
	PACKAGE_CONFIG=
	PACKAGE_LOADED=
	PACKAGE_LAYOUTS=
	PACKAGE_RELEASE=
	PACKAGE_ONLY=
}

cmd_package() {
	local place
	package_defaults
	package_options "$@"
	PACKAGES+=("${PACKAGE_PACKAGES[@]}")
	deps_need
	out_dir place
	place+=/package
	mkdir -p "$place"
	# What apt is told to install is all that is there.
	rm -f "$place"/*.deb
	if [[ $PACKAGE_ONLY != module ]]; then
		package_kernel_need
		package_take "$PACKAGE_KERNEL" "$place"
	fi
	if [[ $PACKAGE_ONLY != kernel ]]; then
		package_own_need
		package_take "$PACKAGE_OWN" "$place"
	fi
	say "the packages are in $place:"
	(cd "$place" && ls -- *.deb)
	say "docs/machines.md says what to do with them, and how to remove them"
}

package_options() {
	while (($#)); do
		case $1 in
		--loaded)
			PACKAGE_LOADED=1
			shift
			continue
			;;
		--layouts)
			[[ -n $LAYOUT ]] || usage_error "Linux $HOST has no layouts: --host 7.3 has"
			PACKAGE_LAYOUTS=1
			shift
			continue
			;;
		--config) PACKAGE_CONFIG=${2-} ;;
		--release) PACKAGE_RELEASE=${2-} ;;
		--only) PACKAGE_ONLY=${2-} ;;
		*) usage_error "package has no option '$1'" ;;
		esac
		(($# > 1)) || usage_error "$1 needs a value"
		shift 2
	done
	[[ $PACKAGE_ONLY == @(|kernel|module) ]] || usage_error "--only takes kernel or module, not '$PACKAGE_ONLY'"
	[[ $PACKAGE_RELEASE =~ ^[a-z]*$ ]] || usage_error "--release takes a name like bookworm, not '$PACKAGE_RELEASE'"
	[[ -z $PACKAGE_CONFIG || -r $PACKAGE_CONFIG ]] || usage_error "--config: there is no readable '$PACKAGE_CONFIG'"
	[[ -z $PACKAGE_LOADED || -s /proc/modules ]] || usage_error "--loaded: the running kernel has no modules loaded"
	[[ -z $PACKAGE_CONFIG ]] || package_is_config "$PACKAGE_CONFIG" ||
		usage_error "--config: $PACKAGE_CONFIG has no line that begins with CONFIG_: it is no kernel configuration"
	[[ -z $PACKAGE_CONFIG || -z $PACKAGE_LOADED ]] || usage_error "--loaded is about the running machine's configuration, --config about another's"
}

package_take() { cp "$1"/*.deb "$2"; }

# ---- the kernel ------------------------------------------------------------
# package_kernel_need: sets PACKAGE_KERNEL, a directory with the kernel's packages.
package_kernel_need() {
	local config
	source_need
	temp_dir config
	config+=/config
	package_config "$config"
	PACKAGE_KEY=$(package_key "$config")
	PACKAGE_KERNEL=$CACHE/package/kernel-$PACKAGE_KEY
	cache_entry "$PACKAGE_KERNEL" package_kernel_build "$config"
	cache_prune "$PACKAGE_FORMER_KEYS" "$CACHE/package/kernel-"
}

package_key() {
	{
		printf '%s\n' "$SOURCE_ID" "$(gcc --version | head -n 1)" "$PACKAGE_SUFFIX"
		package_patches | xargs -d '\n' cat -- "$1"
		printf '%s\n' "$PACKAGE_LAYOUTS"
		declare -f package_configure package_kernel_make
		[[ -z $PACKAGE_LOADED ]] || cut -d' ' -f1 /proc/modules | sort
	} | hash_of
}

# package_config FILE: the configuration to start from.
package_config() {
	local file=$1 running
	running=/boot/config-$(uname -r)
	if [[ -n $PACKAGE_CONFIG ]]; then
		cp "$PACKAGE_CONFIG" "$file"
	elif [[ -r $running ]]; then
		cp "$running" "$file"
	elif [[ -r /proc/config.gz ]]; then
		gzip -dc /proc/config.gz >"$file"
	else
		die "the running kernel's configuration is neither in $running nor in /proc/config.gz; --config names another"
	fi
}

package_is_config() { grep -q '^CONFIG_' "$1"; }

package_patches() { printf '%s\n' "$HOOKS" ${PACKAGE_LAYOUTS:+"$LAYOUT"}; }

package_kernel_build() {
	local config=$1 dir=$2 log=$CACHE/log/package-$PACKAGE_KEY tree patches patch
	tree=$dir/linux
	mapfile -t patches < <(package_patches)
	mkdir "$tree"
	step "kernel package: copying the source" "$log-copy.log" kernel_copy "$tree"
	for patch in "${patches[@]}"; do
		step "kernel package: applying ${patch##*/}" "$log-patch.log" kernel_patch "$tree" "$patch"
	done
	step "kernel package: configuring" "$log-config.log" package_configure "$tree" "$config"
	package_config_report "$log-config.log"
	step "kernel package: building" "$log-build.log" package_kernel_make "$tree"
	rm -rf "$tree"
	# The machine has its own, of its C library's.
	rm -f "$dir"/linux-libc-dev_*.deb "$dir"/*.{buildinfo,changes}
}

# Keys and certificates of a distribution are not here.
package_configure() {
	local tree=$1
	cp "$2" "$tree/.config"
	(
		cd "$tree" &&
			scripts/config --set-str SYSTEM_TRUSTED_KEYS '' --set-str SYSTEM_REVOCATION_KEYS '' \
				--set-str MODULE_SIG_KEY certs/signing_key.pem --disable LOCALVERSION_AUTO \
				--enable MODULES --enable MODULE_UNLOAD --enable DEBUG_KERNEL --enable DEBUG_FS --enable RMAP_OPS \
				${PACKAGE_LAYOUTS:+--enable RMAP_LAYOUT}
	) || return
	kernel_make "$tree" olddefconfig || return
	[[ -z $PACKAGE_LOADED ]] || package_localmodconfig "$tree" || return
	package_check_config "$tree"
}

# Only the modules that the machine uses now. It asks about what is new: the default is taken.
package_localmodconfig() { yes '' | kernel_make "$1" localmodconfig; }

# Without these there would be a kernel, and no rmap_ab on it.
package_check_config() {
	local tree=$1 option bad=0
	for option in RMAP_OPS ${PACKAGE_LAYOUTS:+RMAP_LAYOUT} MODULES MODULE_UNLOAD DEBUG_FS; do
		grep -qx "CONFIG_$option=y" "$tree/.config" && continue
		bad=1
		echo "CONFIG_$option is not in this configuration, and cannot be turned on:"
		kernel_explain_option "$tree" "$option"
	done
	return "$bad"
}

# What olddefconfig could not keep is of another kernel version, mostly; it is for the user
# to know.
package_config_report() {
	local words
	words=$(grep -c 'warning: .*\(unmet\|symbol value\)' "$1" || true)
	((!words)) || say "kernel package: make has $words remarks about this configuration: $1"
}

# Its debug symbols are large, and in nobody's way if they are missing.
package_kernel_make() {
	DEB_BUILD_PROFILES=pkg.linux-upstream.nokerneldbg KDEB_CHANGELOG_DIST=unstable \
		kernel_make "$1" LOCALVERSION="$PACKAGE_SUFFIX" KDEB_PKGVERSION="$(package_kernel_version "$1")" bindeb-pkg
}

# One that is built later is newer.
package_kernel_version() { printf '%s-%(%Y%m%d%H%M)T' "$(make -s -C "$1" kernelversion)" -1; }

package_version() { sed -n 's/^VERSION := //p' "$TOP/tool/Makefile"; }

# ---- module and tool -------------------------------------------------------
# package_own_need: sets PACKAGE_OWN, a directory with rmap-ab-dkms and rmapctl. With
# PACKAGE_RELEASE they are built in a clean root of that release: rmapctl needs its
# libraries.
PACKAGE_SOURCES=(Kbuild module uapi hosts tool bench/region.h README.md docs lab/package)

package_own_need() {
	local root=
	if [[ -n $PACKAGE_RELEASE ]]; then
		root_need "$PACKAGE_RELEASE"
		root=$ROOT_DIR
	fi
	PACKAGE_OWN=$CACHE/package/own-$({ hash_sources "${PACKAGE_SOURCES[@]}" && echo "${root:-$(dpkg-query -W libc6 libjson-c-dev libgsl-dev libnl-3-dev debhelper)}"; } | hash_of)
	cache_entry "$PACKAGE_OWN" package_own_build "$root"
	cache_prune "$PACKAGE_FORMER_KEYS" "$CACHE/package/own-"
}

package_own_build() {
	local root=$1 dir=$2 log=$CACHE/log/package-own.log
	step "packages of module and tool" "$log" package_own_make "$root" "$dir"
}

# What is needed is there, without the compiler for C++ that build-essential has.
package_own_make() {
	local root=$1 dir=$2
	package_own_source "$dir/source" || return
	if [[ -n $root ]]; then
		root_copy "$root" "$dir/root" || return
		mkdir "$dir/root/build" && mv "$dir/source" "$dir/root/build" || return
		root_do "$dir/root" sh -c 'cd /build/source && exec dpkg-buildpackage -d -b -us -uc' || return
		mv "$dir"/root/build/*.deb "$dir" && rm -rf "$dir/root"
	else
		(cd "$dir/source" && dpkg-buildpackage -d -b -us -uc) || return
		rm -rf "$dir/source"
	fi
	rm -f "$dir"/*.{buildinfo,changes} "$dir"/*-dbgsym_*.deb
}

# package_own_source DIR: the checkout, as a Debian source package has it.
package_own_source() {
	local dir=$1 hosts
	mkdir "$dir" &&
		(cd "$TOP" && cp -a --parents "${PACKAGE_SOURCES[@]}" "$dir") &&
		mv "$dir/lab/package/debian" "$dir" || return
	hosts=$(printf '|%s' "${HOSTS[@]}")
	hosts=${hosts//./\\\\.}
	sed -i "s/@HOSTS@/^(${hosts#|})\\\\./" "$dir/debian/rmap-ab-dkms.dkms"
	printf 'rmap-ab (%s) unstable; urgency=low\n\n  * Packaged from a checkout.\n\n -- rmap_ab <rmap_ab@localhost>  %s\n' \
		"$(package_version)" "$(date -R)" >"$dir/debian/changelog"
}
