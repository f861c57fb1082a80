# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Builds the programs of selftests/mm from the guest's kernel source.

# The parts of a kernel tree that they are built from.
SELFTESTS_SOURCES=(
	tools/testing/selftests/lib.mk
	tools/testing/selftests/kselftest.h
	tools/testing/selftests/kselftest_harness.h
	tools/testing/selftests/x86
	tools/testing/selftests/mm
	# process_madv and guard-regions know what a pidfd is
	tools/testing/selftests/pidfd tools/testing/selftests/clone3
	tools/include include/vdso mm/gup_test.h lib/test_hmm_uapi.h
)

# Beside what the programs are linked with: what pthread_cancel() loads.
SELFTESTS_LIBRARIES=(libgcc_s.so.1)

# Sets SELFTESTS_PACK; its root/ is laid over the guest's root.
selftests_pack_need() {
	SELFTESTS_PACK=$CACHE/selftests/pack-$(selftests_pack_key)
	cache_entry "$SELFTESTS_PACK" selftests_pack
	cache_prune 2 "$CACHE/selftests/pack-"
}

selftests_pack_key() {
	{
		printf '%s\n' "$SOURCE_ID"
		selftests_binaries
		cat "$LAB"/selftests/{build.sh,first.c,gather.c,patient.c}
		gcc --version
		dpkg-query -W libc6 libnuma-dev liburing-dev libcap-dev libgcc-s1
	} | hash_of
}

# The programs that the list starts: ./NAME.
selftests_binaries() {
	awk '!/^#/ { for (i = 6; i <= NF; i++) if ($i ~ /^\.\//) print substr($i, 3) }' "$HOST_DIR/selftests" | sort -u
}

selftests_pack() {
	local dir=$1 log=$CACHE/log/selftests
	step "selftests/mm: kernel headers" "$log-headers.log" selftests_headers "$dir/src"
	step "selftests/mm: building" "$log-build.log" selftests_build "$dir/src" "$dir/root/selftests/bin"
	step "selftests/mm: what is preloaded" "$log-preload.log" selftests_preload "$dir/root/selftests"
	step "selftests/mm: libraries" "$log-libraries.log" selftests_libraries "$dir/root"
	rm -rf "$dir/src"
}

# A copy, because the build writes beside the sources.
selftests_headers() {
	local src=$1
	mkdir -p "$src"
	(cd "$SOURCE_DIR" && cp -a --parents "${SELFTESTS_SOURCES[@]}" "$src") &&
		make -s -C "$SOURCE_DIR" O="$src/headers" headers &&
		mv "$src/headers/usr" "$src/usr"
}

selftests_build() {
	local src=$1/tools/testing/selftests/mm bin=$2 name targets=()
	mkdir -p "$bin"
	while IFS= read -r name; do
		if [[ $name != khugepaged ]]; then
			targets+=("$bin/$name")
		fi
	done < <(selftests_binaries)
	make -C "$src" OUTPUT="$bin" -j"$(nproc)" "${targets[@]}" &&
		# 6.12.y's khugepaged.c uses KSFT_SKIP without its header
		make -C "$src" OUTPUT="$bin" USERCFLAGS="-include ../kselftest.h" "$bin/khugepaged"
}

selftests_preload() {
	local name
	for name in first gather patient; do
		gcc -Wall -Wextra -Werror -O2 -shared -fPIC -o "$1/$name.so" "$LAB/selftests/$name.c" || return
	done
}

selftests_libraries() {
	local root=$1 library program
	for program in "$root"/selftests/bin/*; do
		program_libraries "$program"
	done | sort -u | while IFS= read -r library; do
		selftests_library "$root" "$library"
	done
	for library in "${SELFTESTS_LIBRARIES[@]}"; do
		selftests_library "$root" "$(gcc -print-file-name="$library")" "/usr/lib/$library"
	done
}

selftests_library() {
	local root=$1 library=$2 path=${3:-$2}
	mkdir -p "$root${path%/*}"
	cp -L "$library" "$root$path"
}
