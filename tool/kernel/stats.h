/* SPDX-License-Identifier: GPL-2.0 */
/* The module's file `stats`: it counts the calls of each operation. */
#ifndef RMAPCTL_STATS_H
#define RMAPCTL_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/out.h"

/* More classes of batch sizes than there can be. */
#define STATS_BATCHES	64

/**
 * struct stats_batch - a class of calls with about the same number of pages
 * @pages: the least; the next class begins at twice that; the last has no end
 * @calls: how many calls
 */
struct stats_batch {
	uint64_t pages;
	uint64_t calls;
};

/**
 * struct stats_op - one operation of one implementation
 * @implementation: name of the implementation
 * @operation: name of the operation
 * @calls: the sum of all @batches
 * @pages: in all calls together
 * @busy: calls that returned -EBUSY
 * @batches: all classes
 */
struct stats_op {
	const char *implementation;
	const char *operation;
	uint64_t calls;
	uint64_t pages;
	uint64_t busy;
	struct stats_batch batches[STATS_BATCHES];
};

/**
 * struct stats - the file
 * @enabled: are calls counted now?
 * @text: holds all strings here
 * @nr_batches: number of classes
 * @least: the least number of pages of each class
 * @nr: number of @ops
 * @ops: the operations that were called, grouped by implementation
 */
struct stats {
	bool enabled;
	char *text;
	size_t nr_batches;
	uint64_t least[STATS_BATCHES];
	size_t nr;
	struct stats_op *ops;
};

/*
 * Returns 0, or -errno after a complaint. The caller frees @stats unless it
 * fails.
 */
int stats_read(struct stats *stats);
void stats_free(struct stats *stats);

/* The statistics of the look before, so many seconds ago. */
struct stats_look {
	const struct stats *stats;
	double seconds;
};

/* Prints tables with bars, or JSON; with rates if there was a look before, or NULL. */
void stats_show(struct out *out, const struct stats *stats,
		const struct stats_look *before);

/* Prints the definitions of the fields. */
void stats_help(void);

#endif
