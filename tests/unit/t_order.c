// SPDX-License-Identifier: GPL-2.0
/*
 * The order in which the counters change. The test looks at all of them between
 * any two steps of an operation: the _large_mapcount of a folio that is not
 * hugetlb never exceeds the sum of its pages' counts and its PMD mappings. An
 * operation therefore lowers _large_mapcount first and raises it last, see
 * module/impl_sole.h. While layouts vary, it is the reverse: nothing that belongs
 * to a layout may change while _large_mapcount says that the folio is not mapped,
 * see module/impl_layout.h. Of a new folio, which nobody else sees, it may.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cases.h"
#include "expect.h"
#include "step.h"

static struct model watched;

static void look(void)
{
	struct folio *folio = watched.folio;
	const int large = atomic_read(&folio->_large_mapcount) + 1;
	int sum = atomic_read(&folio->_entire_mapcount) + 1;

	for (int i = 0; i < watched.nr_pages; i++)
		sum += atomic_read(&folio_page(folio, i)->_mapcount) + 1;
	if (shim_layouts_vary) {
		if (!large && (sum || atomic_read(&folio->_nr_pages_mapped)) &&
		    !watched.why[0])
			model_wrong(&watched, "_large_mapcount is 0, the pages have %d mappings, and _nr_pages_mapped is %#x",
				    sum, atomic_read(&folio->_nr_pages_mapped));
		return;
	}
	if (large > sum && !watched.why[0])
		model_wrong(&watched, "%d mappings, of which the pages have %d",
			    large, sum);
}

static void watched_step(struct step step, int impl)
{
	enum step_result result;

	step.impl = impl;
	step.impl2 = impl;
	kernel_watch = shim_layouts_vary && step.kind == STEP_NEW ? NULL : look;
	result = step_apply(&watched, &step);
	kernel_watch = NULL;
	if (result == STEP_DONE && !watched.why[0])
		return;
	step_print(&watched, &step, stderr);
	fail_msg("%s, order %d: %s", mem_kind_texts[watched.kind], watched.order,
		 result == STEP_NOT ? "a step that makes no sense" : watched.why);
}

#define WATCHED(kind_, ...) \
	watched_step((struct step) { .kind = STEP_##kind_, __VA_ARGS__ }, impl)

static void map_and_unmap(int impl)
{
	const int nr = watched.nr_pages, half = nr / 2;

	if (mem_is_file(watched.kind))
		WATCHED(MAP, .count = nr);
	else
		WATCHED(NEW);
	if (watched.pmd[0]) {
		WATCHED(FORK_PMD, .other = 2);
		WATCHED(ZAP_PMD, .mm = 2);
		WATCHED(SPLIT_PMD);
	}
	WATCHED(FORK, .other = 1, .count = half);
	WATCHED(FORK, .other = 1, .first = half, .count = 1);
	WATCHED(FORK, .mm = 1, .other = 2, .count = 1);
	WATCHED(ZAP, .count = nr);
	WATCHED(ZAP, .mm = 1, .first = half, .count = 1);
	WATCHED(ZAP, .mm = 1, .count = half);
	WATCHED(ZAP, .mm = 2, .count = 1);
}

static void test_order(void **state)
{
	static const int orders[] = { 2, 4, HPAGE_PMD_ORDER };
	static const enum mem_kind kinds[] = { MEM_ANON, MEM_SHMEM };
	const int impl = (long)*state;

	for (int layout = 0; layout < (EXPECT_LAYOUTS ? NR_CASE_LAYOUTS : 1); layout++) {
		case_use_layout(layout);
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++) {
				model_init(&watched, orders[o], kinds[k], 0);
				map_and_unmap(impl);
				model_exit(&watched);
			}
		}
	}
}

static int teardown(void **state)
{
	(void)state;
	case_use_layout(CASE_PAGE);
	if (watched.folio)
		model_exit(&watched);
	return 0;
}

void order_add(struct suite *suite)
{
	for (long impl = 0; impl < nr_impls; impl++) {
		char *name;

		if (asprintf(&name, "%s/order", impls[impl]->name) < 0)
			abort();
		suite_add(suite, name, test_order, teardown, (void *)impl);
	}
}
