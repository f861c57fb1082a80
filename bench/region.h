/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the benchmark and the emulator agree on: instructions that do nothing
 * and mark a measured region, and the page in which the plugin of
 * bench/plugin leaves what it counted there.
 */
#ifndef BENCH_REGION_H
#define BENCH_REGION_H

#include <stdint.h>

/*
 * The markers are eight-byte no-ops, nopl DISPLACEMENT(%rax,%rax,1), whose
 * displacement no compiler emits.
 */
#define REGION_MARK_BEGIN	0x72616200u
#define REGION_MARK_END		0x72616201u

/* First bytes of the page; the version is part of it. */
#define REGION_MAGIC		0x31304e4745524252ull

/**
 * struct region_counts - what was executed in the last measured region
 * @magic: REGION_MAGIC, if a plugin counts
 * @nr_regions: regions that have ended so far
 * @instructions: executed, of kernel and user space; without repeated string
 *	instructions: emulation executes one for each element
 * @locked: atomic read-modify-writes among them: with a LOCK prefix, or an XCHG
 *	with memory
 * @lines: different cache lines that were read or written; only if @has_lines
 * @has_lines: the plugin was told to count lines
 *
 * The plugin writes it while the guest's only CPU executes the end marker, so
 * no reader sees a half of it.
 */
struct region_counts {
	uint64_t magic;
	uint64_t nr_regions;
	uint64_t instructions;
	uint64_t locked;
	uint64_t lines;
	uint64_t has_lines;
};

#endif
