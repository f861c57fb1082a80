/* SPDX-License-Identifier: GPL-2.0 */
/* Takes the samples of a plan. */
#ifndef RMAPCTL_BENCH_RUN_H
#define RMAPCTL_BENCH_RUN_H

#include "bench/plan.h"

/**
 * bench_run() - take all samples
 * @plan: what of
 * @result: where they go; what there is of them also after a failure
 *
 * The implementation and every setting are as before when this returns. If a
 * signal has come (stop_signal()), the caller has to die of it with stop_now(),
 * after it has shown the result.
 *
 * Return: 0, or an exit code after a complaint.
 */
int bench_run(const struct plan *plan, struct result *result);

#endif
