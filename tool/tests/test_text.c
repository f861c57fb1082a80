// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "cli/text.h"
#include "groups.h"

static void check_put(const char *s, const char *shown)
{
	char *got;
	size_t size;
	FILE *to = open_memstream(&got, &size);

	text_put(to, s);
	fclose(to);
	assert_string_equal(got, shown);
	free(got);
}

static void text_shows_only_what_is_harmless(void **state)
{
	(void)state;
	check_put("plain ~text", "plain ~text");
	check_put("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	check_put("a\033[2Jb", "a\\x1b[2Jb");
	check_put("\x7f", "\\x7f");
	check_put("\xc2\x9b" "1m", "\\xc2\\x9b1m");
	check_put("\xc2\xa0", "\xc2\xa0");
	check_put("\xff" "a", "\\xffa");
}

static void text_replaces_what_is_not_utf8(void **state)
{
	static const struct {
		const char *from;
		const char *to;
	} cases[] = {
		{ "", "" },
		{ "e\xcc\x81\xed\x9f\xbf", "e\xcc\x81\xed\x9f\xbf" },
		{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
		{ "\x80", "\xef\xbf\xbd" },
		{ "\xc3", "\xef\xbf\xbd" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe0\x9f\xbf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf0\x8f\xbf\xbf",
		  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf4\x90\x80\x80",
		  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf5" "a", "\xef\xbf\xbd" "a" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *got = text_utf8(cases[i].from);

		assert_string_equal(got, cases[i].to);
		free(got);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(text_shows_only_what_is_harmless),
	cmocka_unit_test(text_replaces_what_is_not_utf8),
};

GROUP(text, tests);
