# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What is lost without mapcounts of the pages of large folios, over workloads: what the
# kernel says about memory under each layout, and what the page tables say.

BENCH_ACCURACY_KEYS=20000
BENCH_ACCURACY_WRITES=3000

# What the compiler in the guest compiles: programs of this checkout. Each is large enough
# to fill the pipe to the assembler.
BENCH_ACCURACY_SOURCES=(stress/fuzz.c suites/rmap_vm_test.c lib/truth.c)

# Needs a kernel that has both layouts.
bench_layouts_accuracy() {
	local dir file=$BENCH_OUT/accuracy
	[[ $HOST == 7.3 ]] || die "Linux $HOST counts the mappings of each page, always: only 7.3 has a kernel without, as in: ./lab/run --host 7.3 bench --accuracy"
	guest_need layout
	accel_need
	temp_dir dir
	bench_accuracy_sources "$dir"
	bench_exec --kernel layout --timeout 3600 \
		--add /usr/bin/redis-check-rdb:/usr/local/bin/redis-server --add /usr/bin/redis-cli:/usr/local/bin/redis-cli \
		--add /usr/bin/redis-benchmark:/usr/local/bin/redis-benchmark --add "$(command -v make):/usr/bin/make" \
		--add "$(command -v gcc):/usr/bin/gcc" --add "$(command -v as):/usr/bin/as" \
		--add "$(gcc -print-prog-name=cc1):/lab/compile/cc1" --add "$dir:/lab/compile" \
		--add "$TOP/bench/lab/accuracy_guest.sh:/lab/accuracy" \
		-- /lab/accuracy "$BENCH_ACCURACY_KEYS" "$BENCH_ACCURACY_WRITES" >"$file.txt.new" || die "the guest did not measure"
	mv "$file.txt.new" "$file.txt"
	step "report" "$CACHE/log/bench-report.log" perl "$TOP/bench/report/accuracy.pl" "$BENCH_OUT"
	cat "$file.md"
}

# bench_accuracy_sources DIR: as they are without their headers, and how to compile them.
bench_accuracy_sources() {
	local dir=$1 source
	for source in "${BENCH_ACCURACY_SOURCES[@]}"; do
		(cd "$TOP/tests/vm" && gcc -std=gnu11 -D_GNU_SOURCE -I. -I../../uapi -E "$source") >"$dir/$(basename "$source" .c).i"
	done
	# shellcheck disable=SC2016 # for make
	printf '%%.o: %%.i\n\t$(CC) -pipe -O2 -g -c -o $@ $<\n' >"$dir/Makefile"
}
