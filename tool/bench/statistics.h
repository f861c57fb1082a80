/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The estimators of the benchmark. They assume nothing about distributions, and
 * they are exact for small samples. A value is NAN only if there is none to
 * give.
 */
#ifndef RMAPCTL_BENCH_STATISTICS_H
#define RMAPCTL_BENCH_STATISTICS_H

#include <stddef.h>

#define STATS_LEVEL	0.95

/* The median of fewer values has no interval of STATS_LEVEL. */
#define STATS_MIN	6

struct stats_interval {
	double value;
	double low;	/* NAN: too few values for an interval */
	double high;
};

/**
 * stats_median() - compute the median and its interval
 * @x: values, in any order
 * @n: how many, not 0
 *
 * The interval is that of the sign test: Conover, Practical Nonparametric
 * Statistics, 3rd edition, 3.2 (confidence interval for a quantile); its level
 * is at least STATS_LEVEL.
 *
 * Return: NAN for all if memory ran out.
 */
struct stats_interval stats_median(const double *x, size_t n);

/**
 * stats_shift() - estimate how much larger @y is than @x
 *
 * Hodges-Lehmann estimate and the interval that belongs to the Mann-Whitney
 * test: Hollander and Wolfe, Nonparametric Statistical Methods, 4.2 and 4.3.
 *
 * Return: NAN for all if memory ran out.
 */
struct stats_interval stats_shift(const double *x, size_t n,
				  const double *y, size_t m);

/**
 * stats_mann_whitney() - test if the values of @x and @y are of the same size
 *
 * Two-sided. Exact, ties included, up to 200 values in all, by the shift
 * algorithm: Streitberg and Roehmel, Exact distributions for permutation and
 * rank tests, Statistical Software Newsletter 12 (1986). Above, the normal
 * approximation with corrections for ties and continuity: Hollander and Wolfe,
 * 4.1.
 *
 * Return: the p value; NAN if memory ran out.
 */
double stats_mann_whitney(const double *x, size_t n, const double *y, size_t m);

#endif
