// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <unistd.h>

#include "noun.h"
#include "groups.h"

#define MAX_WORDS	8

static const char *taken_pfn;
static uint64_t taken_count;
static bool taken_all;

static int take_pfn(const struct opt *opt, const char *arg)
{
	*(const char **)opt->to = arg;
	return arg[0] == '-' ? EXIT_USAGE : 0;
}

static const struct opt own_options[] = {
	OPT_HEADING("A heading is no option"),
	OPT_CALL("pfn", "N", "a call", take_pfn, &taken_pfn, NULL),
	OPT_HEADING("Nor is the next"),
	OPT_FLAG("all", "a flag", &taken_all),
	OPT_NUMBER("count", "N", "a number", &taken_count, 2, 4),
	OPT_TEXT("json", "FILE", "hides the global one", &taken_pfn, NULL),
	{ }
};

static const struct noun noun = {
	.name = "noun",
	.options = own_options,
};

/* Sends complaints elsewhere, as they would look like those of the tests. */
static int scan(const struct noun *known, char **words)
{
	FILE *saved = stderr;
	int nr = 0, ret;

	taken_pfn = NULL;
	taken_all = false;
	taken_count = 0;
	opts_given = (struct opts){ };
	while (words[nr])
		nr++;
	stderr = fopen("/dev/null", "w");
	assert_non_null(stderr);
	ret = opts_scan(known, nr, words);
	fclose(stderr);
	stderr = saved;
	return ret;
}

static void opts_reach_the_noun(void **state)
{
	char *words[MAX_WORDS] = { "noun", "x", "--pfn", "5", "--all", "-j" };

	(void)state;
	assert_int_equal(scan(&noun, words), 0);
	assert_string_equal(taken_pfn, "5");
	assert_true(taken_all);
	assert_true(opts_given.json);
	assert_int_equal(optind, 5);
	assert_string_equal(words[optind], "x");
}

static void opts_of_the_noun_can_be_wrong(void **state)
{
	char *refused[MAX_WORDS] = { "noun", "--pfn=-1" };
	char *no_value[MAX_WORDS] = { "noun", "--pfn" };
	char *letter[MAX_WORDS] = { "noun", "-P", "5" };

	(void)state;
	assert_int_equal(scan(&noun, refused), EXIT_USAGE);
	assert_int_equal(scan(&noun, no_value), EXIT_USAGE);
	assert_int_equal(scan(&noun, letter), EXIT_USAGE);
}

static void opts_before_the_noun_stop_there(void **state)
{
	char *words[MAX_WORDS] = { "rmapctl", "-p", "noun", "--pfn=5" };

	(void)state;
	assert_int_equal(scan(NULL, words), 0);
	assert_true(opts_given.pretty && opts_given.json && !opts_given.timestamp);
	assert_int_equal(optind, 2);
	assert_null(taken_pfn);
}

static void opts_after_two_dashes_are_operands(void **state)
{
	char *words[MAX_WORDS] = { "noun", "--all", "--", "-j", "--pfn=5" };

	(void)state;
	assert_int_equal(scan(&noun, words), 0);
	assert_false(opts_given.json);
	assert_int_equal(optind, 3);
	assert_null(taken_pfn);
}

static void opts_take_numbers_in_their_limits(void **state)
{
	char *good[MAX_WORDS] = { "noun", "--count", "0x4" };
	char *low[MAX_WORDS] = { "noun", "--count=1" };
	char *high[MAX_WORDS] = { "noun", "--count=5" };
	char *word[MAX_WORDS] = { "noun", "--count=two" };

	(void)state;
	assert_int_equal(scan(&noun, good), 0);
	assert_int_equal(taken_count, 4);
	assert_int_equal(scan(&noun, low), EXIT_USAGE);
	assert_int_equal(scan(&noun, high), EXIT_USAGE);
	assert_int_equal(scan(&noun, word), EXIT_USAGE);
}

/* The global letter remains. A long option may be shortened. */
static void opts_of_the_noun_hide_global_ones(void **state)
{
	char *own[MAX_WORDS] = { "noun", "--js", "file", "x" };
	char *letter[MAX_WORDS] = { "noun", "-j" };

	(void)state;
	assert_int_equal(scan(&noun, own), 0);
	assert_string_equal(taken_pfn, "file");
	assert_false(opts_given.json);
	assert_int_equal(scan(&noun, letter), 0);
	assert_true(opts_given.json);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(opts_reach_the_noun),
	cmocka_unit_test(opts_of_the_noun_can_be_wrong),
	cmocka_unit_test(opts_before_the_noun_stop_there),
	cmocka_unit_test(opts_after_two_dashes_are_operands),
	cmocka_unit_test(opts_take_numbers_in_their_limits),
	cmocka_unit_test(opts_of_the_noun_hide_global_ones),
};

GROUP(opts, tests);
