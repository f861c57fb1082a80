/* SPDX-License-Identifier: GPL-2.0 */
/* What is measured: one row and one function each. */
#ifndef RMAPCTL_BENCH_SCENARIO_H
#define RMAPCTL_BENCH_SCENARIO_H

#include <stddef.h>

#include "bench/worker.h"

/* Whose folios a scenario maps: that decides about sizes and settings. */
enum kind {
	KIND_ANON,	/* PTE-mapped: 4 KiB, all mTHP sizes, 2 MiB */
	KIND_THP,	/* PMD-mapped anon folios */
	KIND_SHMEM,
	KIND_HUGETLB,
};

/**
 * struct scenario - one thing that processes do to memory
 * @name: the word on the command line
 * @what: what is in the measured region
 * @unit: what costs are given per: "page", or "folio"
 * @kind: of the folios
 * @memory: how many times the size it needs
 * @swap: it needs as much swap space as memory
 * @run: takes one sample; called in a process of its own, which it leaves by
 *	worker_fail() if it cannot
 */
struct scenario {
	const char *name;
	const char *what;
	const char *unit;
	enum kind kind;
	unsigned int memory;
	bool swap;
	void (*run)(struct area *area, struct sample *sample);
};

/* All of them, closed by one without a name. */
extern const struct scenario scenarios[];

/* NULL after a complaint. */
const struct scenario *scenario_find(const char *name);

/* How many @unit there are in @size bytes of folios of @folio bytes. */
size_t scenario_units(const struct scenario *scenario, size_t size,
		      size_t folio);

#endif
