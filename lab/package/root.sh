# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# A clean Debian of one release in a directory, from the repositories that this machine
# has. Nothing that runs in it changes the machine.

ROOT_MAX_AGE_DAYS=30
# What builds the packages of module and tool, and what a test machine has before it gets
# them: a kernel's packages make an initrd, and DKMS compiles. Debian's own kernel headers are
# of a kernel without hooks. The last two lines are for `bench --wall` and docs/field-tools.md.
ROOT_PACKAGES=(
	debhelper dh-dkms dpkg-dev pkg-config libjson-c-dev libgsl-dev libnl-3-dev libnl-genl-3-dev
	dkms initramfs-tools kmod udev linux-headers-amd64 libelf1 man-db bash-completion procps
	perl gnuplot-nox fonts-dejavu-core bsdextrautils
	systemd-sysv prometheus-node-exporter curl
)

# root_need RELEASE: sets ROOT_DIR, which nobody may write to.
root_need() {
	local release=$1
	((!EUID)) || die "a clean Debian root is made by root: run this as root"
	ROOT_DIR=$CACHE/package/root-$release-$(printf '%s\n' "${ROOT_PACKAGES[@]}" | hash_of)
	# Debian's fixes come, too.
	if [[ -n $(find "$ROOT_DIR" -maxdepth 0 -mtime "+$ROOT_MAX_AGE_DAYS" 2>/dev/null) ]]; then
		rm -rf "$ROOT_DIR"
	fi
	[[ -d $ROOT_DIR ]] || cache_entry "$ROOT_DIR" root_make "$release"
}

root_make() { step "a clean Debian: $1" "$CACHE/log/root-$1.log" root_bootstrap "$@"; }

root_bootstrap() {
	local release=$1 dir=$2 packages
	root_sources "$release" >"$dir.list" || return
	packages=$(IFS=, && echo "${ROOT_PACKAGES[*]}")
	mmdebstrap --mode=root --variant=minbase --include="$packages" --aptopt='APT::Install-Recommends "false"' \
		"$release" "$dir" "$dir.list" || return
	rm "$dir.list"
}

# root_sources RELEASE: a sources.list of those repositories of the machine that have it.
root_sources() {
	local release=$1 uri suite
	source_apt_need
	for uri in $(source_repositories); do
		for suite in "$release" "$release-security" "$release-updates"; do
			source_line "$uri" "$suite"
		done
	done
}

# root_copy FROM TO
root_copy() { cp -a --reflink=auto "$1" "$2"; }

# root_do DIR COMMAND...: COMMAND in it, with /proc, /sys and /dev of a mount namespace that
# ends with it, and without a network.
root_do() {
	local dir=$1
	shift
	# shellcheck disable=SC2016 # for that shell
	unshare --mount --net --fork --pid --kill-child sh -euc '
		mount -t proc proc "$1/proc"
		mount -t sysfs -o ro sysfs "$1/sys"
		mount -t tmpfs tmpfs "$1/dev"
		mkdir -p "$1/dev/pts" "$1/dev/shm"
		for name in null zero full random urandom tty; do
			: >"$1/dev/$name"
			mount --bind "/dev/$name" "$1/dev/$name"
		done
		mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
		ln -s pts/ptmx "$1/dev/ptmx"
		ln -s /proc/self/fd "$1/dev/fd"
		dir=$1
		shift
		exec chroot "$dir" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C.UTF-8 \
			DEBIAN_FRONTEND=noninteractive "$@"' sh "$dir" "$@" </dev/null
}
