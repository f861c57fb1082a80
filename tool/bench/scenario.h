/* SPDX-License-Identifier: GPL-2.0 */
/* The scenarios that can be measured. Each is a row and a function. */
#ifndef RMAPCTL_BENCH_SCENARIO_H
#define RMAPCTL_BENCH_SCENARIO_H

#include <stddef.h>

#include "bench/worker.h"

/* The kind of folios that a scenario maps. Sizes and settings depend on it. */
enum kind {
	KIND_ANON,	/* PTE-mapped: 4 KiB, all mTHP sizes, 2 MiB */
	KIND_THP,	/* PMD-mapped anon folios */
	KIND_SHMEM,
	KIND_HUGETLB,
};

/**
 * struct scenario - one thing that processes do to memory
 * @name: the word on the command line
 * @what: what the measured region contains
 * @unit: costs are given per "page", "folio", or "page-op": a page that is
 *	mapped or unmapped, by any CPU
 * @kind: the folios that it maps
 * @memory: the memory that it needs, as a multiple of the size
 * @swap: it needs as much swap space as memory
 * @run: takes one sample, in a process of its own; calls worker_fail() if it
 *	cannot
 * @cpus: the CPUs that it needs at least
 */
struct scenario {
	const char *name;
	const char *what;
	const char *unit;
	enum kind kind;
	unsigned int memory;
	bool swap;
	void (*run)(struct area *area, struct sample *sample);
	unsigned int cpus;
};

/* All of them, closed by one without a name. */
extern const struct scenario scenarios[];

/* Returns the scenario, or NULL after a complaint. */
const struct scenario *scenario_find(const char *name);

/* Returns the number of units in @size bytes of folios of @folio bytes. */
size_t scenario_units(const struct scenario *scenario, size_t size,
		      size_t folio);

#endif
