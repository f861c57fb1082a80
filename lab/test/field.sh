# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The part `field`: the recipes of docs/recipes, and node exporter, in guests, with Debian's
# tools. The kernel `distro` has type information; for `release` a recipe makes some.

FIELD_PACKAGES=(bpftrace linux-perf)
# These start services where they are installed, so they are only unpacked.
FIELD_UNPACKED=(prometheus-node-exporter prometheus)
FIELD_PROGRAMS=(prometheus-node-exporter promtool)

# Sets FIELD_DIR, which has FIELD_PROGRAMS.
field_need() {
	FIELD_DIR=$CACHE/field/$(hash_of <<<"${FIELD_UNPACKED[*]}")
	cache_entry "$FIELD_DIR" field_unpack
}

field_unpack() { step "downloading ${FIELD_UNPACKED[*]}" "$CACHE/log/field.log" field_download "$1"; }

# From the machine's own suites, whose lists may be old.
field_download() {
	(
		cd "$1" && {
			apt-get download "${FIELD_UNPACKED[@]}" ||
				{ as_root apt-get update -qq && apt-get download "${FIELD_UNPACKED[@]}"; }
		} &&
			for package in *.deb; do dpkg-deb -x "$package" unpacked || exit; done &&
			mv "${FIELD_PROGRAMS[@]/#/unpacked/usr/bin/}" . &&
			rm -r unpacked ./*.deb
	)
}

# field_types FILE: for a kernel without type information; sets FILE. Needs test_guest_need.
field_types() {
	local dir
	dir=$CACHE/field/types-$KERNEL_KEY-$(hash_sources docs/recipes/make_btf)
	cache_entry "$dir" field_make_types
	printf -v "$1" %s "$dir/types"
}

field_make_types() { step "types of folios" "$CACHE/log/field.log" "$TOP/docs/recipes/make_btf" "$KERNEL_DIR" "$1/types"; }

# field_start VARIANT: needs field_need. LLVM wants its memory.
field_start() {
	local variant=$1 program types key options words=(/field/field_test)
	test_guest_need "$variant"
	options=(--kernel "$variant" --mem 3G --timeout 1200)
	for program in bpftrace perf; do
		options+=(--add "$(command -v "$program"):/usr/bin/$program")
	done
	for program in "${FIELD_PROGRAMS[@]}"; do
		options+=(--add "$FIELD_DIR/$program:/usr/local/bin/$program")
	done
	options+=(--add "$TOP/docs/recipes:/field/recipes" --add "$TOP/tests/field/field_test:/field/field_test")
	if [[ $variant != distro ]]; then
		field_types types
		options+=(--add "$types:/field/types")
		words=(env BPFTRACE_BTF=/field/types "${words[@]}")
	fi
	accel_need
	key=$(kept_guest_key "$(hash_sources docs/recipes tests/field lab/test/field.sh)" "$FIELD_DIR" \
		"$(dpkg-query -W "${FIELD_PACKAGES[@]}")")
	tap_start_resumed "guest-field-$key" "field: recipes and node exporter ($variant)" \
		test_guest "${options[@]}" -- "${words[@]}"
}
