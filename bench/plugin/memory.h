/* SPDX-License-Identifier: GPL-2.0 */
/* What is counted of the memory that a region touches. */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <stdbool.h>

#include "region.h"
#include "qemu_api.h"

/**
 * struct memory_wish - what the user wants to be counted
 * @counting: REGION_INSTRUCTIONS: nothing here
 * @caches: as for caches_new(); NULL for the default
 * @turn: accesses of a turn, see turns.h
 */
struct memory_wish {
	enum region_counting counting;
	const char *caches;
	unsigned int turn;
};

/* Returns 0, or -1 after a complaint. */
int memory_init(qemu_plugin_id_t id, const struct memory_wish *wish,
		unsigned int nr_cpus);

/* Makes what this instruction touches count. */
void memory_instrument(struct qemu_plugin_insn *insn, bool is_locked);

/* They read what the guest wants watched, and write what was counted. */
void memory_begin(const struct region_counts *page);
void memory_end(struct region_counts *page, unsigned int vcpu);

#endif
