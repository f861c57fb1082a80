/* SPDX-License-Identifier: GPL-2.0 */
/* What the module's file `stats` says: calls of each operation, counted. */
#ifndef RMAPCTL_COUNTERS_H
#define RMAPCTL_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/out.h"

/* More classes of batch sizes than there can be. */
#define COUNTERS_BATCHES	64

/**
 * struct counters_batch - calls with about the same number of pages
 * @pages: the least; the next class begins at twice that, the last one has none
 * @calls: how many calls
 */
struct counters_batch {
	uint64_t pages;
	uint64_t calls;
};

/**
 * struct counters_op - one operation of one implementation
 * @implementation: whose
 * @operation: which
 * @calls: the sum of all @batches
 * @pages: in all calls together
 * @busy: calls that returned -EBUSY
 * @batches: all classes
 */
struct counters_op {
	const char *implementation;
	const char *operation;
	uint64_t calls;
	uint64_t pages;
	uint64_t busy;
	struct counters_batch batches[COUNTERS_BATCHES];
};

/**
 * struct counters - the file
 * @enabled: calls are counted now
 * @text: what all strings here are part of
 * @nr_batches: number of classes
 * @least: the least number of pages of each class
 * @nr: number of @ops
 * @ops: what was called, those of an implementation side by side
 */
struct counters {
	bool enabled;
	char *text;
	size_t nr_batches;
	uint64_t least[COUNTERS_BATCHES];
	size_t nr;
	struct counters_op *ops;
};

/* Returns 0, or -errno after a complaint; only then nothing is to be freed. */
int counters_read(struct counters *counters);
void counters_free(struct counters *counters);

/* Tables with bars, or JSON. */
void counters_show(struct out *out, const struct counters *counters);

/* Print the fields' definitions. */
void counters_help(FILE *to);

/* OpenMetrics text, which is Prometheus text as well. */
void counters_metrics(FILE *to, const struct counters *counters);

#endif
