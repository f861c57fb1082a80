/* SPDX-License-Identifier: GPL-2.0-or-later */
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
#define REGION_MAGIC		0x32304e4745524252ull

/* What the plugin was told to count, beside instructions. */
enum region_counting {
	REGION_INSTRUCTIONS = 1,
	REGION_LINES,
	REGION_CACHES,
	REGION_TRANSFERS,
};

/* Levels of simulated caches. */
#define REGION_LEVELS	3

/**
 * struct region_counts - what was executed in the last measured region
 * @magic: REGION_MAGIC, if a plugin counts
 * @counting: enum region_counting; a field that is not counted is 0
 * @nr_regions: regions that have ended so far
 * @instructions: executed, of kernel and user space; without repeated string
 *	instructions: emulation executes one for each element
 * @locked: atomic read-modify-writes among them: with a LOCK prefix, or an XCHG
 *	with memory
 * @lines: different cache lines that were read or written; REGION_LINES and
 *	REGION_CACHES
 * @warm: accesses that missed each level of the simulated caches, which
 *	have seen all accesses since the first region; REGION_CACHES
 * @cold: the same for caches that were empty when the region began
 * @transfers: accesses of a CPU to a line that another one had modified;
 *	REGION_TRANSFERS, as are the following
 * @invalidations: writes to a line that others had read
 * @folio_transfers: those to the watched struct pages
 * @folio_invalidations: likewise
 * @folio_accesses: all accesses to them
 * @slips: how often a CPU did not wait for the others any longer
 * @watch_pfn: the first page whose struct page is watched; the guest writes it
 * @watch_nr: number of pages; likewise
 *
 * The plugin writes it while a CPU of the guest executes the end marker, so
 * the process that executes it sees all of it.
 */
struct region_counts {
	uint64_t magic;
	uint64_t counting;
	uint64_t nr_regions;
	uint64_t instructions;
	uint64_t locked;
	uint64_t lines;
	uint64_t warm[REGION_LEVELS];
	uint64_t cold[REGION_LEVELS];
	uint64_t transfers;
	uint64_t invalidations;
	uint64_t folio_transfers;
	uint64_t folio_invalidations;
	uint64_t folio_accesses;
	uint64_t slips;
	uint64_t watch_pfn;
	uint64_t watch_nr;
};

#endif
