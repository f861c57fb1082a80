// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "cli/opts.h"
#include "groups.h"

#define MAX_WORDS	8

static const char *taken_pfn;
static int nr_all;

static int take(int val, const char *arg)
{
	if (val == 'a')
		nr_all++;
	else
		taken_pfn = arg;
	return arg && arg[0] == '-' ? EXIT_USAGE : 0;
}

static const struct option own_options[] = {
	{ "pfn", required_argument, NULL, 'P' },
	{ "all", no_argument, NULL, 'a' },
	{ }
};

static const struct noun noun = {
	.name = "noun",
	.options = own_options,
	.option = take,
};

/* The complaints go elsewhere: they would look like the tests' own. */
static int scan(struct opts *opts, const struct noun *known, char **words)
{
	FILE *saved = stderr;
	int nr = 0, ret;

	taken_pfn = NULL;
	nr_all = 0;
	while (words[nr])
		nr++;
	*opts = (struct opts){ };
	stderr = fopen("/dev/null", "w");
	assert_non_null(stderr);
	ret = opts_scan(opts, known, nr, words);
	fclose(stderr);
	stderr = saved;
	return ret;
}

static void opts_reach_the_noun(void **state)
{
	char *words[MAX_WORDS] = { "noun", "x", "--pfn", "5", "--all", "-j" };
	struct opts opts;

	(void)state;
	assert_int_equal(scan(&opts, &noun, words), 0);
	assert_string_equal(taken_pfn, "5");
	assert_int_equal(nr_all, 1);
	assert_true(opts.json);
	assert_int_equal(optind, 5);
	assert_string_equal(words[optind], "x");
}

static void opts_of_the_noun_can_be_wrong(void **state)
{
	char *refused[MAX_WORDS] = { "noun", "--pfn=-1" };
	char *no_value[MAX_WORDS] = { "noun", "--pfn" };
	char *letter[MAX_WORDS] = { "noun", "-P", "5" };
	struct opts opts;

	(void)state;
	assert_int_equal(scan(&opts, &noun, refused), EXIT_USAGE);
	assert_int_equal(scan(&opts, &noun, no_value), EXIT_USAGE);
	assert_int_equal(scan(&opts, &noun, letter), EXIT_USAGE);
}

static void opts_before_the_noun_stop_there(void **state)
{
	char *words[MAX_WORDS] = { "rmapctl", "-p", "noun", "--pfn=5" };
	struct opts opts;

	(void)state;
	assert_int_equal(scan(&opts, NULL, words), 0);
	assert_true(opts.pretty && opts.json && !opts.timestamp);
	assert_int_equal(optind, 2);
	assert_null(taken_pfn);
}

static void opts_after_two_dashes_are_operands(void **state)
{
	char *words[MAX_WORDS] = { "noun", "--all", "--", "-j", "--pfn=5" };
	struct opts opts;

	(void)state;
	assert_int_equal(scan(&opts, &noun, words), 0);
	assert_false(opts.json);
	assert_int_equal(optind, 3);
	assert_null(taken_pfn);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(opts_reach_the_noun),
	cmocka_unit_test(opts_of_the_noun_can_be_wrong),
	cmocka_unit_test(opts_before_the_noun_stop_there),
	cmocka_unit_test(opts_after_two_dashes_are_operands),
};

GROUP(opts, tests);
