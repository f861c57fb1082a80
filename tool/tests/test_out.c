// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/out.h"
#include "groups.h"

struct specimen {
	const char *name;
	uint64_t size;
	bool good;
	struct out_list words;
	struct out_pairs more;
};

static const struct out_field fields[] = {
	{ "name", "a name", NULL, "what it is", OUT_STR,
	  offsetof(struct specimen, name) },
	{ "size", "size", "kB", NULL, OUT_U64, offsetof(struct specimen, size) },
	{ "good", "good", NULL, NULL, OUT_BOOL, offsetof(struct specimen, good) },
	{ "words", "words", NULL, NULL, OUT_LIST,
	  offsetof(struct specimen, words) },
	{ NULL, NULL, NULL, NULL, OUT_PAIRS, offsetof(struct specimen, more) },
};

static const struct out_desc block = { fields, 5, NULL, NULL };
static const struct out_desc line = { fields, 5, "<{name}: {size}> {words}.",
				      NULL };

static char *words[] = { "one", "t\"o" };
static struct out_pair pairs[] = {
	{ "longer_than_all", "7" }, { "x", "-7" },
};

static const struct specimen full = {
	"n\xff/m", UINT64_MAX, true, { words, 2 }, { pairs, 2 },
};
static const struct specimen empty = { .name = "" };

#define FULL_JSON							\
	"{\"name\":\"n\xef\xbf\xbd/m\",\"size\":18446744073709551615,"	\
	"\"good\":true,\"words\":[\"one\",\"t\\\"o\"],"			\
	"\"longer_than_all\":7,\"x\":\"-7\"}"
#define EMPTY_JSON "{\"name\":\"\",\"size\":0,\"good\":false,\"words\":[]}"

/* Prints @full and @empty, or neither. */
static void check_out(struct out out, const struct out_desc *desc,
		      bool records, const char *expected)
{
	char *got;
	size_t size;

	out.to = open_memstream(&got, &size);
	if (records) {
		out_record(&out, desc, &full);
		out_record(&out, desc, &empty);
	}
	assert_int_equal(out_end(&out), 0);
	fclose(out.to);
	assert_string_equal(got, expected);
	free(got);
}

static void out_json_is_an_array(void **state)
{
	(void)state;
	check_out((struct out){ .json = true }, &block, true,
		  "[" FULL_JSON "," EMPTY_JSON "]\n");
	check_out((struct out){ .json = true }, &block, false, "[]\n");
}

static void out_json_does_not_depend_on_the_text_form(void **state)
{
	(void)state;
	check_out((struct out){ .json = true }, &line, true,
		  "[" FULL_JSON "," EMPTY_JSON "]\n");
}

static void out_json_stream_is_one_object_a_line(void **state)
{
	(void)state;
	check_out((struct out){ .json = true, .stream = true }, &block, true,
		  FULL_JSON "\n" EMPTY_JSON "\n");
	check_out((struct out){ .json = true, .stream = true }, &block, false,
		  "");
}

static void out_pretty_is_indented(void **state)
{
	static const struct out_desc names = { fields, 2, NULL, NULL };

	(void)state;
	check_out((struct out){ .json = true, .pretty = true }, &names, true,
		  "[\n"
		   "  {\n"
		   "    \"name\": \"n\xef\xbf\xbd/m\",\n"
		   "    \"size\": 18446744073709551615\n"
		   "  },\n"
		   "  {\n"
		   "    \"name\": \"\",\n"
		   "    \"size\": 0\n"
		   "  }\n"
		   "]\n");
	check_out((struct out){ .json = true, .pretty = true }, &names, false,
		  "[]\n");
}

static void out_text_is_a_block_each(void **state)
{
	(void)state;
	check_out((struct out){ }, &block, true,
		  "a name           n\\xff/m\n"
		   "size             18446744073709551615 kB\n"
		   "good             yes\n"
		   "words            one t\"o\n"
		   "longer_than_all  7\n"
		   "x                -7\n"
		   "\n"
		   "a name  -\n"
		   "size    0 kB\n"
		   "good    no\n"
		   "words   -\n");
}

static void out_text_is_a_line_each(void **state)
{
	(void)state;
	check_out((struct out){ }, &line, true,
		  "<n\\xff/m: 18446744073709551615 kB> one t\"o.\n"
		   "<-: 0 kB> -.\n");
}

static void out_stream_is_flushed(void **state)
{
	struct out out = { .stream = true };
	char *got;
	size_t size;

	(void)state;
	out.to = open_memstream(&got, &size);
	out_record(&out, &line, &empty);
	assert_string_equal(got, "<-: 0 kB> -.\n");
	fclose(out.to);
	free(got);
}

static void out_reports_a_full_disk(void **state)
{
	struct out out = { .json = true };

	(void)state;
	out.to = fopen("/dev/full", "w");
	out_record(&out, &block, &full);
	assert_int_equal(out_end(&out), -ENOSPC);
	fclose(out.to);
}

/* stdio forgets why an earlier flush failed. */
static void out_reports_a_disk_that_was_full(void **state)
{
	struct out out = { .json = true };

	(void)state;
	out.to = fopen("/dev/full", "w");
	setvbuf(out.to, NULL, _IONBF, 0);
	out_record(&out, &block, &full);
	assert_true(out_end(&out) < 0);
	fclose(out.to);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(out_json_is_an_array),
	cmocka_unit_test(out_json_does_not_depend_on_the_text_form),
	cmocka_unit_test(out_json_stream_is_one_object_a_line),
	cmocka_unit_test(out_pretty_is_indented),
	cmocka_unit_test(out_text_is_a_block_each),
	cmocka_unit_test(out_text_is_a_line_each),
	cmocka_unit_test(out_stream_is_flushed),
	cmocka_unit_test(out_reports_a_full_disk),
	cmocka_unit_test(out_reports_a_disk_that_was_full),
};

GROUP(out, tests);
