# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The Debian packages that the lab needs, starting from a system with nothing
# but bash and git.

PACKAGES=(
	# building the kernel
	gcc make libc6-dev binutils flex bison bc libelf-dev libssl-dev
	cpio kmod rsync patch perl xz-utils ccache dwarves
	# the guest
	qemu-system-x86 busybox-static xfsprogs util-linux procps
	# verifying where the kernel source comes from
	debian-archive-keyring gpgv
	# the tool and the tests, the kernel's own selftests among them
	pkg-config libjson-c-dev libgsl-dev libnl-3-dev libnl-genl-3-dev libcmocka-dev libnuma-dev libcap-dev liburing-dev
	# style
	shellcheck sparse groff-base python3-yaml python3-jsonschema
	# the models
	spin
)

# Prints which of PACKAGES are not installed.
deps_missing() {
	local package installed
	installed=$(dpkg-query -W -f '${db:Status-Abbrev}:${Package}\n' "${PACKAGES[@]}" 2>/dev/null | grep '^ii' || true)
	for package in "${PACKAGES[@]}"; do
		grep -q ":$package\$" <<<"$installed" || printf '%s\n' "$package"
	done
}

# as_root COMMAND...: through sudo unless we are root. A password is asked for
# before, in the foreground (deps_root).
as_root() {
	if ((EUID)); then
		sudo -n "$@"
	else
		"$@"
	fi
}

# Whether we can become root; asks for the password where one is needed.
deps_root() {
	((EUID)) || return 0
	command -v sudo >/dev/null || return 1
	sudo -n true 2>/dev/null && return 0
	[[ -t 0 ]] && sudo -v
}

# Stale package lists name versions that the mirrors no longer have, so a first
# failure is answered with an update; without one, no network is needed twice.
# On a fresh machine, an upgrade may have dpkg's lock for minutes.
deps_install() {
	local install=(
		apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=600
	)
	export DEBIAN_FRONTEND=noninteractive
	as_root "${install[@]}" "$@" && return
	as_root apt-get update -qq
	as_root "${install[@]}" "$@"
}

# Makes sure that every package is there.
deps_need() {
	local missing
	command -v dpkg-query >/dev/null || die "the lab runs on Debian: there is no dpkg-query here"
	mapfile -t missing < <(deps_missing)
	((${#missing[@]})) || return 0
	if ! deps_root; then
		die "these packages are missing; as root: apt-get install --no-install-recommends ${missing[*]}"
	fi
	step "installing ${#missing[@]} packages (${missing[*]})" "$CACHE/log/apt-install.log" deps_install "${missing[@]}"
}
