// SPDX-License-Identifier: GPL-2.0
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/statistics.h"

#define EXACT_MAX	200
#define TAIL		((1 - STATS_LEVEL) / 2)

static const struct stats_interval no_interval = { NAN, NAN, NAN };

static double *sorted_copy(const double *x, size_t n)
{
	double *copy = malloc(n * sizeof(*copy));

	if (!copy)
		return NULL;
	memcpy(copy, x, n * sizeof(*copy));
	gsl_sort(copy, 1, n);
	return copy;
}

/*
 * Returns the median of @n sorted values. The ends of its interval are the
 * @k-th smallest and the @k-th largest, counted from 1. @k is 0 if there is no
 * interval.
 */
static struct stats_interval around_median(const double *sorted, size_t n,
					   size_t k)
{
	struct stats_interval s = no_interval;

	s.value = gsl_stats_median_from_sorted_data(sorted, 1, n);
	if (k) {
		s.low = sorted[k - 1];
		s.high = sorted[n - k];
	}
	return s;
}

struct stats_interval stats_median(const double *x, size_t n)
{
	double *sorted = sorted_copy(x, n);
	struct stats_interval s;
	size_t k = 0;

	if (!sorted)
		return no_interval;
	while (gsl_cdf_binomial_P(k, 0.5, n) <= TAIL)
		k++;
	s = around_median(sorted, n, k);
	free(sorted);
	return s;
}

/*
 * How often does a choice of @n out of @ranks have each sum?  The table has a
 * row for each size of the choice up to @n; the last is what is asked for.
 */
static double *sums_of_choices(const size_t *ranks, size_t nr, size_t n,
			       size_t max)
{
	double *table = calloc((n + 1) * (max + 1), sizeof(*table));
	size_t width = max + 1;

	if (!table)
		return NULL;
	table[0] = 1;
	for (size_t i = 0; i < nr; i++)
		for (size_t k = i < n ? i + 1 : n; k; k--)
			for (size_t sum = max; sum >= ranks[i]; sum--)
				table[k * width + sum] +=
					table[(k - 1) * width + sum - ranks[i]];
	memmove(table, table + n * width, width * sizeof(*table));
	return table;
}

/*
 * Returns the probability that a choice has a sum at least as far from the
 * mean.
 */
static double two_sided(const double *counts, size_t max, double mean,
			double observed)
{
	double far = 0, all = 0;

	for (size_t sum = 0; sum <= max; sum++) {
		all += counts[sum];
		if (fabs(sum - mean) >= fabs(observed - mean) - 0.000000001)
			far += counts[sum];
	}
	return far / all;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Returns twice the rank, so that the mean of tied ranks is a whole number. */
static size_t double_rank(const double *sorted, size_t nr, double value)
{
	size_t below = 0, equal = 0;

	while (below < nr && sorted[below] < value)
		below++;
	while (below + equal < nr && sorted[below + equal] == value)
		equal++;
	return 2 * below + equal + 1;
}

static double exact_p(const size_t *ranks, size_t n, size_t m)
{
	size_t max = 0, observed = 0;
	double *counts, p;

	for (size_t i = 0; i < n + m; i++) {
		max += ranks[i];
		if (i < n)
			observed += ranks[i];
	}
	counts = sums_of_choices(ranks, n + m, n, max);
	if (!counts)
		return NAN;
	p = two_sided(counts, max, (double)max * n / (n + m), observed);
	free(counts);
	return p;
}

static double ties_term(const double *sorted, size_t nr)
{
	double sum = 0, t;

	for (size_t i = 0, j; i < nr; i = j) {
		for (j = i; j < nr && sorted[j] == sorted[i]; j++)
			;
		t = j - i;
		sum += t * (t * t - 1);
	}
	return sum;
}

static double normal_p(const double *sorted, const size_t *ranks,
		       size_t n, size_t m)
{
	double nr = n + m, sum = 0, variance, z;

	for (size_t i = 0; i < n; i++)
		sum += ranks[i] / 2.0;
	variance = n * m / 12.0 *
		   (nr + 1 - ties_term(sorted, n + m) / (nr * (nr - 1)));
	if (variance <= 0)
		return 1;
	z = fabs(sum - n * (nr + 1) / 2.0) - 0.5;
	return z <= 0 ? 1 : 2 * gsl_cdf_ugaussian_Q(z / sqrt(variance));
}

double stats_mann_whitney(const double *x, size_t n, const double *y, size_t m)
{
	double *all = malloc((n + m) * sizeof(*all));
	size_t *ranks = malloc((n + m) * sizeof(*ranks));
	double p = NAN;

	if (!all || !ranks)
		goto free;
	memcpy(all, x, n * sizeof(*all));
	memcpy(all + n, y, m * sizeof(*all));
	qsort(all, n + m, sizeof(*all), compare_doubles);
	for (size_t i = 0; i < n + m; i++)
		ranks[i] = double_rank(all, n + m, i < n ? x[i] : y[i - n]);
	p = n + m <= EXACT_MAX ? exact_p(ranks, n, m) :
	    normal_p(all, ranks, n, m);
free:
	free(all);
	free(ranks);
	return p;
}

/* Returns the largest position from both ends that keeps the level, or 0. */
static size_t exact_position(size_t n, size_t m)
{
	size_t least = n * (n + 1) / 2, max = (n + m) * (n + m + 1) / 2;
	double below = 0, all = 0, *counts;
	size_t k = 0, ranks[EXACT_MAX];

	for (size_t i = 0; i < n + m; i++)
		ranks[i] = i + 1;
	counts = sums_of_choices(ranks, n + m, n, max);
	if (!counts)
		return 0;
	for (size_t sum = 0; sum <= max; sum++)
		all += counts[sum];
	while ((below += counts[least + k]) / all <= TAIL)
		k++;
	free(counts);
	return k;
}

static size_t normal_position(size_t n, size_t m)
{
	double u = n * m / 2.0 - gsl_cdf_ugaussian_Qinv(TAIL) *
		   sqrt(n * m * (n + m + 1) / 12.0);

	return u < 0 ? 0 : u;
}

struct stats_interval stats_shift(const double *x, size_t n,
				  const double *y, size_t m)
{
	double *shifts = malloc(n * m * sizeof(*shifts));
	struct stats_interval s;

	if (!shifts)
		return no_interval;
	for (size_t i = 0; i < n * m; i++)
		shifts[i] = y[i / n] - x[i % n];
	qsort(shifts, n * m, sizeof(*shifts), compare_doubles);
	s = around_median(shifts, n * m, n + m <= EXACT_MAX ?
			  exact_position(n, m) : normal_position(n, m));
	free(shifts);
	return s;
}
