/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which CPU has which line, as a directory of the MESI protocol knows it, for
 * caches that have room for everything: a line leaves a CPU only because another
 * one asks for it. So what is counted is what CPUs do to each other.
 */
#ifndef BENCH_DIRECTORY_H
#define BENCH_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#define DIRECTORY_CPUS	64

/**
 * struct directory_counts - what has come from other CPUs
 * @accesses: all that there were
 * @transfers: those to a line that another CPU had modified
 * @invalidations: writes to a line that others had, unmodified
 */
struct directory_counts {
	uint64_t accesses;
	uint64_t transfers;
	uint64_t invalidations;
};

/* Forgets everything. It uses the set of lines.h. */
void directory_clear(void);

/* An access of a CPU, which is counted in @counts. */
void directory_access(struct directory_counts *counts, unsigned int cpu,
		      uint64_t line, bool is_write);

#endif
