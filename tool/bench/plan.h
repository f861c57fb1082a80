/* SPDX-License-Identifier: GPL-2.0 */
/* What a run shall measure: from the command line, checked against the machine. */
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
 * @impls: names of the implementations
 * @nr_impls: how many
 * @size: bytes of memory of each sample
 * @samples: of each implementation in each cell; even
 * @seconds: stop taking more than the least number of them after so long; 0: no
 *	limit
 * @is_vanilla: the kernel as it is: there is no module that could switch
 */
struct plan {
	struct plan_cell *cells;
	size_t nr_cells;
	char impls[MAX_IMPLS][RMAP_AB_NAME_MAX + 1];
	size_t nr_impls;
	size_t size;
	size_t samples;
	size_t seconds;
	bool is_vanilla;
};

/* What the user says; NULL and 0: nothing. */
struct plan_wish {
	const char *impls;	/* with commas */
	const char *folios;	/* with commas */
	const char *size;
	const char *samples;
	const char *seconds;
	char **scenarios;
	int nr_scenarios;
};

/* Fewer samples would have no interval; counts have hardly any variation. */
size_t plan_least_samples(void);

/**
 * plan_make() - find out what to do
 *
 * Return: 0, or an exit code after a complaint about what is wrong with the
 * wish or with the machine. To be freed in any case.
 */
int plan_make(struct plan *plan, const struct plan_wish *wish);
void plan_free(struct plan *plan);

#endif
