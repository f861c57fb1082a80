/* SPDX-License-Identifier: GPL-2.0 */
/* Prints results as text and as JSON: medians, intervals, changes. */
#ifndef RMAPCTL_BENCH_TABLE_H
#define RMAPCTL_BENCH_TABLE_H

#include "bench/result.h"
#include "cli/out.h"

/* A change with a larger p may be chance. */
#define TABLE_PROVEN	0.05

/* Counts of two runs agree if they differ by fewer percent. */
#define TABLE_DETERMINED	0.1

/*
 * Compares each column with the first of builtin, or with the first of all if
 * there is none.
 */
void table_show(struct out *out, const struct result *result);

/**
 * struct comparison - what has come of one
 * @limit: a cost that grows by more than so many percent is too much
 * @nr: the number of pairs that were compared
 * @nr_above: those that grew by more, and not by chance
 */
struct comparison {
	double limit;
	size_t nr;
	size_t nr_above;
};

/*
 * Compares each column of @b with the same one of @a. If @a has only one, all of @b
 * are compared with it. A column without a layout is the same as one of the layout
 * page.
 */
void table_compare(struct out *out, const struct result *a,
		   const struct result *b, struct comparison *comparison);

/* Prints the JSON keys for help. */
void table_help(void);

#endif
