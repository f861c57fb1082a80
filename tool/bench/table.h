/* SPDX-License-Identifier: GPL-2.0 */
/* Results for people and for programs: medians, intervals, changes. */
#ifndef RMAPCTL_BENCH_TABLE_H
#define RMAPCTL_BENCH_TABLE_H

#include "bench/result.h"
#include "cli/out.h"

/* @p is that of "no difference"; above, nothing is proven. */
#define TABLE_PROVEN	0.05

/* Percent within which counts of two runs agree. */
#define TABLE_DETERMINED	0.1

/* Each implementation against builtin, or the first one if that is not there */
void table_show(struct out *out, const struct result *result);

/**
 * table_compare() - each implementation of @b against the same one of @a
 *
 * If @a has only one, it is what all of @b are compared with.
 *
 * Return: how many pairs there are to compare.
 */
size_t table_compare(struct out *out, const struct result *a,
		     const struct result *b);

/* The keys of JSON. */
void table_help(void);

#endif
