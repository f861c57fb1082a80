# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Host kernels: each has a directory in hosts/, named by its version, with the
# hook patch, the module's host.h, and what is particular of it in the lab.

HOST_DEFAULT=6.12
# All of them, the default first.
HOSTS=("$HOST_DEFAULT")
for HOST in "$TOP"/hosts/*/hooks.patch; do
	HOST=${HOST%/hooks.patch}
	[[ ${HOST##*/} == "$HOST_DEFAULT" ]] || HOSTS+=("${HOST##*/}")
done

# host_choose VERSION: the host that the user wants: VERSION if it is not empty,
# or the one that LAB_KERNEL_SRC is a tree of.
host_choose() {
	local wanted=$1 tree
	[[ -z $wanted || " ${HOSTS[*]} " == *" $wanted "* ]] ||
		usage_error "there is no host kernel '$wanted'; there are: ${HOSTS[*]}"
	# HOST_CHOSEN: only this one is meant.
	HOST_CHOSEN=$wanted
	if [[ -n ${LAB_KERNEL_SRC:-} ]]; then
		source_own_tree tree
		HOST_CHOSEN=$(source_version "$tree")
		[[ -z $wanted || $wanted == "$HOST_CHOSEN" ]] ||
			usage_error "LAB_KERNEL_SRC is Linux $HOST_CHOSEN, and not $wanted"
	fi
	host_set "${HOST_CHOSEN:-$HOST_DEFAULT}"
}

# host_set VERSION: sets HOST, HOST_DIR, HOOKS, LAYOUT and HOST_PREFIX. The labs that this one
# starts have the same host.
host_set() {
	HOST=$1
	HOST_DIR=$TOP/hosts/$HOST
	HOOKS=$HOST_DIR/hooks.patch
	# Not every host has it: then it is empty.
	LAYOUT=$HOST_DIR/layout.patch
	[[ -f $LAYOUT ]] || LAYOUT=
	export LAB_HOST=$HOST
	HOST_PREFIX="$HOST "
	if [[ $HOST == "$HOST_DEFAULT" ]]; then
		# The name by which people know it.
		HOOKS=$TOP/kernel-hooks.patch
		HOST_PREFIX=
	fi
}

# host_patches: those that the host has, in the order in which they apply.
host_patches() { printf '%s\n' "$HOOKS" ${LAYOUT:+"$LAYOUT"}; }

# host_do VERSION COMMAND...: COMMAND with another host kernel, of Debian's suites.
host_do() {
	# shellcheck disable=SC2034 # for COMMAND
	local HOST HOST_DIR HOOKS LAYOUT HOST_PREFIX SOURCE_DIR='' SOURCE_ID='' KERNEL_KEY='' KERNEL_DIR='' MODULE_DIR='' GUEST_BASE=''
	# shellcheck disable=SC2034
	local SELFTESTS_PACK='' SELFTESTS_REFERENCE='' SELFTESTS_REFERENCE_SET='' SELFTESTS_REFERENCE_PID=''
	local -x LAB_HOST='' LAB_KERNEL_SRC=''
	host_set "$1"
	"${@:2}"
}

# host_words TEXT: TEXT, with the name of a host that is not the default.
host_words() { printf '%s' "$HOST_PREFIX$1"; }
