/* SPDX-License-Identifier: GPL-2.0 */
/* One sample, and the region of code that it measures. */
#ifndef RMAPCTL_BENCH_SAMPLE_H
#define RMAPCTL_BENCH_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each sample records every metric that the machine can record. */
enum metric {
	METRIC_NS,
	METRIC_INSTRUCTIONS,	/* this and the next only with a plugin */
	METRIC_LOCKED,
	METRIC_LINES,
	METRIC_WARM_L1,		/* misses of simulated caches, as the work finds them */
	METRIC_WARM_L2,
	METRIC_WARM_L3,
	METRIC_COLD_L1,		/* the same of empty ones */
	METRIC_COLD_L2,
	METRIC_COLD_L3,
	METRIC_TRANSFERS,	/* of lines between CPUs */
	METRIC_INVALIDATIONS,
	METRIC_FOLIO_TRANSFERS,	/* those of the struct pages of the folio */
	METRIC_FOLIO_INVALIDATIONS,
	METRIC_FOLIO_ACCESSES,
	METRIC_SLIPS,
	METRIC_USER_NS,		/* these two only of a command */
	METRIC_SYSTEM_NS,
	METRIC_CPU_CYCLES,	/* in the order of cpu_counters */
	METRIC_CPU_INSTRUCTIONS,
	METRIC_LLC_MISSES,
	NR_METRICS
};

/* Returns its name, which is its key in JSON. */
const char *metric_name(enum metric metric);

struct sample {
	uint64_t of[NR_METRICS];
};

/*
 * What there is beside the time. The first ones are the result of counts_find(), and
 * those of the plugin: bench/region.h.
 */
enum counting {
	COUNT_NOTHING,
	COUNT_INSTRUCTIONS,
	COUNT_LINES,
	COUNT_CACHES,
	COUNT_TRANSFERS,
	COUNT_CPU,		/* the CPU's own counters */
	COUNT_COMMAND,		/* of a command: user and system time */
	COUNT_COMMAND_CPU,	/* both */
	NR_COUNTINGS
};

/**
 * counts_find() - find out if an emulator counts what this process executes
 *
 * The plugin leaves its counts in a page of shared memory that the guest sees
 * as a PCI device (ivshmem).
 *
 * Return: what it counts.
 */
enum counting counts_find(void);

/* Was @metric recorded by @counting? */
bool metric_is_recorded(enum metric metric, enum counting counting);

/* Does an emulator count, so that a second run counts the same? Then times are noise. */
bool counting_is_exact(enum counting counting);

/* Was it counted by an emulator? */
bool metric_is_exact(enum metric metric);

/*
 * These enclose the measured code, and nothing else is between them.
 * region_begin() makes this process run before any other on its CPU. Its
 * children do not inherit that, as their work would then fall into the region.
 */
void region_begin(void);
void region_end(struct sample *sample);

/*
 * Before a region: which pages' struct pages it is about, where transfers are
 * counted.
 */
void region_watch(uint64_t pfn, size_t nr);

#endif
