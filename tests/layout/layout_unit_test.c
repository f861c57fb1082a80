// SPDX-License-Identifier: GPL-2.0
/*
 * mm/rmap_layout.c and linux/rmap_layout.h of hosts/7.3/layout.patch, on a machine that
 * checks what they promise: see machine.h and count.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "count.h"

enum { RANDOM_STEPS = 500, RANDOM_SETS = 100 };

static int start(void **state)
{
	(void)state;
	count_start();
	return 0;
}

/* When it returns 0, no first mapping gets the other layout. */
static void set(enum rmap_layout layout)
{
	assert_int_equal(rmap_layout_set(layout), 0);
	assert_int_equal(rmap_layout_get(), layout);
	assert_false(machine_may_have_read(!layout));
}

/* ---- the choice ---------------------------------------------------------------- */
static void test_choose(void **state)
{
	(void)state;
	assert_int_equal(rmap_layout_get(), RMAP_LAYOUT_PAGE);
	set(RMAP_LAYOUT_PAGE);
	assert_false(rmap_layout_varies());
	set(RMAP_LAYOUT_NONE);
	assert_true(rmap_layout_varies());
	set(RMAP_LAYOUT_NONE);
	set(RMAP_LAYOUT_PAGE);
	assert_false(rmap_layout_varies());
	assert_null(machine.work);
	assert_int_equal(rmap_layout_set(NR_RMAP_LAYOUTS), -EINVAL);
	assert_int_equal(rmap_layout_get(), RMAP_LAYOUT_PAGE);
}

static void test_refused(void **state)
{
	(void)state;
	machine.refuses = true;
	assert_int_equal(rmap_layout_set(RMAP_LAYOUT_NONE), -EBUSY);
	assert_int_equal(rmap_layout_get(), RMAP_LAYOUT_PAGE);
	assert_false(rmap_layout_varies());
	/* Its mutex is free again. */
	set(RMAP_LAYOUT_PAGE);
	machine.refuses = false;
	set(RMAP_LAYOUT_NONE);
}

/* The key goes off by itself, when the last folio has gone, whoever it was. */
static void test_key(void **state)
{
	(void)state;
	set(RMAP_LAYOUT_NONE);
	machine.cpu = 1;
	count_add_ptes(3, 5);
	set(RMAP_LAYOUT_PAGE);
	assert_true(rmap_layout_varies());
	assert_non_null(machine.work);
	machine_run_work();
	assert_true(rmap_layout_varies());
	assert_non_null(machine.work);
	machine.cpu = 2;
	count_remove_all();
	assert_int_equal(rmap_layout_nr_none(), 0);
	machine_run_work();
	assert_false(rmap_layout_varies());
	assert_null(machine.work);
}

/* The work comes when none is chosen again: it has nothing to do. */
static void test_key_again(void **state)
{
	(void)state;
	set(RMAP_LAYOUT_NONE);
	count_add_ptes(0, 1);
	set(RMAP_LAYOUT_PAGE);
	set(RMAP_LAYOUT_NONE);
	count_remove_all();
	machine_run_work();
	assert_true(rmap_layout_varies());
	assert_null(machine.work);
}

/* An operation that has read none may map a folio after the choice is page. */
static void test_late(void **state)
{
	(void)state;
	set(RMAP_LAYOUT_NONE);
	machine.maps_late = true;
	set(RMAP_LAYOUT_PAGE);
	assert_int_equal(machine.late, 1);
	assert_int_equal(rmap_layout_nr_none(), 1);
	assert_true(rmap_layout_varies());
	machine.cpu = 2;
	this_cpu_dec(rmap_layout_none);
	machine_run_work();
	assert_false(rmap_layout_varies());
}

static void test_boot(void **state)
{
	char none[] = "none", page[] = "page", other[] = "total";

	(void)state;
	machine_setup(page);
	assert_false(rmap_layout_varies());
	machine_setup(other);
	assert_false(rmap_layout_varies());
	assert_int_equal(machine.warnings, 1);
	/* No operation is under way yet. */
	count_start();
	rmap_layout_chosen = RMAP_LAYOUT_PAGE;
	machine_setup(none);
	assert_int_equal(rmap_layout_get(), RMAP_LAYOUT_NONE);
	assert_true(rmap_layout_varies());
}

/* ---- what a folio has ------------------------------------------------------------ */
static void test_keeps(void **state)
{
	/* What is elsewhere the word of the MM IDs is that of another page. */
	struct folio small = { .small = true, ._mm_ids = ~0UL };

	(void)state;
	assert_true(folio_has_page_mapcounts(&count_folio));
	set(RMAP_LAYOUT_NONE);
	assert_true(folio_has_page_mapcounts(&small));
	count_add_entire(true);
	assert_false(folio_has_page_mapcounts(&count_folio));
	set(RMAP_LAYOUT_PAGE);
	count_add_ptes(0, FOLIO_PAGES);
	count_remove_entire();
	assert_true(count_is_none());
	assert_false(folio_has_page_mapcounts(&count_folio));
	count_remove_all();
	count_add_ptes(0, FOLIO_PAGES);
	assert_false(count_is_none());
	set(RMAP_LAYOUT_NONE);
	count_add_entire(true);
	assert_false(count_is_none());
	assert_true(folio_has_page_mapcounts(&count_folio));
	count_remove_all();
}

/* A new folio, which nobody else can map. */
static void test_new(void **state)
{
	(void)state;
	assert_true(folio_choose_layout(&count_folio));
	set(RMAP_LAYOUT_NONE);
	assert_false(folio_choose_layout(&count_folio));
	assert_int_equal(rmap_layout_nr_none(), 1);
	__folio_forget_layout(&count_folio);
	assert_int_equal(count_folio._mm_ids, 0);
	assert_int_equal(rmap_layout_nr_none(), 0);
	set(RMAP_LAYOUT_PAGE);
	set(RMAP_LAYOUT_NONE);
	assert_false(folio_choose_layout(&count_folio));
	set(RMAP_LAYOUT_PAGE);
	__folio_forget_layout(&count_folio);
	assert_true(folio_choose_layout(&count_folio));
	assert_int_equal(rmap_layout_nr_none(), 0);
}

static void count_in_layout(enum rmap_layout layout)
{
	/* The operations are those for layouts that vary. */
	set(RMAP_LAYOUT_NONE);
	rmap_layout_chosen = layout;
	count_add_ptes(0, FOLIO_PAGES);
	count_add_ptes(0, FOLIO_PAGES);
	count_remove_ptes(0, FOLIO_PAGES / 2);
	/* As many mappings as pages: any of them may be mapped. */
	count_remove_ptes(FOLIO_PAGES / 2, FOLIO_PAGES / 2);
	count_add_entire(true);
	count_add_entire(true);
	count_remove_ptes(4, 8);
	count_remove_entire();
	count_remove_entire();
	count_remove_ptes(0, 3);
	count_remove_all();
	count_add_entire(true);
	count_add_ptes(2, 1);
	count_remove_ptes(2, 1);
	count_remove_entire();
	count_add_entire(false);
	count_remove_entire();
	count_new(true, true);
	count_remove_all();
	count_new(false, true);
	count_dup_ptes(0, FOLIO_PAGES);
	count_remove_ptes(3, 7);
	count_remove_all();
}

static void test_count_page(void **state)
{
	(void)state;
	count_in_layout(RMAP_LAYOUT_PAGE);
}

static void test_count_none(void **state)
{
	(void)state;
	count_in_layout(RMAP_LAYOUT_NONE);
}

static void test_random(void **state)
{
	unsigned int seed = 1;
	int i, j;

	(void)state;
	/* The operations are those for layouts that vary. */
	set(RMAP_LAYOUT_NONE);
	for (i = 0; i < RANDOM_SETS; i++) {
		rmap_layout_chosen = rand_r(&seed) % NR_RMAP_LAYOUTS;
		for (j = 0; j < RANDOM_STEPS; j++)
			count_random(&seed);
	}
}

#define TEST(name, fn)	{ name, fn, start, NULL, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("choose", test_choose),
		TEST("refused", test_refused),
		TEST("key", test_key),
		TEST("key-again", test_key_again),
		TEST("late", test_late),
		TEST("boot", test_boot),
		TEST("keeps", test_keeps),
		TEST("new", test_new),
		TEST("count-page", test_count_page),
		TEST("count-none", test_count_none),
		TEST("random", test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
