#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# `rmapctl folio --pid` against the kernel's own `page-types -p`, for the same
# process with 1 GiB in the same guest: time, which is the number of instructions
# there, and memory. page-types is built from the source that the lab has fetched.
#   bench/page_types.sh [MIB]
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cache=${RMAP_AB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rmap_ab}
shopt -s nullglob
trees=("$cache"/source/*/tree)
tree=${LAB_KERNEL_SRC:-${trees[0]:-}}
if [[ ! -e $tree/tools/mm/page-types.c ]]; then
	echo "there is no kernel source yet: run ./lab/run kernel release first" >&2
	exit 1
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
make -s -C "$tree/tools/lib/api" OUTPUT="$dir/" "$dir/libapi.a"
gcc -O2 -w -I"$tree/tools/lib" -o "$dir/page-types" "$tree/tools/mm/page-types.c" "$dir/libapi.a"
"$top/lab/run" exec --icount --kernel release --mem 3G --add "$dir/page-types:/root/page-types" -- \
	sh -c 'modprobe rmap_ab && rmapctl_folio_bench /root/page-types "$@"' sh "$@"
