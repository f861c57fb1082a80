/* SPDX-License-Identifier: GPL-2.0 */
/* Folios that all CPUs map and unmap at the same time. */
#ifndef RMAPCTL_BENCH_CONTEND_H
#define RMAPCTL_BENCH_CONTEND_H

#include "bench/worker.h"

/*
 * Takes a sample: on each CPU a process forks, and its child unmaps the folio, until
 * each has done so with as many pages as @area has. Needs 2 CPUs.
 */
void contend_run(struct area *area, struct sample *sample);

/*
 * The same for file folios, as those of a shared library: on each CPU a process reads each
 * page of @area, which is in the page cache, for the first time, and gives all of them up.
 * Needs 2 CPUs.
 */
void library_run(struct area *area, struct sample *sample);

#endif
