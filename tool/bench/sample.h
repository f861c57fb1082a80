/* SPDX-License-Identifier: GPL-2.0 */
/* One sample, and the region of code that it measures. */
#ifndef RMAPCTL_BENCH_SAMPLE_H
#define RMAPCTL_BENCH_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

/* Each sample records every metric that the machine can record. */
enum metric {
	METRIC_NS,
	METRIC_INSTRUCTIONS,	/* this and the next only with a plugin */
	METRIC_LOCKED,
	METRIC_LINES,
	NR_METRICS
};

extern const char *const metric_names[NR_METRICS];

struct sample {
	uint64_t of[NR_METRICS];
};

/* The result of counts_find(). */
enum counting {
	COUNT_NOTHING,
	COUNT_INSTRUCTIONS,
	COUNT_LINES,
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

/*
 * These enclose the measured code, and nothing else is between them.
 * region_begin() makes this process run before any other on its CPU. Its
 * children do not inherit that, as their work would then fall into the region.
 */
void region_begin(void);
void region_end(struct sample *sample);

#endif
