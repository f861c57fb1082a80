// SPDX-License-Identifier: GPL-2.0
#include "tests.h"

#include "blocks.h"
#include "decode.h"
#include "lines.h"

#define CODE(...)	{ sizeof((uint8_t[]){ __VA_ARGS__ }), { __VA_ARGS__ } }

struct code {
	size_t size;
	uint8_t bytes[DECODE_MAX];
};

static void check_all(const struct code *codes, size_t nr, enum decode_kind kind)
{
	for (size_t i = 0; i < nr; i++)
		if (decode(codes[i].bytes, codes[i].size) != kind)
			fail_msg("number %zu is taken for %d", i,
				 decode(codes[i].bytes, codes[i].size));
}

#define CHECK_ALL(codes, kind) \
	check_all(codes, sizeof(codes) / sizeof(*(codes)), kind)

static void locked_instructions_are_found(void **state)
{
	static const struct code codes[] = {
		CODE(0xf0, 0xff, 0x00),			/* lock incl (%rax) */
		CODE(0xf0, 0x48, 0x0f, 0xc1, 0x07),	/* lock xadd %rax,(%rdi) */
		CODE(0x2e, 0xf0, 0x83, 0x07, 0xff),	/* prefix before it */
		CODE(0x48, 0x87, 0x07),			/* xchg %rax,(%rdi) */
		CODE(0x86, 0x07),			/* xchg %al,(%rdi) */
	};

	(void)state;
	CHECK_ALL(codes, DECODE_LOCKED);
}

static void repeated_instructions_are_found(void **state)
{
	static const struct code codes[] = {
		CODE(0xf3, 0x48, 0xab),			/* rep stos */
		CODE(0xf3, 0xa4),			/* rep movsb */
		CODE(0xf2, 0xae),			/* repne scas */
	};

	(void)state;
	CHECK_ALL(codes, DECODE_REPEATED);
}

static void markers_are_found(void **state)
{
	static const struct code begin[] = {
		CODE(0x0f, 0x1f, 0x84, 0x00, 0x00, 0x62, 0x61, 0x72),
	};
	static const struct code end[] = {
		CODE(0x0f, 0x1f, 0x84, 0x00, 0x01, 0x62, 0x61, 0x72),
	};

	(void)state;
	CHECK_ALL(begin, DECODE_BEGIN);
	CHECK_ALL(end, DECODE_END);
}

static void others_are_plain(void **state)
{
	static const struct code codes[] = {
		CODE(0x90),				/* nop */
		CODE(0xff, 0x00),			/* incl (%rax), no lock */
		CODE(0x48, 0x87, 0xc3),			/* xchg of registers */
		CODE(0xf3, 0xc3),			/* rep ret */
		CODE(0xf3, 0x90),			/* pause */
		CODE(0xab),				/* stos, once */
		CODE(0x0f, 0x1f, 0x84, 0x00, 0, 0, 0, 0), /* a compiler's nop */
		CODE(0x66, 0x0f, 0x1f, 0x84, 0x00, 0, 0x62, 0x61, 0x72),
		CODE(0xf0),				/* cut off */
	};

	(void)state;
	CHECK_ALL(codes, DECODE_PLAIN);
}

/* Touches more lines than the set has room for at first. */
static void lines_are_counted_once(void **state)
{
	(void)state;
	for (int region = 0; region < 2; region++) {
		lines_clear();
		for (uint64_t i = 0; i < 1500000; i++) {
			lines_add(i * 3);
			lines_add(i / 2 * 3);
			assert_int_equal(lines_add(i * 3)->number, i * 3);
		}
		assert_int_equal(lines_nr(), 1500000);
	}
}

static void check_text(const char *path, const char *want)
{
	char text[256] = "";
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, want);
}

/* The same block translated twice; two that differ; one in a later region. */
static void blocks_add_up(void **state)
{
	char path[] = "/tmp/plugin_test.XXXXXX";
	struct block *block;

	(void)state;
	close(mkstemp(path));
	assert_int_equal(blocks_open(path), 0);
	block = blocks_find(0xffffffff81000000, 7, 1);
	assert_ptr_equal(blocks_find(0xffffffff81000000, 7, 1), block);
	assert_ptr_not_equal(blocks_find(0xffffffff81000000, 3, 1), block);
	for (int i = 0; i < 1000; i++)
		blocks_ran(block);
	blocks_end(1);
	blocks_ran(block);
	blocks_ran(blocks_find(0x401000, 2, 0));
	blocks_end(2);
	blocks_end(3);
	check_text(path, "region 1\nffffffff81000000 7000 1000\n"
		   "region 2\n401000 2 0\nffffffff81000000 7 1\nregion 3\n");
	unlink(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(locked_instructions_are_found),
		cmocka_unit_test(repeated_instructions_are_found),
		cmocka_unit_test(markers_are_found),
		cmocka_unit_test(others_are_plain),
		cmocka_unit_test(lines_are_counted_once),
		cmocka_unit_test(blocks_add_up),
		cmocka_unit_test(caches_follow_a_trace),
		cmocka_unit_test(caches_agree_with_a_list),
		cmocka_unit_test(caches_are_emptied),
		cmocka_unit_test(wrong_sizes_are_refused),
		cmocka_unit_test(lines_move_between_cpus),
		cmocka_unit_test(directory_agrees_with_mesi),
		cmocka_unit_test(cpus_take_turns),
		cmocka_unit_test(nobody_waits_for_a_sleeper),
		cmocka_unit_test(waiting_has_an_end),
		cmocka_unit_test(a_region_begins_anew),
	};

	return cmocka_run_group_tests_name("plugin", tests, NULL, NULL);
}
