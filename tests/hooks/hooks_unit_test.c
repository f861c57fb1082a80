// SPDX-License-Identifier: GPL-2.0
/*
 * Installing and restoring sets of rmap operations: mm/rmap_ops.c as the hook
 * patch adds it, on a machine that checks the protocol at each step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define CONFIG_RMAP_OPS 1
#include <linux/rmap.h>
#include "sets.h"

#define COUNT(ret, op, params, args)	+ 1
enum { NR_OPS = 0 RMAP_OPS_TABLE(COUNT) };

/* ---- sets whose operations say who they are ---------------------------------- */
static const char *called;
static const void *called_with;

#define SET_OPERATION(set, ret, op, params, first)			\
	static ret set##_##op params					\
	{								\
		called = #set " " #op;					\
		called_with = first;					\
		return (ret)0;						\
	}
#define OPERATION_A(ret, op, params, args) SET_OPERATION(a, ret, op, params, folio)
#define OPERATION_B(ret, op, params, args) SET_OPERATION(b, ret, op, params, folio)
#define OPERATION_F(ret, op, params, args) SET_OPERATION(foreign, ret, op, params, folio)
RMAP_OPS_TABLE(OPERATION_A)
RMAP_OPS_TABLE(OPERATION_B)
RMAP_OPS_TABLE(OPERATION_F)

#define OPERATION_BUILTIN(ret, op, params, args)			\
	ret rmap_builtin_##op params					\
	{								\
		called = "builtin " #op;				\
		called_with = folio;					\
		return (ret)0;						\
	}
RMAP_OPS_TABLE(OPERATION_BUILTIN)

#define MEMBER_A(ret, operation, params, args)	.operation = a_##operation,
#define MEMBER_B(ret, operation, params, args)	.operation = b_##operation,
#define MEMBER_F(ret, operation, params, args)	.operation = foreign_##operation,

static const struct rmap_ops set_a = {
	.name = "a", .owner = &machine_modules[0], RMAP_OPS_TABLE(MEMBER_A)
};

static const struct rmap_ops set_b = {
	.name = "b", .owner = &machine_modules[0], RMAP_OPS_TABLE(MEMBER_B)
};

static const struct rmap_ops set_foreign = {
	.name = "foreign", .owner = &machine_modules[1], RMAP_OPS_TABLE(MEMBER_F)
};

const struct rmap_ops *const sets[NR_SETS] = {
	[SET_BUILTIN]	= &rmap_builtin_ops,
	[SET_A]		= &set_a,
	[SET_B]		= &set_b,
	[SET_FOREIGN]	= &set_foreign,
};

/* ---- what is in use ------------------------------------------------------------ */
/* Calls every operation as the kernel does, and looks who answers. */
static void assert_all_from(const char *set)
{
	struct folio *folio = (struct folio *)&machine_log;
	struct page *page = (struct page *)folio;
	struct vm_area_struct *vma = NULL, *src_vma = NULL;
	unsigned long address = 0;
	rmap_t flags = 0;
	int nr_pages = 1;
	char text[128];

#define ASK(ret, op, params, args)					\
	called = "nobody";						\
	called_with = NULL;						\
	(void)op args;							\
	snprintf(text, sizeof(text), "%s " #op, set);			\
	assert_string_equal(called, text);				\
	assert_ptr_equal(called_with, folio);
	RMAP_OPS_TABLE(ASK)
}

static void assert_state(enum set set)
{
	const struct rmap_ops *ops = rmap_ops_get();

	assert_ptr_equal(ops, sets[set]);
	assert_true(!ops->owner || ops->owner->refs > 1);
	rmap_ops_put(ops);
	assert_all_from(sets[set]->name);
	assert_false(machine_locked);
	assert_int_equal(machine_modules[0].refs, set == SET_A || set == SET_B);
	assert_int_equal(machine_modules[1].refs, set == SET_FOREIGN);
	assert_int_equal(rmap_ops_key.on, set != SET_BUILTIN);
}

/* Everything that a refusal, or a change to what is there, must not do. */
static void assert_nothing_done(void)
{
	assert_int_equal(machine_log.targets, 0);
	assert_int_equal(machine_log.key_on + machine_log.key_off, 0);
	assert_int_equal(machine_log.gets, 0);
	assert_int_equal(machine_log.puts, 0);
}

static int teardown(void **state)
{
	machine_modules[0].going = false;
	machine_modules[1].going = false;
	return __rmap_ops_restore(&machine_modules[0]) &&
	       __rmap_ops_restore(&machine_modules[1]);
}

/* ---- the tests ------------------------------------------------------------------ */
static void test_builtin_first(void **state)
{
	assert_state(SET_BUILTIN);
}

static void test_install(void **state)
{
	machine_forget();
	assert_int_equal(rmap_ops_install(&set_a), 0);
	assert_int_equal(machine_log.targets, NR_OPS);
	assert_int_equal(machine_log.key_on, 1);
	assert_state(SET_A);
}

static void test_replace(void **state)
{
	assert_int_equal(rmap_ops_install(&set_a), 0);
	machine_forget();
	assert_int_equal(rmap_ops_install(&set_b), 0);
	assert_int_equal(machine_log.targets, NR_OPS);
	assert_int_equal(machine_log.grace_periods, 1);
	assert_int_equal(machine_log.key_off, 0);
	assert_false(machine_may_execute(SET_A));
	assert_state(SET_B);
}

static void test_restore(void **state)
{
	assert_int_equal(rmap_ops_install(&set_a), 0);
	machine_forget();
	assert_int_equal(rmap_ops_restore(), 0);
	assert_int_equal(machine_log.targets, NR_OPS);
	assert_int_equal(machine_log.key_off, 1);
	assert_int_equal(machine_log.grace_periods, 1);
	assert_false(machine_may_execute(SET_A));
	assert_state(SET_BUILTIN);
}

static void test_again(void **state)
{
	assert_int_equal(rmap_ops_install(&set_a), 0);
	machine_forget();
	assert_int_equal(rmap_ops_install(&set_a), 0);
	assert_nothing_done();
	assert_state(SET_A);
}

static void test_restore_nothing(void **state)
{
	machine_forget();
	assert_int_equal(rmap_ops_restore(), 0);
	assert_nothing_done();
	assert_state(SET_BUILTIN);
}

static void test_hole(void **state)
{
	struct rmap_ops hole;

#define HOLE(ret, operation, params, args)				\
	hole = set_a;							\
	hole.operation = NULL;						\
	machine_forget();						\
	assert_int_equal(rmap_ops_install(&hole), -EINVAL);		\
	assert_nothing_done();
	RMAP_OPS_TABLE(HOLE)
	assert_state(SET_BUILTIN);
}

static void test_busy(void **state)
{
	assert_int_equal(rmap_ops_install(&set_foreign), 0);
	machine_forget();
	assert_int_equal(rmap_ops_install(&set_a), -EBUSY);
	assert_int_equal(rmap_ops_restore(), -EBUSY);
	assert_nothing_done();
	assert_state(SET_FOREIGN);
}

static void test_going(void **state)
{
	machine_modules[0].going = true;
	machine_forget();
	assert_int_equal(rmap_ops_install(&set_a), -ENODEV);
	assert_nothing_done();
	assert_state(SET_BUILTIN);
}

static void test_get_pins(void **state)
{
	const struct rmap_ops *ops;

	assert_int_equal(rmap_ops_install(&set_a), 0);
	ops = rmap_ops_get();
	assert_int_equal(rmap_ops_restore(), 0);
	assert_ptr_equal(ops, &set_a);
	assert_int_equal(set_a.owner->refs, 1);
	rmap_ops_put(ops);
	assert_int_equal(set_a.owner->refs, 0);
}

static void test_many(void **state)
{
	unsigned int seed = 1;

	for (int i = 0; i < 2000; i++) {
		switch (rand_r(&seed) % 5) {
		case 0:
			rmap_ops_install(&set_a);
			break;
		case 1:
			rmap_ops_install(&set_b);
			break;
		case 2:
			rmap_ops_install(&set_foreign);
			break;
		case 3:
			__rmap_ops_restore(&machine_modules[1]);
			break;
		default:
			rmap_ops_restore();
		}
		assert_false(machine_locked);
		assert_int_equal(machine_modules[0].refs + machine_modules[1].refs,
				 rmap_ops_key.on);
	}
}

#define TEST(fn, text)	{ .name = text, .test_func = fn, .teardown_func = teardown }

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_builtin_first, "the kernel's own operations come first"),
		TEST(test_install, "install"),
		TEST(test_replace, "replace a set by another of the same module"),
		TEST(test_restore, "restore"),
		TEST(test_again, "install what is installed"),
		TEST(test_restore_nothing, "restore where nothing is installed"),
		TEST(test_hole, "a set with a hole is refused, whichever it is"),
		TEST(test_busy, "another module's set is left alone"),
		TEST(test_going, "a module that is being unloaded cannot install"),
		TEST(test_get_pins, "who looks at a set pins it"),
		TEST(test_many, "a long random sequence"),
	};

	return cmocka_run_group_tests_name("hooks", tests, NULL, NULL) ?
	       EXIT_FAILURE : EXIT_SUCCESS;
}
