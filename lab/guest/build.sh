# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What this checkout brings into the guest, built from copies so that nothing
# generated lies in the checkout: the module and test modules against a kernel,
# the tool, the test programs, and the lab's own agent and keeper.

# In the lab, and so in CI, a warning is an error. Elsewhere, a compiler that knows more
# warnings must not end the build.
export RMAP_AB_WERROR=1

# hash_sources PATH...: of what is there, seen from the top of the checkout.
hash_sources() { (cd "$TOP" && hash_files "$@"); }

# ---- agent and keeper ------------------------------------------------------
# Sets LAB_BIN.
bin_need() {
	LAB_BIN=$CACHE/bin/$(hash_sources lab/guest/agent.c lab/guest/keeper.c lab/guest/wire.h)
	cache_entry "$LAB_BIN" bin_build
	cache_prune 8 "$CACHE/bin/"
}

bin_build() {
	local cc=(gcc -std=gnu11 -O2 -Wall -Wextra -Werror)
	# The agent must run before any library is there.
	step "compiling the agent" "$CACHE/log/agent.log" "${cc[@]}" -static -o "$1/agent" "$LAB/guest/agent.c"
	step "compiling the keeper" "$CACHE/log/keeper.log" "${cc[@]}" -o "$1/keeper" "$LAB/guest/keeper.c"
}

# ---- the module ------------------------------------------------------------
MODULE_SOURCES=(Kbuild module hosts uapi tests/kmod)

# module_need: sets MODULE_DIR for the kernel that kernel_need has chosen; it
# holds rmap_ab.ko, the test modules, and the symbols for modules that use its.
module_need() {
	MODULE_DIR=$CACHE/module/$KERNEL_KEY-$(hash_sources "${MODULE_SOURCES[@]}")
	cache_entry "$MODULE_DIR" module_build
	cache_prune 8 "$CACHE/module/"
}

module_build() {
	local dir=$1 kernel=${KERNEL_KEY%%-*}
	step "module for $kernel" "$CACHE/log/module-$kernel.log" module_make "$dir"
}

module_make() {
	local dir=$1 src=$1/src detect=
	# module/impl_detect.h
	[[ $KERNEL_KEY != debug-* ]] || detect=y
	mkdir "$src"
	(cd "$TOP" && cp -a --parents "${MODULE_SOURCES[@]}" "$src")
	kernel_make "$KERNEL_DIR" M="$src" RMAP_AB_DETECT="$detect" modules
	kernel_make "$KERNEL_DIR" M="$src/tests/kmod" KBUILD_EXTRA_SYMBOLS="$src/Module.symvers" modules
	find "$src" -name '*.ko' -exec cp -t "$dir" {} +
	cp "$src/Module.symvers" "$dir"
	rm -r "$src"
}

# ---- programs --------------------------------------------------------------
# Sets TOOL_DIR, which holds rmapctl.
tool_need() {
	TOOL_DIR=$CACHE/tool/$(tool_key)
	cache_entry "$TOOL_DIR" tool_build
	cache_prune 8 "$CACHE/tool/"
}

tool_key() { hash_sources tool uapi bench/region.h; }

tool_build() { step "tool" "$CACHE/log/tool.log" make -C "$TOP/tool" O="$1"; }

# Sets TESTS_DIR, which holds the guest's test programs.
tests_need() {
	TESTS_DIR=$CACHE/tests-vm/$(hash_sources tests/vm uapi)
	cache_entry "$TESTS_DIR" tests_build
	cache_prune 8 "$CACHE/tests-vm/"
}

tests_build() {
	step "test programs" "$CACHE/log/tests-vm.log" make -C "$TOP/tests/vm" -j"$(nproc)" O="$1"
}
