/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The plan of a run, made from the command line and checked against the
 * machine.
 */
#ifndef RMAPCTL_BENCH_PLAN_H
#define RMAPCTL_BENCH_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/result.h"
#include "kernel/control.h"

struct plan_cell {
	const struct scenario *scenario;
	size_t folio;
};

/**
 * struct plan - a run
 * @cells: scenarios with folio sizes, in the order in which they are measured
 * @nr_cells: how many
 * @columns: implementations, each with each layout, in the order of the table
 * @nr_columns: how many
 * @has_layouts: they have layouts, which the run chooses
 * @size: bytes of memory of each sample
 * @samples: number for each column in each cell; even
 * @seconds: stop taking more than the least number of them after so long; 0: no
 *	limit
 * @is_vanilla: the kernel is unpatched; no module can switch
 * @command: what is measured in place of scenarios, closed by NULL; else NULL
 */
struct plan {
	struct plan_cell *cells;
	size_t nr_cells;
	struct column columns[MAX_COLUMNS];
	size_t nr_columns;
	size_t size;
	size_t samples;
	size_t seconds;
	bool has_layouts;
	bool is_vanilla;
	char **command;
};

/* The user's wishes. NULL and 0 mean that the user did not say. */
struct plan_wish {
	const char *impls;	/* with commas */
	const char *layouts;	/* with commas */
	const char *folios;	/* with commas */
	const char *size;
	const char *samples;
	const char *seconds;
	char **scenarios;
	int nr_scenarios;
	char **command;
};

/*
 * Returns the least number of samples that gives an interval. Counts, which
 * hardly vary, need fewer.
 */
size_t plan_least_samples(void);

/**
 * plan_make() - make a plan
 *
 * Return: 0, or an exit code after a complaint about the wish or the machine.
 * The caller frees @plan in any case.
 */
int plan_make(struct plan *plan, const struct plan_wish *wish);
void plan_free(struct plan *plan);

#endif
