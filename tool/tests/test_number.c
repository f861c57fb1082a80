// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/number.h"
#include "groups.h"

static void range_takes_decimal_and_hexadecimal_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} cases[] = {
		{ "0", 0 },
		{ "00", 0 },
		{ "010", 10 },
		{ "4096", 4096 },
		{ "0x10", 16 },
		{ "0XfF", 255 },
		{ "18446744073709551615", UINT64_MAX },
		{ "0xffffffffffffffff", UINT64_MAX },
	};
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(number_parse(cases[i].text, &value), 0);
		assert_true(value == cases[i].value);
	}
}

static void range_refuses_what_is_no_number(void **state)
{
	static const char *const none[] = {
		"", "-1", "+1", " 1", "1 ", "0x", "ff", "1.5", "0x-1", "x",
		"1K", "0x 1",
	};
	static const char *const large[] = {
		"18446744073709551616", "0x10000000000000000",
		"99999999999999999999999999",
	};
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_int_equal(number_parse(none[i], &value), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(large); i++)
		assert_int_equal(number_parse(large[i], &value), -ERANGE);
}

struct range_case {
	const char *text;
	uint64_t first;
	uint64_t last;
};

static void range_of_page_frames(void **state)
{
	static const struct range_case cases[] = {
		{ "7", 7, 7 },
		{ "0x10-0x1f", 16, 31 },
		{ "5-5", 5, 5 },
		{ "5+1", 5, 5 },
		{ "512+512", 512, 1023 },
		{ "9-", 9, UINT64_MAX },
		{ "0-0xffffffffffffffff", 0, UINT64_MAX },
		{ "1+0xffffffffffffffff", 1, UINT64_MAX },
	};
	struct range range;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(range_pages("--pfn", cases[i].text, &range),
				 0);
		assert_true(range.first == cases[i].first);
		assert_true(range.last == cases[i].last);
	}
}

/* The cases are for pages of 4 KiB. */
static void range_of_bytes_is_whole_pages(void **state)
{
	static const struct range_case cases[] = {
		{ "0", 0, 0xfff },
		{ "0x1234", 0x1000, 0x1fff },
		{ "0x1000-0x2000", 0x1000, 0x1fff },
		{ "0x1000-0x2001", 0x1000, 0x2fff },
		{ "4K+4k", 0x1000, 0x1fff },
		{ "2M+1", 0x200000, 0x200fff },
		{ "1G-", 0x40000000, UINT64_MAX },
		{ "16383T-0xffffffffffffffff", 0x3fff0000000000, UINT64_MAX },
	};
	struct range range;

	(void)state;
	if (sysconf(_SC_PAGESIZE) != 4096)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(range_bytes("--addr", cases[i].text, &range),
				 0);
		assert_true(range.first == cases[i].first);
		assert_true(range.last == cases[i].last);
	}
}

/* The messages go to stderr, where the tests of rmapctl check them. */
static void range_refuses_nonsense(void **state)
{
	static const char *const bad[] = {
		"", "-", "-5", "a", "9-3", "5+0", "5--6", "5-6-7", "5 - 6",
		"0x10000000000000000", "1-0x10000000000000000", "5+", "5,6",
		"2+0xffffffffffffffff",
	};
	static const char *const bad_bytes[] = {
		"5-5", "1X", "1KK", "0xffffffffffffffffK", "16777216T",
	};
	struct range range;
	FILE *kept = stderr;

	(void)state;
	stderr = fopen("/dev/null", "w");
	assert_non_null(stderr);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(range_pages("--pfn", bad[i], &range), 1);
		assert_int_equal(range_bytes("--addr", bad[i], &range), 1);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad_bytes); i++)
		assert_int_equal(range_bytes("--addr", bad_bytes[i], &range),
				 1);
	fclose(stderr);
	stderr = kept;
}

static void decimal_takes_only_plain_numbers(void **state)
{
	static const char *const bad[] = {
		"", " 1", "1 ", "+1", "-1", "007", "1x", "0x1", "1.0",
		"18446744073709551616",
	};
	uint64_t value;

	(void)state;
	assert_true(number_decimal("0", &value));
	assert_int_equal(value, 0);
	assert_true(number_decimal("18446744073709551615", &value));
	assert_true(value == UINT64_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(number_decimal(bad[i], &value));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(decimal_takes_only_plain_numbers),
	cmocka_unit_test(range_takes_decimal_and_hexadecimal_numbers),
	cmocka_unit_test(range_refuses_what_is_no_number),
	cmocka_unit_test(range_of_page_frames),
	cmocka_unit_test(range_of_bytes_is_whole_pages),
	cmocka_unit_test(range_refuses_nonsense),
};

GROUP(number, tests);
