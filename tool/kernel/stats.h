/* SPDX-License-Identifier: GPL-2.0 */
/* What the module's file `stats` says: calls of each operation, counted. */
#ifndef RMAPCTL_STATS_H
#define RMAPCTL_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/out.h"

/* More classes of batch sizes than there can be. */
#define STATS_BATCHES	64

/**
 * struct stats_batch - calls with about the same number of pages
 * @pages: the least; the next class begins at twice that, the last one has none
 * @calls: how many calls
 */
struct stats_batch {
	uint64_t pages;
	uint64_t calls;
};

/**
 * struct stats_op - one operation of one implementation
 * @implementation: whose
 * @operation: which
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
 * @enabled: calls are counted now
 * @text: what all strings here are part of
 * @nr_batches: number of classes
 * @least: the least number of pages of each class
 * @nr: number of @ops
 * @ops: what was called, those of an implementation side by side
 */
struct stats {
	bool enabled;
	char *text;
	size_t nr_batches;
	uint64_t least[STATS_BATCHES];
	size_t nr;
	struct stats_op *ops;
};

/* Returns 0, or -errno after a complaint; only then nothing is to be freed. */
int stats_read(struct stats *stats);
void stats_free(struct stats *stats);

/* Tables with bars, or JSON. */
void stats_show(struct out *out, const struct stats *stats);

/* Print the fields' definitions. */
void stats_help(void);

/* OpenMetrics text, which is Prometheus text as well. */
void stats_metrics(FILE *to, const struct stats *stats);

#endif
