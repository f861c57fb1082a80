/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accesses of several emulated CPUs, put into one order that does not depend on
 * how the host runs their threads: the CPUs take turns, one access each. So they
 * are as fast as each other, by accesses.
 *
 * Each CPU notes its accesses. When it has noted a turn of them it waits until
 * all others that are awake have, and the last one counts them all. A CPU that
 * has waited too long goes on: the thread of another one may be waiting for
 * this one inside the emulator. That is a slip; then the order is the host's.
 */
#ifndef BENCH_TURNS_H
#define BENCH_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "directory.h"

/**
 * struct turns_counts - what was counted in a region
 * @all: of all lines
 * @watched: of those that were noted as watched
 * @slips: how often a CPU went on alone
 */
struct turns_counts {
	struct directory_counts all;
	struct directory_counts watched;
	uint64_t slips;
};

/*
 * Before anything else: so many accesses of @nr CPUs make a turn, and one that has
 * waited for @patience_ms goes on.
 */
void turns_init(unsigned int nr, unsigned int accesses, unsigned int patience_ms);

/* Begins a region. All that follows is called by the thread of that CPU. */
void turns_begin(void);
void turns_note(unsigned int cpu, uint64_t line, bool is_write, bool is_watched);

/* The CPU halts: nobody waits for it until it notes something again. */
void turns_sleep(unsigned int cpu);

/* Ends the region, with what the CPU itself and those asleep have noted. */
struct turns_counts turns_end(unsigned int cpu);

#endif
