/* SPDX-License-Identifier: GPL-2.0 */
/* What is measured: one sample, and the region of code that it is about. */
#ifndef RMAPCTL_BENCH_SAMPLE_H
#define RMAPCTL_BENCH_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

/* Each is recorded with every sample, if it can be. */
enum metric {
	METRIC_NS,
	METRIC_INSTRUCTIONS,	/* these only where a plugin counts */
	METRIC_LOCKED,
	METRIC_LINES,
	NR_METRICS
};

extern const char *const metric_names[NR_METRICS];

struct sample {
	uint64_t of[NR_METRICS];
};

/* What counts_find() found. */
enum counting {
	COUNT_NOTHING,
	COUNT_INSTRUCTIONS,
	COUNT_LINES,
};

/**
 * counts_find() - does an emulator count what we execute?
 *
 * The plugin leaves its counts in a page of shared memory that the guest sees
 * as a PCI device (ivshmem).
 *
 * Return: what it counts.
 */
enum counting counts_find(void);

/* Was @metric recorded by @counting? */
bool metric_is_recorded(enum metric metric, enum counting counting);

/*
 * Around the code that is measured. Between them: nothing but that code.
 * region_begin() makes this process run before any other of its CPU, and its
 * children not: else their work would fall into the region.
 */
void region_begin(void);
void region_end(struct sample *sample);

#endif
