// SPDX-License-Identifier: GPL-2.0
/*
 * Long random sequences of steps run through each implementation, and through
 * all of them mixed, as a live switch mixes them. A sequence that fails is
 * shortened as far as possible, and printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cases.h"
#include "expect.h"
#include "step.h"

enum { DEFAULT_PLANS = 2 * 25, PLAN_STEPS = 200 };

/* The sequences take these in turn: every kind, and every size. */
static const struct memory {
	enum mem_kind kind;
	int order;
} memories[] = {
	{ MEM_ANON, 0 }, { MEM_ANON, 2 }, { MEM_ANON, 9 }, { MEM_FILE, 9 },
	{ MEM_ANON, 3 }, { MEM_KSM, 0 }, { MEM_ANON, 4 }, { MEM_FILE, 0 },
	{ MEM_ANON, 9 }, { MEM_SHMEM, 9 }, { MEM_ANON, 2 }, { MEM_ANON, 5 },
	{ MEM_HUGETLB_ANON, 9 }, { MEM_ANON, 6 }, { MEM_DEVICE, 9 },
	{ MEM_ANON, 0 }, { MEM_ANON, 7 }, { MEM_HUGETLB_FILE, 9 },
	{ MEM_ANON, 8 }, { MEM_DEVICE, 0 }, { MEM_ANON, 9 }, { MEM_FILE, 3 },
	{ MEM_ANON, 4 }, { MEM_SHMEM, 2 }, { MEM_DEVICE, 3 },
};
#define NR_MEMORIES	((int)(sizeof(memories) / sizeof(memories[0])))

struct plan {
	struct memory memory;
	unsigned long vm_flags;
	enum case_layout layout;
	int nr;
	struct step steps[PLAN_STEPS];
};

static unsigned long long seed;

/* xorshift64* (Vigna 2016) gives the same numbers everywhere. */
static unsigned int any(unsigned int below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 2685821657736338717ULL >> 33) % below;
}

static unsigned long long env_number(const char *name, unsigned long long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static void random_range(struct step *s, int nr_pages)
{
	switch (any(4)) {
	case 0:
		s->count = nr_pages;
		break;
	case 1:
		s->first = any(nr_pages);
		s->count = 1;
		break;
	default:
		s->first = any(nr_pages);
		s->count = 1 + any(nr_pages - s->first);
	}
}

/* How often each kind of step is tried. Mappings should come and go. */
static const int weights[NR_STEPS] = {
	[STEP_NEW] = 80, [STEP_MAP] = 40, [STEP_MAP_PMD] = 40,
	[STEP_FORK] = 40, [STEP_FORK_PMD] = 40,
	[STEP_ZAP] = 40, [STEP_ZAP_PMD] = 15, [STEP_FLUSH] = 40,
	[STEP_SPLIT_PMD] = 8,
	[STEP_OUT] = 30, [STEP_OUT_PMD] = 10, [STEP_IN] = 60,
	[STEP_IN_PMD] = 30, [STEP_DROP_SWAP] = 30, [STEP_DEVICE] = 10,
	[STEP_REUSE] = 80, [STEP_REUSE_PART] = 80, [STEP_PIN] = 1, [STEP_UNPIN] = 10,
	[STEP_GET] = 1, [STEP_PUT] = 10, [STEP_LAYOUT] = 20,
};

static enum step_kind random_kind(void)
{
	int sum = 0, at;

	for (int kind = 0; kind < NR_STEPS; kind++)
		sum += weights[kind];
	at = any(sum);
	for (int kind = 0; kind < NR_STEPS; kind++) {
		at -= weights[kind];
		if (at < 0)
			return kind;
	}
	return NR_STEPS;
}

static struct step random_step(int impl, int nr_pages)
{
	struct step s = {
		.kind = random_kind(),
		.mm = any(MODEL_MMS),
		.other = any(MODEL_MMS),
		.impl = impl < nr_impls ? impl : (int)any(nr_impls),
		.impl2 = impl < nr_impls ? impl : (int)any(nr_impls),
		.flag = any(2),
	};

	random_range(&s, nr_pages);
	return s;
}

static unsigned long random_vm_flags(void)
{
	static const unsigned long vm_flags[] = {
		0, 0, VM_LOCKED, VM_LOCKED | VM_SPECIAL, VM_DROPPABLE,
	};

	return vm_flags[any(sizeof(vm_flags) / sizeof(vm_flags[0]))];
}

/*
 * Makes up a plan of steps that all have an effect, and plays it.
 * @done: how many steps of each kind were done
 * Return: whether something has gone wrong
 */
static bool explore(struct plan *plan, int impl, int done[NR_STEPS])
{
	enum step_result result = STEP_DONE;
	struct model m;

	plan->vm_flags = random_vm_flags();
	plan->layout = EXPECT_LAYOUTS ? any(NR_CASE_LAYOUTS) : CASE_PAGE;
	case_use_layout(plan->layout);
	model_init(&m, plan->memory.order, plan->memory.kind,
		   plan->vm_flags);
	for (plan->nr = 0; plan->nr < PLAN_STEPS && result != STEP_WRONG;) {
		struct step s = random_step(impl, m.nr_pages);

		result = step_apply(&m, &s);
		if (result == STEP_NOT)
			continue;
		plan->steps[plan->nr++] = s;
		done[s.kind]++;
	}
	model_exit(&m);
	return result == STEP_WRONG;
}

/* Return: the index of the step that went wrong, or -1. */
static int replay(const struct plan *plan, char *why)
{
	struct model m;
	int i, wrong = -1;

	case_use_layout(plan->layout);
	model_init(&m, plan->memory.order, plan->memory.kind,
		   plan->vm_flags);
	for (i = 0; i < plan->nr && wrong < 0; i++)
		if (step_apply(&m, &plan->steps[i]) == STEP_WRONG)
			wrong = i;
	strcpy(why, m.why);
	model_exit(&m);
	return wrong;
}

/* Leaves out every step that the failure does not need. */
static void shrink(struct plan *plan, char *why)
{
	struct step *all = calloc(plan->nr, sizeof(*all));
	int at, nr, wrong;

	if (!all)
		abort();
	for (int chunk = plan->nr / 2; chunk; chunk /= 2) {
		for (at = 0; at + chunk <= plan->nr;) {
			nr = plan->nr;
			memcpy(all, plan->steps, nr * sizeof(*all));
			memmove(plan->steps + at, plan->steps + at + chunk,
				(nr - at - chunk) * sizeof(*all));
			plan->nr = nr - chunk;
			wrong = replay(plan, why);
			if (wrong >= 0) {
				plan->nr = wrong + 1;
				continue;
			}
			memcpy(plan->steps, all, nr * sizeof(*all));
			plan->nr = nr;
			at += chunk;
		}
	}
	replay(plan, why);
	free(all);
}

static void report(struct plan *plan)
{
	struct model m = { .nr_pages = 1 << plan->memory.order };

	shrink(plan, m.why);
	fprintf(stderr, "# %s of order %d, VM flags %#lx, layout %d:\n",
		mem_kind_texts[plan->memory.kind], plan->memory.order,
		plan->vm_flags, plan->layout);
	for (int i = 0; i < plan->nr; i++)
		step_print(&m, &plan->steps[i], stderr);
	fail_msg("after %d steps: %s", plan->nr, m.why);
}

/* @state is the index of an implementation; their number stands for a mix. */
static void test_random(void **state)
{
	const int nr_plans = env_number("RMAP_PLANS", DEFAULT_PLANS);
	int done[NR_STEPS] = { 0 };
	static struct plan plan;

	seed = env_number("RMAP_SEED", time(NULL)) | 1;
	printf("# RMAP_SEED=%llu\n", seed);
	for (int i = 0; i < nr_plans; i++) {
		plan.memory = memories[i % NR_MEMORIES];
		if (explore(&plan, *(int *)*state, done))
			report(&plan);
	}
	/* A kind of step that never happened was not tested. */
	for (int kind = 0; nr_plans >= NR_MEMORIES && kind < NR_STEPS; kind++)
		if (!done[kind] && (kind != STEP_REUSE_PART || EXPECT_MM_IDS) &&
		    (kind != STEP_LAYOUT || EXPECT_LAYOUTS))
			fail_msg("no step of kind %d in all sequences", kind);
}

static int teardown(void **state)
{
	case_use_layout(CASE_PAGE);
	free(*state);
	return 0;
}

void property_add(struct suite *suite)
{
	for (int impl = 0; impl <= nr_impls; impl++) {
		int *state = malloc(sizeof(*state));
		char *name;

		if (!state || asprintf(&name, "%s/random-sequences",
				       impl < nr_impls ? impls[impl]->name : "mixed") < 0)
			abort();
		*state = impl;
		suite_add(suite, name, test_random, teardown, state);
	}
}
