// SPDX-License-Identifier: GPL-2.0
#include <math.h>

#include "bench/statistics.h"
#include "groups.h"

#define TINY	0.000000001

/*
 * Hollander and Wolfe, Nonparametric Statistical Methods (1973), table 4.1:
 * permeability constants of the human chorioamnion, at term and between 12 and
 * 26 weeks. Published there: one-sided p .1272, estimate of the shift .305.
 */
static const double at_term[] = {
	0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46,
};
static const double earlier[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };

static void check_near(double got, double wanted, double error)
{
	if (!(fabs(got - wanted) <= error))
		fail_msg("%.6f is not %.6f", got, wanted);
}

static void stats_agree_with_hollander_and_wolfe(void **state)
{
	struct stats_interval s;

	(void)state;
	check_near(stats_mann_whitney(at_term, 10, earlier, 5), 2 * 0.1272,
		   0.0001);
	s = stats_shift(earlier, 5, at_term, 10);
	check_near(s.value, 0.305, TINY);
	assert_true(s.low < 0 && s.high > s.value);
}

/* One-sided probabilities: Mann and Whitney (1947), table I. */
static void mann_whitney_agrees_with_its_first_table(void **state)
{
	static const struct {
		size_t n, m, u;
		double p;
	} rows[] = {
		{ 3, 3, 0, .050 }, { 3, 3, 1, .100 }, { 3, 3, 2, .200 },
		{ 3, 3, 3, .350 }, { 3, 4, 1, .057 }, { 4, 4, 0, .014 },
		{ 4, 4, 1, .029 }, { 4, 4, 2, .057 }, { 4, 4, 3, .100 },
		{ 4, 4, 4, .171 }, { 5, 5, 2, .016 }, { 5, 5, 4, .048 },
		{ 8, 8, 13, .025 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t n = rows[i].n, m = rows[i].m, u = rows[i].u;
		double x[8], y[8];

		/* x below all y, but one of them moved over @u of them */
		for (size_t j = 0; j < m; j++)
			y[j] = 100 + j;
		for (size_t j = 0; j < n; j++, u -= u < m ? u : m)
			x[n - 1 - j] = j * 0.01 + (u ? 100 + (u < m ? u : m) - 0.5 : 0);
		check_near(stats_mann_whitney(x, n, y, m), 2 * rows[i].p,
			   0.0011);
	}
}

/* Tries every choice of positions for x. */
static double brute_force(const double *all, size_t n, size_t nr)
{
	double sum = 0, observed = 0, mean = 0, rank[16];
	size_t far = 0, choices = 0;

	for (size_t i = 0; i < nr; i++) {
		rank[i] = 0.5;
		for (size_t j = 0; j < nr; j++)
			rank[i] += (all[j] < all[i]) + 0.5 * (all[j] == all[i]);
		sum += rank[i];
		if (i < n)
			observed += rank[i];
	}
	mean = sum * n / nr;
	for (unsigned int set = 0; set < 1u << nr; set++) {
		if ((size_t)__builtin_popcount(set) != n)
			continue;
		sum = 0;
		for (size_t i = 0; i < nr; i++)
			sum += set >> i & 1 ? rank[i] : 0;
		choices++;
		far += fabs(sum - mean) >= fabs(observed - mean) - TINY;
	}
	return (double)far / choices;
}

static void mann_whitney_is_exact_with_ties(void **state)
{
	static const double all[] = { 1, 1, 2, 2, 2, 5, 2, 3, 3, 5, 5, 9 };

	(void)state;
	for (size_t n = 1; n < ARRAY_SIZE(all); n++)
		check_near(stats_mann_whitney(all, n, all + n,
					      ARRAY_SIZE(all) - n),
			   brute_force(all, n, ARRAY_SIZE(all)), TINY);
}

static void mann_whitney_proves_nothing_about_equals(void **state)
{
	static const double x[] = { 7, 7, 7, 7 }, other[] = { 8, 8, 8, 8 };
	static double many[300];

	(void)state;
	check_near(stats_mann_whitney(x, 4, x, 4), 1, TINY);
	check_near(stats_mann_whitney(x, 4, other, 4), 2.0 / 70, TINY);
	check_near(stats_mann_whitney(many, 150, many + 150, 150), 1, TINY);
}

/* Both ways of computing p must meet where one takes over from the other. */
static void mann_whitney_is_continuous_at_its_limit(void **state)
{
	double x[101], y[101], exact, approximate;

	(void)state;
	for (int i = 0; i < 101; i++) {
		x[i] = i;
		y[i] = i + 9.5;
	}
	exact = stats_mann_whitney(x, 100, y, 100);
	approximate = stats_mann_whitney(x, 101, y, 101);
	assert_true(exact < 0.05 && exact > 0.005);
	assert_true(fabs(exact - approximate) < 0.1 * exact);
}

/*
 * Which of the sorted values bound the median: Hollander and Wolfe, 3.6 and
 * table A.2 (sign test).
 */
static void median_has_the_interval_of_the_sign_test(void **state)
{
	static const struct {
		size_t n;
		double low, high;
	} rows[] = {
		{ 6, 1, 6 }, { 8, 1, 8 }, { 9, 2, 8 }, { 10, 2, 9 },
		{ 12, 3, 10 }, { 15, 4, 12 }, { 20, 6, 15 },
	};
	double x[20];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct stats_interval s;
		size_t n = rows[i].n;

		for (size_t j = 0; j < n; j++)
			x[j] = (j * 7) % n + 1;	/* 7 divides none of them */
		s = stats_median(x, n);
		check_near(s.value, (n + 1) / 2.0, TINY);
		check_near(s.low, rows[i].low, TINY);
		check_near(s.high, rows[i].high, TINY);
	}
}

static void too_few_values_have_no_interval(void **state)
{
	static const double x[] = { 1, 2, 3, 4, 5 };

	(void)state;
	assert_true(isnan(stats_median(x, STATS_MIN - 1).low));
	check_near(stats_median(x, STATS_MIN - 1).value, 3, TINY);
	assert_true(isnan(stats_shift(x, 3, x, 3).low));
	assert_false(isnan(stats_shift(x, 4, x, 4).low));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(stats_agree_with_hollander_and_wolfe),
	cmocka_unit_test(mann_whitney_agrees_with_its_first_table),
	cmocka_unit_test(mann_whitney_is_exact_with_ties),
	cmocka_unit_test(mann_whitney_proves_nothing_about_equals),
	cmocka_unit_test(mann_whitney_is_continuous_at_its_limit),
	cmocka_unit_test(median_has_the_interval_of_the_sign_test),
	cmocka_unit_test(too_few_values_have_no_interval),
};

GROUP(statistics, tests);
