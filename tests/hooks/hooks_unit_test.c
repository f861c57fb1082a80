// SPDX-License-Identifier: GPL-2.0
/*
 * Tests that sets of rmap operations are installed and restored as they must
 * be: mm/rmap_ops.c as the hook patch adds it, on a machine that checks the
 * protocol at each step.
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

#define COUNT(ret, op, ...)	+ 1
enum { NR_OPS = 0 RMAP_OPS_TABLE(COUNT) };

/* ---- sets whose operations say who they are ---------------------------------- */
static const char *called;
static const void *called_with;
static int called_pages;

#define SAYS(set, op, nr)						\
	do {								\
		called = #set " " #op;					\
		called_with = folio;					\
		called_pages = nr;					\
	} while (0)
#define SET_OPERATION(set, ret, op, params)				\
	static ret set##_##op params { SAYS(set, op, 0); return (ret)0; }
#define SET_ONE_PAGE(set, ret, op, params)				\
	static ret set##_##op params { SAYS(set, op, nr_pages); return (ret)0; }
/* The kernel does not say which VMA it is: so it is none. */
#define SET_ADAPTED(set, ret, op, params)				\
	static ret set##_##op params					\
	{								\
		assert_null(dst_vma);					\
		SAYS(set, op, 0);					\
		return (ret)0;						\
	}
#define OPERATION_A(ret, op, params, ...)	SET_OPERATION(a, ret, op, params)
#define OPERATION_B(ret, op, params, ...)	SET_OPERATION(b, ret, op, params)
#define OPERATION_F(ret, op, params, ...)	SET_OPERATION(foreign, ret, op, params)
#define ADAPTED_A(ret, op, params, ...)		SET_ADAPTED(a, ret, op, params)
#define ADAPTED_B(ret, op, params, ...)		SET_ADAPTED(b, ret, op, params)
#define ADAPTED_F(ret, op, params, ...)		SET_ADAPTED(foreign, ret, op, params)
#define ONE_PAGE_A(ret, op, params, ...)	SET_ONE_PAGE(a, ret, op, params)
#define ONE_PAGE_B(ret, op, params, ...)	SET_ONE_PAGE(b, ret, op, params)
#define ONE_PAGE_F(ret, op, params, ...)	SET_ONE_PAGE(foreign, ret, op, params)
RMAP_OPS_LIST(OPERATION_A, ONE_PAGE_A, OPERATION_A, ADAPTED_A, OPERATION_A)
RMAP_OPS_LIST(OPERATION_B, ONE_PAGE_B, OPERATION_B, ADAPTED_B, OPERATION_B)
RMAP_OPS_LIST(OPERATION_F, ONE_PAGE_F, OPERATION_F, ADAPTED_F, OPERATION_F)

/* The kernel's own set has no operation for one page: there it is a range. */
#define OPERATION_BUILTIN(ret, op, params, ...)				\
	ret op##_builtin params { SAYS(builtin, op, 1); return (ret)0; }
#define ADAPTED_BUILTIN(ret, op, params, args, own_params, ...)		\
	OPERATION_BUILTIN(ret, op, own_params)
#define NO_OPERATION(...)
RMAP_OPS_LIST(OPERATION_BUILTIN, NO_OPERATION, OPERATION_BUILTIN, ADAPTED_BUILTIN, NO_OPERATION)

#define MEMBER_A(ret, operation, ...)	.operation = a_##operation,
#define MEMBER_B(ret, operation, ...)	.operation = b_##operation,
#define MEMBER_F(ret, operation, ...)	.operation = foreign_##operation,

static const struct rmap_ops set_a = { .name = "a", RMAP_OPS_TABLE(MEMBER_A) };
static const struct rmap_ops set_b = { .name = "b", RMAP_OPS_TABLE(MEMBER_B) };
static const struct rmap_ops set_foreign = {
	.name = "foreign", RMAP_OPS_TABLE(MEMBER_F)
};

const struct rmap_ops *const sets[NR_SETS] = {
	[SET_BUILTIN]	= &rmap_builtin_ops,
	[SET_A]		= &set_a,
	[SET_B]		= &set_b,
	[SET_FOREIGN]	= &set_foreign,
};

struct module *const set_owners[NR_SETS] = {
	[SET_A]		= &machine_modules[0],
	[SET_B]		= &machine_modules[0],
	[SET_FOREIGN]	= &machine_modules[1],
};

static int install_foreign(void)
{
	return __rmap_ops_install(&set_foreign, set_owners[SET_FOREIGN]);
}

/* ---- what is in use ------------------------------------------------------------ */
/* Calls every operation as the kernel does. */
#define CALL_ALL(DO)							\
	do {								\
		struct folio *folio = (struct folio *)&machine_log;	\
		struct page *page = (struct page *)folio;		\
		struct vm_area_struct *vma = NULL, *src_vma = NULL;	\
		unsigned long address = 0;				\
		rmap_t flags = 0;					\
		int nr_pages = 1;					\
									\
		RMAP_OPS_LIST(DO, DO##_ONE_PAGE, DO, DO##_ADAPTED, NO_OPERATION) \
	} while (0)

static void assert_called(const char *set, const char *operation)
{
	char text[128];

	snprintf(text, sizeof(text), "%s %s", set, operation);
	assert_string_equal(called, text);
	assert_ptr_equal(called_with, &machine_log);
	called = "nobody";
	called_with = NULL;
}

/* One page has an operation of its own, which is told that it is one page. */
static void assert_called_for_one(const char *set, const char *operation)
{
	char range[128];

	snprintf(range, sizeof(range), "%ss", operation);
	assert_called(set, strcmp(set, "builtin") ? operation : range);
	assert_int_equal(called_pages, 1);
	called_pages = 0;
}

static void assert_all_from(const char *set)
{
	const int no_reader = machine_log.no_reader;

	called = "nobody";
	machine_reader = true;
#define ASK(ret, op, params, args, ...)		\
	(void)op args;				\
	assert_called(set, #op);
#define ASK_ADAPTED(ret, op, params, args, own_params, own_args)	\
	ASK(ret, op, own_params, own_args)
#define ASK_ONE_PAGE(ret, op, ...)		\
	ASK_ONE_PAGE_##op;			\
	assert_called_for_one(set, #op);
#define ASK_ONE_PAGE_folio_add_anon_rmap_pte	\
	folio_add_anon_rmap_pte(folio, page, vma, address, flags)
#define ASK_ONE_PAGE_folio_add_file_rmap_pte	\
	folio_add_file_rmap_pte(folio, page, vma)
#define ASK_ONE_PAGE_folio_remove_rmap_pte	\
	folio_remove_rmap_pte(folio, page, vma)
	CALL_ALL(ASK);
	machine_reader = false;
	assert_int_equal(machine_log.no_reader, no_reader);
}

static void assert_state(enum set set)
{
	struct module *owner;
	const struct rmap_ops *ops = rmap_ops_get(&owner);

	assert_ptr_equal(ops, sets[set]);
	assert_ptr_equal(owner, set_owners[set]);
	assert_true(!owner || owner->refs > 1);
	module_put(owner);
	assert_all_from(sets[set]->name);
	assert_false(machine_locked);
	assert_int_equal(machine_modules[0].refs, set == SET_A || set == SET_B);
	assert_int_equal(machine_modules[1].refs, set == SET_FOREIGN);
	assert_int_equal(rmap_ops_key.key.on, set != SET_BUILTIN);
}

/* A refusal, and a change to what is there already, must do none of this. */
static void assert_nothing_done(void)
{
	assert_int_equal(machine_log.targets, 0);
	assert_int_equal(machine_log.key_on + machine_log.key_off, 0);
	assert_int_equal(machine_log.gets, 0);
	assert_int_equal(machine_log.puts, 0);
	assert_int_equal(machine_log.grace_periods, 0);
	assert_int_equal(machine_log.taints, 0);
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
	assert_int_equal(machine_log.taints, 1);
	assert_state(SET_A);
}

/* An install over the kernel's own operations waits until these are over, too. */
static void test_install_waits(void **state)
{
	machine_forget();
	assert_true(machine_may_execute(SET_BUILTIN));
	assert_int_equal(rmap_ops_install(&set_a), 0);
	assert_int_equal(machine_log.grace_periods, 1);
	assert_false(machine_may_execute(SET_BUILTIN));
}

static void test_builtin_is_refused(void **state)
{
	machine_forget();
	assert_int_equal(rmap_ops_install(&rmap_builtin_ops), -EINVAL);
	assert_nothing_done();
	assert_state(SET_BUILTIN);
	assert_int_equal(rmap_ops_install(&set_a), 0);
	machine_forget();
	assert_int_equal(rmap_ops_install(&rmap_builtin_ops), -EINVAL);
	assert_nothing_done();
	assert_state(SET_A);
}

/* In the set, the kernel's own have the contract's prototypes, one for all kernels. */
static void test_builtin_set(void **state)
{
	struct folio *folio = (struct folio *)&machine_log;
	struct page *page = (struct page *)folio;
	struct vm_area_struct *vma = NULL, *src_vma = NULL;
	struct vm_area_struct *dst_vma = (struct vm_area_struct *)folio;
	unsigned long address = 0;
	rmap_t flags = 0;
	int nr_pages = 1;

#define BUILTIN(ret, op, params, args, ...)				\
	(void)rmap_builtin_ops.op args;					\
	assert_called("builtin", #op);
#define BUILTIN_ONE_PAGE(ret, op, params, args, ...)			\
	(void)rmap_builtin_ops.op args;					\
	assert_called_for_one("builtin", #op);
#define BUILTIN_ABSENT(ret, op, ...)	assert_non_null(rmap_builtin_ops.op);
	RMAP_OPS_LIST(BUILTIN, BUILTIN_ONE_PAGE, BUILTIN, BUILTIN, BUILTIN_ABSENT)
}

static void test_no_name(void **state)
{
	struct rmap_ops nameless = set_a;

	nameless.name = NULL;
	machine_forget();
	assert_int_equal(rmap_ops_install(&nameless), -EINVAL);
	assert_nothing_done();
}

/*
 * Every dispatcher must say that it needs a page table lock, whatever is
 * installed.
 */
static void test_no_reader(void **state)
{
#define COUNTED(ret, op, params, args, ...)				\
	machine_log.no_reader = 0;					\
	(void)op args;							\
	assert_int_equal(machine_log.no_reader, 1);
#define COUNTED_ADAPTED(ret, op, params, args, own_params, own_args)	\
	COUNTED(ret, op, own_params, own_args)
#define COUNTED_ONE_PAGE(ret, op, ...)					\
	machine_log.no_reader = 0;					\
	ASK_ONE_PAGE_##op;						\
	assert_int_equal(machine_log.no_reader, 1);
	CALL_ALL(COUNTED);
	assert_int_equal(rmap_ops_install(&set_a), 0);
	CALL_ALL(COUNTED);
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

#define HOLE(ret, operation, ...)					\
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
	assert_int_equal(install_foreign(), 0);
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
	struct module *owner;

	assert_int_equal(rmap_ops_install(&set_a), 0);
	assert_ptr_equal(rmap_ops_get(&owner), &set_a);
	assert_ptr_equal(owner, &machine_modules[0]);
	assert_int_equal(rmap_ops_restore(), 0);
	assert_int_equal(owner->refs, 1);
	module_put(owner);
	assert_int_equal(owner->refs, 0);
}

/* The state after an init function that has failed. */
static void test_module_goes(void **state)
{
	assert_int_equal(rmap_ops_install(&set_a), 0);
	machine_forget();
	machine_module_event(&machine_modules[0], MODULE_STATE_COMING);
	machine_module_event(&machine_modules[1], MODULE_STATE_GOING);
	assert_int_equal(machine_log.warnings, 0);
	assert_nothing_done();
	assert_state(SET_A);

	machine_module_event(&machine_modules[0], MODULE_STATE_GOING);
	assert_int_equal(machine_log.warnings, 1);
	assert_int_equal(machine_log.grace_periods, 1);
	assert_false(machine_may_execute(SET_A));
	assert_state(SET_BUILTIN);

	machine_forget();
	machine_module_event(&machine_modules[0], MODULE_STATE_GOING);
	assert_int_equal(machine_log.warnings, 0);
	assert_nothing_done();
}

/* The key restores builtin, whoever owns the set, but never in an interrupt. */
static void test_emergency(void **state)
{
	assert_int_equal(install_foreign(), 0);
	machine_press('B');
	assert_state(SET_FOREIGN);
	machine_run_work();
	assert_false(machine_may_execute(SET_FOREIGN));
	assert_state(SET_BUILTIN);

	machine_forget();
	machine_press('B');
	machine_run_work();
	assert_nothing_done();
	assert_state(SET_BUILTIN);
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
			install_foreign();
			break;
		case 3:
			__rmap_ops_restore(&machine_modules[1]);
			break;
		default:
			rmap_ops_restore();
		}
		assert_false(machine_locked);
		assert_int_equal(machine_modules[0].refs + machine_modules[1].refs,
				 rmap_ops_key.key.on);
	}
}

#define TEST(fn, text)	{ .name = text, .test_func = fn, .teardown_func = teardown }

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_builtin_first, "the kernel's own operations come first"),
		TEST(test_install, "install"),
		TEST(test_install_waits, "installing over builtin waits for it, too"),
		TEST(test_builtin_is_refused, "builtin cannot be installed"),
		TEST(test_builtin_set, "builtin's set has every operation"),
		TEST(test_no_name, "a set without a name is refused"),
		TEST(test_no_reader, "every operation says that it needs a section"),
		TEST(test_replace, "replace a set by another of the same module"),
		TEST(test_restore, "restore"),
		TEST(test_again, "install what is installed"),
		TEST(test_restore_nothing, "restore where nothing is installed"),
		TEST(test_hole, "a set with a hole is refused, whichever it is"),
		TEST(test_busy, "another module's set is left alone"),
		TEST(test_going, "a module that is being unloaded cannot install"),
		TEST(test_get_pins, "who looks at a set pins it"),
		TEST(test_module_goes, "a module that goes with its set installed"),
		TEST(test_emergency, "the emergency key"),
		TEST(test_many, "a long random sequence"),
	};

	machine_initcall();
	return cmocka_run_group_tests_name("hooks", tests, NULL, NULL) ?
	       EXIT_FAILURE : EXIT_SUCCESS;
}
