/* SPDX-License-Identifier: GPL-2.0 */
/* What monitoring reads: the statistics, and what runs, as metrics. */
#ifndef RMAPCTL_METRICS_H
#define RMAPCTL_METRICS_H

#include "kernel/stats.h"
#include "status.h"

/*
 * Two formats that look alike, and are not: in OpenMetrics a counter is declared
 * without the "_total" of its samples, in the older text with it. Whoever reads
 * one as the other loses the types of all counters.
 */
enum metrics_form {
	METRICS_OPENMETRICS,	/* OpenMetrics 1.0 */
	METRICS_PROMETHEUS,	/* Prometheus text format 0.0.4 */
};

void metrics_put(FILE *to, enum metrics_form form, const struct stats *stats,
		 const struct status *status);

/**
 * metrics_write() - the same into a file that others read meanwhile
 * @path: the file, which appears complete, in place of an older one
 *
 * The name while it is written does not end as @path does: collectors read
 * each file that ends in ".prom".
 *
 * Return: 0, or -errno after a complaint; an older file is as it was then.
 */
int metrics_write(const char *path, enum metrics_form form,
		  const struct stats *stats, const struct status *status);

#endif
