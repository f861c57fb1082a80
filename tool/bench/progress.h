/* SPDX-License-Identifier: GPL-2.0 */
/* How far a run is, on stderr, and how long it will take. */
#ifndef RMAPCTL_BENCH_PROGRESS_H
#define RMAPCTL_BENCH_PROGRESS_H

#include <stdbool.h>

#include "bench/plan.h"

/* @untimed: nothing is said about time, as the clock is not the user's. */
void progress_begin(const struct plan *plan, bool untimed);

/* The next scenario and folio size. */
void progress_cell(const char *scenario, size_t folio);

/* One more sample. */
void progress_step(void);

/* Has this cell had its share of the time? */
bool progress_is_late(void);

void progress_end(void);

#endif
