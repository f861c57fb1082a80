/* SPDX-License-Identifier: GPL-2.0 */
/* Takes the samples of a plan. */
#ifndef RMAPCTL_BENCH_RUN_H
#define RMAPCTL_BENCH_RUN_H

#include "bench/plan.h"

/**
 * bench_run() - take all samples
 * @plan: what to measure
 * @result: receives the samples, also those taken before a failure
 *
 * The implementation and every setting are restored when this returns. If a
 * signal came (stop_signal()), the caller shows the result and then dies of the
 * signal with stop_now().
 *
 * Return: 0, or an exit code after a complaint.
 */
int bench_run(const struct plan *plan, struct result *result);

#endif
