/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MEASURE_H
#define MEASURE_H
/*
 * One cell of the table: an operation on folios of one size, by all
 * implementations in turn.
 */

#include "bench/statistics.h"
#include "op.h"

#define MAX_COLUMNS	16

/**
 * struct cell - what is measured, and how
 * @op: the operation
 * @nr_pages: pages of a folio
 * @cold: flush the struct pages from all caches before
 * @nr_threads: threads that do it at the same time, each on folios of its own
 * @rounds: how often; at least STATS_MIN
 */
struct cell {
	const struct op *op;
	int nr_pages;
	bool cold;
	int nr_threads;
	int rounds;
};

/**
 * struct result - of one column in a cell
 * @ns: nanoseconds per page, median of the rounds
 * @gain: time of the reference divided by the column's, in the same round
 */
struct result {
	struct stats_interval ns;
	struct stats_interval gain;
};

/* The columns: the floor, then the implementations. */
extern const struct rmap_ops *columns[MAX_COLUMNS];
extern int nr_columns;
extern int reference;		/* index of `control` */

void measure_init(void);
double measure_overhead(void);

/**
 * measure_cell - measure
 * @cell: what
 * @results: for each column
 *
 * In each round every column has two turns, A B C C B A, and counts with their
 * mean, so that a machine that becomes slower or faster favours none.
 * Does not return if an operation leaves a wrong count.
 */
void measure_cell(const struct cell *cell, struct result *results);

#endif
