# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The part `next`: a kernel of Debian's suites that is newer than our hosts. Can
# hosts/make-hooks make a patch for it, and does that compile? It is run on demand:
# what a kernel of next month has changed is no reason for a test of today to fail.

NEXT_OBJECTS=(mm/rmap.o mm/rmap_ops.o mm/memory.o mm/huge_memory.o mm/hugetlb.o mm/migrate.o)

test_next() {
	local version versions
	say "asking the Debian suites for newer kernels than ${HOSTS[*]}"
	timed "asking the Debian suites" "$CACHE/log/source.log" "$CACHE/log/source.log" source_ask
	mapfile -t versions < <(next_versions)
	((${#versions[@]})) || {
		say "no suite has a newer kernel"
		tap_start "next" next_none
	}
	for version in "${versions[@]}"; do
		# It is not a host yet, but has the same names.
		host_do "$version" tap_start "make-hooks" next_run
	done
}

next_none() {
	tap_case "Debian's suites can be asked" test -s "$CACHE/apt/sources.list"
	tap_skip "a kernel that is newer than ${HOSTS[*]}" "no suite of Debian's has one"
	tap_plan
}

# Of linux-source-X.Y, each X.Y after the last of our hosts.
next_versions() {
	local newest
	newest=$(printf '%s\n' "${HOSTS[@]}" | sort -V | tail -n 1)
	source_apt apt-cache pkgnames linux-source- | sed -n 's/^linux-source-\([0-9]*\.[0-9]*\)$/\1/p' |
		{ cat && echo "$newest"; } | sort -uV | sed "1,/^${newest/./\\.}\$/d"
}

next_run() {
	local dir place log=$CACHE/log/next-$HOST
	out_dir place
	place+=/next/$HOST
	mkdir -p "$place"
	source_take "$(source_newest)" "$CACHE/source/chosen-$HOST"
	SOURCE_DIR=$(<"$CACHE/source/chosen-$HOST")/tree
	HOOKS=$place/hooks.patch
	tap_case "hosts/make-hooks knows all of Linux $HOST" next_hooks
	if [[ -s $HOOKS ]]; then
		tap_case "the patch applies" applies_try "$SOURCE_DIR"
		kernel_tree dir "next-$HOST"
		step "Linux $HOST: copying the source" "$log-copy.log" kernel_copy "$dir"
		step "Linux $HOST: applying the hooks" "$log-patch.log" kernel_patch "$dir"
		tap_case "its objects compile" next_compile "$dir"
		rm -rf "$dir"
		say "Linux $HOST: $HOOKS; docs/lab.md, \"Another kernel\", says how it becomes a host"
	fi
	tap_plan
}

next_hooks() { "$MAKE_HOOKS" "$SOURCE_DIR" >"$HOOKS"; }

# Options that it does not have are dropped: there is no list for it yet.
next_compile() {
	kernel_make "$1" allnoconfig &&
		kernel_add_options "$1" "$LAB/kernel/config"/{base,release}.config &&
		kernel_make "$1" olddefconfig && kernel_make "$1" "${NEXT_OBJECTS[@]}"
}
