// SPDX-License-Identifier: GPL-2.0
/*
 * Short scripts of steps try each operation, granularity and folio size at its
 * boundaries. After every step everything is compared with the model.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cases.h"
#include "expect.h"
#include "step.h"

/* A script runs under one implementation, on a folio of one kind and size. */
struct script {
	struct model model;
	int impl;
};

static enum step_result play(struct script *sc, struct step step)
{
	enum step_result result;

	step.impl = sc->impl;
	step.impl2 = sc->impl;
	result = step_apply(&sc->model, &step);
	if (result == STEP_DONE)
		return result;
	step_print(&sc->model, &step, stderr);
	if (result == STEP_WRONG)
		fail_msg("%s, order %d: %s", mem_kind_texts[sc->model.kind],
			 sc->model.order, sc->model.why);
	fail_msg("%s, order %d: the script has a step that makes no sense",
		 mem_kind_texts[sc->model.kind], sc->model.order);
	return result;
}

#define PLAY(sc, kind_, ...) \
	play(sc, (struct step) { .kind = STEP_##kind_, __VA_ARGS__ })

static int nr_pages(struct script *sc)
{
	return sc->model.nr_pages;
}

/* Maps the whole folio in mm 0, by the operation that makes the first mapping. */
static void map_all(struct script *sc)
{
	const enum mem_kind kind = sc->model.kind;
	const int nr = nr_pages(sc);

	if (kind == MEM_HUGETLB_FILE)
		PLAY(sc, MAP_PMD);
	else if (mem_is_file(kind) || kind == MEM_KSM)
		PLAY(sc, MAP, .count = nr);
	else
		PLAY(sc, NEW);
	if (sc->model.pmd[0] && !mem_is_hugetlb(kind))
		PLAY(sc, SPLIT_PMD);
}

/* ---- PTE mappings ------------------------------------------------------------ */

static void whole(struct script *sc)
{
	const int nr = nr_pages(sc);

	map_all(sc);
	PLAY(sc, FORK, .other = 1, .count = nr);
	PLAY(sc, FORK, .mm = 1, .other = 2, .count = nr);
	PLAY(sc, ZAP, .mm = 1, .count = nr);
	PLAY(sc, ZAP, .mm = 0, .count = nr);
	PLAY(sc, ZAP, .mm = 2, .count = nr);
}

static void each_page(struct script *sc)
{
	map_all(sc);
	for (int i = 0; i < nr_pages(sc); i++)
		PLAY(sc, FORK, .other = 1, .first = i, .count = 1);
	for (int i = nr_pages(sc) - 1; i >= 0; i--)
		PLAY(sc, ZAP, .mm = 1, .first = i, .count = 1);
	for (int i = 0; i < nr_pages(sc); i++)
		PLAY(sc, ZAP, .first = i, .count = 1);
}

/* The ranges begin at the first page, or end at the last, or do neither. */
static void boundaries(struct script *sc)
{
	const int nr = nr_pages(sc), half = nr / 2;

	map_all(sc);
	PLAY(sc, FORK, .other = 1, .count = 1);
	PLAY(sc, FORK, .other = 1, .first = nr - 1, .count = 1);
	PLAY(sc, FORK, .other = 1, .first = 1, .count = nr - 2);
	PLAY(sc, ZAP, .first = 0, .count = half);
	PLAY(sc, ZAP, .mm = 1, .first = half, .count = nr - half);
	PLAY(sc, ZAP, .mm = 1, .first = 0, .count = half);
	PLAY(sc, ZAP, .first = half, .count = nr - half - 1);
	PLAY(sc, ZAP, .first = nr - 1, .count = 1);
}

/* The references of what was unmapped first stay until the flush. */
static void segments(struct script *sc)
{
	const int nr = nr_pages(sc);

	map_all(sc);
	PLAY(sc, FORK, .other = 1, .count = nr / 2);
	PLAY(sc, ZAP, .count = nr / 4, .flag = true);
	PLAY(sc, ZAP, .first = nr / 4, .count = nr - nr / 4, .flag = true);
	PLAY(sc, FLUSH);
	PLAY(sc, ZAP, .mm = 1, .count = nr / 2);
}

static void mlocked(struct script *sc)
{
	const int nr = nr_pages(sc);

	map_all(sc);
	PLAY(sc, FORK, .other = 1, .count = nr);
	PLAY(sc, ZAP, .count = nr);
	PLAY(sc, ZAP, .mm = 1, .count = nr);
}

/* No call maps the whole of a large folio. */
static void mlocked_partly(struct script *sc)
{
	const int nr = nr_pages(sc), half = nr / 2;

	PLAY(sc, MAP, .count = half);
	PLAY(sc, MAP, .first = half, .count = nr - half);
	PLAY(sc, ZAP, .count = 1);
	PLAY(sc, MAP, .count = 1);
	PLAY(sc, ZAP, .count = nr);
}

/* ---- anon --------------------------------------------------------------------- */

static void pinned(struct script *sc)
{
	const int nr = nr_pages(sc);

	map_all(sc);
	PLAY(sc, PIN);
	PLAY(sc, FORK, .other = 1, .count = nr);
	if (sc->model.kind != MEM_DEVICE)
		assert_false(sc->model.pte[1][0]);
	PLAY(sc, UNPIN);
	if (sc->model.kind != MEM_DEVICE)
		PLAY(sc, FORK, .other = 1, .count = nr);
	/* The page is shared already, so fork does not care about the pin. */
	PLAY(sc, PIN);
	PLAY(sc, FORK, .other = 2, .count = nr);
	PLAY(sc, UNPIN);
	for (int mm = 0; mm < MODEL_MMS; mm++)
		PLAY(sc, ZAP, .mm = mm, .count = nr);
}

/* A pinned folio has one exclusive page: fork must not change anything of it. */
static void pinned_last(struct script *sc)
{
	const int nr = nr_pages(sc);

	map_all(sc);
	PLAY(sc, FORK, .other = 1, .count = nr - 1);
	PLAY(sc, ZAP, .mm = 1, .count = nr - 1);
	PLAY(sc, PIN, .first = nr - 1);
	PLAY(sc, FORK, .other = 1, .count = nr);
	PLAY(sc, UNPIN, .first = nr - 1);
	PLAY(sc, ZAP, .mm = sc->model.pte[1][0], .count = nr);
}

static void swap(struct script *sc)
{
	const int nr = nr_pages(sc), half = nr > 1 ? nr / 2 : 1;

	map_all(sc);
	PLAY(sc, OUT, .count = nr);
	PLAY(sc, IN, .count = half, .flag = true);
	if (half < nr)
		PLAY(sc, IN, .first = half, .count = nr - half, .flag = true);
	PLAY(sc, PIN);
	PLAY(sc, OUT, .count = nr);
	PLAY(sc, UNPIN);
	if (sc->model.kind == MEM_DEVICE)	/* it cannot be pinned */
		PLAY(sc, IN, .count = nr);
	PLAY(sc, ZAP, .count = nr);
}

static void swap_shared(struct script *sc)
{
	const int nr = nr_pages(sc);

	map_all(sc);
	PLAY(sc, FORK, .other = 1, .count = nr);
	PLAY(sc, OUT, .mm = 0, .count = nr);
	PLAY(sc, ZAP, .mm = 1, .count = nr);
	PLAY(sc, IN, .mm = 0, .count = nr, .flag = true);
	PLAY(sc, ZAP, .mm = 0, .count = nr);
}

static void device_exclusive(struct script *sc)
{
	const int nr = nr_pages(sc);

	map_all(sc);
	PLAY(sc, DEVICE, .first = nr - 1);
	PLAY(sc, IN, .first = nr - 1, .count = 1);
	PLAY(sc, FORK, .other = 1, .count = nr);
	PLAY(sc, ZAP, .mm = 0, .count = nr);
	PLAY(sc, ZAP, .mm = 1, .count = nr);
}

static void not_exclusive(struct script *sc)
{
	const int nr = nr_pages(sc);

	PLAY(sc, NEW, .flag = true);
	if (sc->model.pmd[0])
		PLAY(sc, SPLIT_PMD);
	PLAY(sc, FORK, .other = 1, .count = nr);
	PLAY(sc, ZAP, .count = nr);
	PLAY(sc, ZAP, .mm = 1, .count = nr);
}

/* ---- PMD mappings --------------------------------------------------------------- */

static void pmd(struct script *sc)
{
	if (mem_is_file(sc->model.kind))
		PLAY(sc, MAP_PMD);
	else
		PLAY(sc, NEW);
	PLAY(sc, FORK_PMD, .other = 1);
	PLAY(sc, FORK_PMD, .mm = 1, .other = 2);
	PLAY(sc, ZAP_PMD, .mm = 1);
	PLAY(sc, ZAP_PMD, .mm = 0);
	PLAY(sc, ZAP_PMD, .mm = 2);
}

static void pmd_migrated(struct script *sc)
{
	PLAY(sc, NEW);
	PLAY(sc, OUT_PMD);
	PLAY(sc, IN_PMD);
	PLAY(sc, DROP_SWAP);
	PLAY(sc, FORK_PMD, .other = 1);
	PLAY(sc, OUT_PMD);
	PLAY(sc, IN_PMD);
	PLAY(sc, ZAP_PMD, .mm = 0);
	PLAY(sc, PIN, .mm = 1);
	PLAY(sc, FORK_PMD, .mm = 1, .other = 2);
	PLAY(sc, OUT_PMD, .mm = 1);
	PLAY(sc, UNPIN, .mm = 1);
	PLAY(sc, IN_PMD, .mm = 1);
	PLAY(sc, ZAP_PMD, .mm = 1);
}

static void pmd_pinned(struct script *sc)
{
	PLAY(sc, NEW);
	PLAY(sc, PIN);
	PLAY(sc, FORK_PMD, .other = 1);
	if (sc->model.kind != MEM_DEVICE)
		assert_false(sc->model.pmd[1]);
	PLAY(sc, OUT_PMD);
	if (sc->model.pmd_entry[0])
		PLAY(sc, IN_PMD);
	PLAY(sc, UNPIN);
	PLAY(sc, ZAP_PMD);
}

/* One process maps the folio by a PMD, the other by PTEs, some of which go first. */
static void pmd_and_ptes(struct script *sc)
{
	const int nr = nr_pages(sc);

	if (mem_is_file(sc->model.kind))
		PLAY(sc, MAP_PMD);
	else
		PLAY(sc, NEW);
	if (mem_is_file(sc->model.kind)) {
		PLAY(sc, MAP, .mm = 1, .count = nr);
	} else {
		PLAY(sc, FORK_PMD, .other = 1);
		PLAY(sc, SPLIT_PMD, .mm = 1);
	}
	PLAY(sc, ZAP, .mm = 1, .count = 1);
	PLAY(sc, ZAP, .mm = 1, .first = nr - 1, .count = 1);
	/* From here on, two pages are not mapped any more. */
	PLAY(sc, ZAP_PMD);
	PLAY(sc, FORK, .mm = 1, .other = 0, .first = 1, .count = nr - 2);
	PLAY(sc, ZAP, .mm = 1, .first = 1, .count = nr - 2);
	PLAY(sc, ZAP, .mm = 0, .first = 1, .count = nr - 2);
}

static void split_each(struct script *sc)
{
	const int nr = nr_pages(sc);

	PLAY(sc, NEW);
	PLAY(sc, GET);
	PLAY(sc, FORK_PMD, .other = 1);
	PLAY(sc, SPLIT_PMD);
	PLAY(sc, SPLIT_PMD, .mm = 1);
	PLAY(sc, PUT);
	PLAY(sc, ZAP, .mm = 1, .count = nr);
	PLAY(sc, ZAP, .mm = 0, .count = nr);
}

/*
 * Two processes at most map the folio, each some of it at times: the kernel knows
 * exactly whose it is. If it knows MM IDs, a write fault may then have the page.
 */
static void owners(struct script *sc)
{
	const int nr = nr_pages(sc), half = nr / 2;

	map_all(sc);
	PLAY(sc, FORK, .other = 1, .count = half);
	PLAY(sc, ZAP, .count = nr);
	PLAY(sc, FORK, .mm = 1, .other = 2, .count = 1);
	PLAY(sc, ZAP, .mm = 2, .count = 1);
	if (EXPECT_MM_IDS && half > 1)
		PLAY(sc, REUSE_PART, .mm = 1, .first = 1);
	PLAY(sc, FORK, .mm = 1, .other = 0, .count = half);
	PLAY(sc, ZAP, .mm = 1, .count = 1);
	PLAY(sc, ZAP, .mm = 1, .first = 1, .count = half - 1);
	if (EXPECT_MM_IDS && half > 1)
		PLAY(sc, REUSE_PART, .first = half - 1);
	PLAY(sc, GET);
	PLAY(sc, FORK, .other = 1, .count = half);
	PLAY(sc, ZAP, .count = half);
	PLAY(sc, PUT);
	PLAY(sc, ZAP, .mm = 1, .count = half);
}

/* Of three processes, one has no slot; it must not be forgotten. */
static void three_owners(struct script *sc)
{
	const int nr = nr_pages(sc), half = nr / 2;

	map_all(sc);
	PLAY(sc, FORK, .other = 1, .count = nr);
	PLAY(sc, FORK, .mm = 1, .other = 2, .count = nr);
	PLAY(sc, ZAP, .mm = 0, .count = nr);
	PLAY(sc, ZAP, .mm = 1, .count = 1);
	PLAY(sc, ZAP, .mm = 1, .first = 1, .count = nr - 1);
	/* The last one is alone, and unknown. Its child gets a slot. */
	PLAY(sc, FORK, .mm = 2, .other = 1, .count = nr);
	PLAY(sc, ZAP, .mm = 2, .count = nr);
	PLAY(sc, ZAP, .mm = 1, .count = nr);

	/* Now the third one gets a slot halfway, which knows half of what it unmaps. */
	map_all(sc);
	PLAY(sc, FORK, .other = 1, .count = nr);
	PLAY(sc, FORK, .mm = 1, .other = 2, .count = half);
	PLAY(sc, ZAP, .mm = 0, .count = nr);
	PLAY(sc, FORK, .mm = 1, .other = 2, .first = half, .count = nr - half);
	PLAY(sc, ZAP, .mm = 1, .count = nr);
	PLAY(sc, ZAP, .mm = 2, .count = nr);
}

/* The same by PMD, and who is alone PTE-maps it. */
static void three_pmd_owners(struct script *sc)
{
	const int nr = nr_pages(sc);

	PLAY(sc, NEW);
	PLAY(sc, FORK_PMD, .other = 1);
	PLAY(sc, FORK_PMD, .mm = 1, .other = 2);
	PLAY(sc, ZAP_PMD, .mm = 1);
	PLAY(sc, ZAP_PMD, .mm = 0);
	PLAY(sc, REUSE, .mm = 2);
	PLAY(sc, SPLIT_PMD, .mm = 2);
	PLAY(sc, FORK, .mm = 2, .other = 0, .count = nr);
	PLAY(sc, ZAP, .mm = 2, .count = nr);
	PLAY(sc, ZAP, .mm = 0, .count = nr);
}

/* Whatever the next first mapping gets, a mapped folio keeps what it has. */
static void layouts(struct script *sc)
{
	const int nr = nr_pages(sc), half = nr / 2;

	if (!EXPECT_LAYOUTS || !shim_layouts_vary)
		return;
	for (int i = 0; i < 3; i++) {
		map_all(sc);
		PLAY(sc, FORK, .other = 1, .count = half);
		PLAY(sc, LAYOUT, .flag = !sc->model.none);
		PLAY(sc, FORK, .other = 1, .first = half, .count = 1);
		PLAY(sc, ZAP, .count = nr);
		PLAY(sc, FORK, .mm = 1, .other = 2, .count = half);
		PLAY(sc, ZAP, .mm = 1, .count = half + 1);
		PLAY(sc, ZAP, .mm = 2, .first = 1, .count = half - 1);
		PLAY(sc, ZAP, .mm = 2, .count = 1);
		/* In the swap cache, it is the same folio. */
		if (mem_is_file(sc->model.kind))
			continue;
		map_all(sc);
		PLAY(sc, OUT, .count = nr);
		PLAY(sc, LAYOUT, .flag = !shim_layout_none);
		PLAY(sc, IN, .count = nr, .flag = true);
		PLAY(sc, ZAP, .count = nr);
	}
}

/* A write fault finds that the page is not shared any more. */
static void reuse(struct script *sc)
{
	const bool large = sc->model.order;

	PLAY(sc, NEW);
	if (large) {
		PLAY(sc, FORK_PMD, .other = 1);
		PLAY(sc, ZAP_PMD, .mm = 1);
		PLAY(sc, REUSE);
		PLAY(sc, SPLIT_PMD);
	} else {
		PLAY(sc, FORK, .other = 1, .count = 1);
		PLAY(sc, ZAP, .mm = 1, .count = 1);
		PLAY(sc, REUSE);
	}
	PLAY(sc, FORK, .other = 1, .count = nr_pages(sc));
	PLAY(sc, ZAP, .mm = 1, .count = nr_pages(sc));
	PLAY(sc, ZAP, .mm = 0, .count = nr_pages(sc));
}

/* ---- which scripts for which folios ------------------------------------------------ */

#define KIND(kind)	(1U << MEM_##kind)

enum {
	ANON	= KIND(ANON),
	ANONS	= KIND(ANON) | KIND(DEVICE),
	FILES	= KIND(SHMEM) | KIND(FILE),
	HUGETLB	= KIND(HUGETLB_ANON) | KIND(HUGETLB_FILE),
};

static const struct script_desc {
	const char *name;
	void (*fn)(struct script *sc);
	unsigned int kinds;
	int min_order, max_order;
	unsigned long vm_flags;
} scripts[] = {
	{ "whole", whole, ANONS | FILES, 0, 9, 0 },
	{ "whole-ksm", whole, KIND(KSM), 0, 0, 0 },
	{ "each-page", each_page, ANONS | FILES, 0, 9, 0 },
	{ "boundaries", boundaries, ANON | FILES, 2, 9, 0 },
	{ "segments", segments, ANON | FILES, 2, 9, 0 },
	{ "mlocked", mlocked, ANON | FILES, 0, 9, VM_LOCKED },
	{ "mlocked-ksm", mlocked, KIND(KSM), 0, 0, VM_LOCKED },
	{ "mlocked-partly", mlocked_partly, FILES, 2, 9, VM_LOCKED },
	{ "mlocked-special", mlocked, FILES, 0, 9, VM_LOCKED | VM_SPECIAL },
	{ "droppable", whole, ANON, 0, 9, VM_DROPPABLE },
	{ "pinned", pinned, ANONS, 0, 9, 0 },
	{ "pinned-last", pinned_last, ANONS, 2, 9, 0 },
	{ "swap", swap, ANONS, 0, 9, 0 },
	{ "swap-shared", swap_shared, ANON, 0, 9, 0 },
	{ "device-exclusive", device_exclusive, ANON, 0, 9, 0 },
	{ "not-exclusive", not_exclusive, ANON, 0, 9, 0 },
	{ "reuse", reuse, ANON, 0, 0, 0 },
	{ "layouts", layouts, ANON | FILES, 2, 9, 0 },
	{ "owners", owners, ANON, 2, 9, 0 },
	{ "owners-three", three_owners, ANON | FILES, 2, 9, 0 },
	{ "owners-three-pmd", three_pmd_owners, ANON, 9, 9, 0 },
	{ "pmd", pmd, ANON | FILES, 9, 9, 0 },
	{ "pmd-mlocked", pmd, ANON | FILES, 9, 9, VM_LOCKED },
	{ "pmd-migrated", pmd_migrated, ANON, 9, 9, 0 },
	{ "pmd-pinned", pmd_pinned, ANONS, 9, 9, 0 },
	{ "pmd-and-ptes", pmd_and_ptes, ANON | FILES, 9, 9, 0 },
	{ "pmd-split", split_each, ANON, 9, 9, 0 },
	{ "pmd-reuse", reuse, ANON, 9, 9, 0 },
	{ "hugetlb", pmd, HUGETLB, 9, 9, 0 },
	{ "hugetlb-migrated", pmd_migrated, KIND(HUGETLB_ANON), 9, 9, 0 },
	{ "hugetlb-pinned", pmd_pinned, KIND(HUGETLB_ANON), 9, 9, 0 },
};

struct case_state {
	const struct script_desc *desc;
	int impl;
	struct script script;
};

static int teardown(void **state)
{
	struct case_state *cs = *state;

	case_use_layout(CASE_PAGE);
	if (cs->script.model.folio)
		model_exit(&cs->script.model);
	free(cs);
	return 0;
}

static void run_script(const struct script_desc *desc, struct script *sc)
{
	for (int kind = 0; kind < NR_MEM_KINDS; kind++) {
		if (!(desc->kinds & 1U << kind))
			continue;
		for (int order = desc->min_order; order <= desc->max_order; order++) {
			if (order == 1)
				continue;	/* not for anon; no code treats it apart */
			model_init(&sc->model, order, kind, desc->vm_flags);
			desc->fn(sc);
			model_exit(&sc->model);
		}
	}
}

static void test_script(void **state)
{
	struct case_state *cs = *state;
	struct script *sc = &cs->script;

	sc->impl = cs->impl;
	for (int layout = 0; layout < (EXPECT_LAYOUTS ? NR_CASE_LAYOUTS : 1); layout++) {
		case_use_layout(layout);
		run_script(cs->desc, sc);
	}
}

void cases_add(struct suite *suite)
{
	for (int impl = 0; impl < nr_impls; impl++) {
		for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
			struct case_state *cs = calloc(1, sizeof(*cs));
			char *name;

			if (!cs || asprintf(&name, "%s/%s", impls[impl]->name,
					    scripts[i].name) < 0)
				abort();
			cs->desc = &scripts[i];
			cs->impl = impl;
			suite_add(suite, name, test_script, teardown, cs);
		}
	}
}
