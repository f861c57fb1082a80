/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CASES_H
#define CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel.h"

/*
 * Each group adds its tests by one of these. A test's state is the index of the
 * implementation.
 */
struct suite {
	struct CMUnitTest *tests;
	size_t nr;
};

void suite_add(struct suite *suite, const char *name, CMUnitTestFunction fn,
	       CMFixtureFunction teardown, void *state);

void cases_add(struct suite *suite);
void checks_add(struct suite *suite);
void paths_add(struct suite *suite);
void order_add(struct suite *suite);
void property_add(struct suite *suite);
void tally_add(struct suite *suite);

/* What a kernel with layouts may do: each test runs with each of them. */
enum case_layout {
	CASE_PAGE,		/* all folios have page mapcounts */
	CASE_PAGE_VARYING,	/* this one has, others may have none */
	CASE_NONE,		/* this one has none */
	NR_CASE_LAYOUTS
};

static inline void case_use_layout(enum case_layout layout)
{
	shim_layouts_vary = layout != CASE_PAGE;
	shim_layout_none = layout == CASE_NONE;
}

#endif
