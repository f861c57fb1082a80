// SPDX-License-Identifier: GPL-2.0
/*
 * An implementation that registers with rmap_ab, as a module of a user does, and
 * does whatever such a module may do wrong. It counts how often an operation removes
 * a mapping, and does what `control` does.
 *
 * Parameters:
 *   name	of the implementation
 *   copies	registers as many, all but the first with a number behind the name
 *   hole	an operation that the set does not have
 *   layouts	with CONFIG_RMAP_LAYOUT: whether the set claims to know folios without
 *		page mapcounts
 *   fail	the init function registers it, and fails without a word
 *   forget	the exit function does not unregister it
 *   wait	the init function does not return before a 1 is written to the
 *		parameter `go` of this module
 *   calls	(read) calls that remove mappings, so far
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/rmap_ab.h>

#include "impl.h"
#include "register.h"

#define OWN_MAX_COPIES	16

static char *name = "own";
module_param(name, charp, 0400);
static unsigned int copies = 1;
module_param(copies, uint, 0400);
static char *hole;
module_param(hole, charp, 0400);
static bool fail;
module_param(fail, bool, 0400);
static bool forget;
module_param(forget, bool, 0400);
static bool wait;
module_param(wait, bool, 0400);

static DECLARE_WAIT_QUEUE_HEAD(own_wait);
static bool own_go;

static int go_set(const char *text, const struct kernel_param *kp)
{
	WRITE_ONCE(own_go, true);
	wake_up(&own_wait);
	return 0;
}

static const struct kernel_param_ops go_ops = { .set = go_set };
module_param_cb(go, &go_ops, NULL, 0200);

static DEFINE_PER_CPU(unsigned long, own_calls);

static int calls_get(char *text, const struct kernel_param *kp)
{
	unsigned long calls = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		calls += per_cpu(own_calls, cpu);
	return sysfs_emit(text, "%lu\n", calls);
}

static const struct kernel_param_ops calls_ops = { .get = calls_get };
module_param_cb(calls, &calls_ops, NULL, 0400);

static void own_remove_rmap_ptes(struct folio *folio, struct page *page,
				 int nr_pages, struct vm_area_struct *vma)
{
	this_cpu_inc(own_calls);
	control_ops.folio_remove_rmap_ptes(folio, page, nr_pages, vma);
}

static void own_remove_rmap_pte(struct folio *folio, struct page *page,
				int nr_pages, struct vm_area_struct *vma)
{
	this_cpu_inc(own_calls);
	control_ops.folio_remove_rmap_pte(folio, page, nr_pages, vma);
}

static struct rmap_ops own_ops[OWN_MAX_COPIES];
static char own_names[OWN_MAX_COPIES][2 * RMAP_AB_NAME_MAX];

#ifdef CONFIG_RMAP_LAYOUT
static bool layouts = true;
module_param(layouts, bool, 0400);
#define own_set_layouts(ops)	((ops)->layouts = layouts)
#else
#define own_set_layouts(ops)	((void)(ops))
#endif

static void own_fill(unsigned int i)
{
	struct rmap_ops *ops = &own_ops[i];

	*ops = control_ops;
	own_set_layouts(ops);
	if (i)
		snprintf(own_names[i], sizeof(own_names[i]), "%s%u", name, i);
	else
		strscpy(own_names[i], name);
	ops->name = own_names[i];
	ops->folio_remove_rmap_pte = own_remove_rmap_pte;
	ops->folio_remove_rmap_ptes = own_remove_rmap_ptes;
	if (!hole)
		return;
#define OWN_HOLE(ret, op, ...)		\
	if (!strcmp(hole, #op))		\
		ops->op = NULL;
	RMAP_OPS_TABLE(OWN_HOLE)
}

static void own_unregister(unsigned int nr)
{
	while (nr--)
		rmap_ab_unregister(&own_ops[nr]);
}

static int __init rmap_own_init(void)
{
	unsigned int i;
	int err;

	if (copies > OWN_MAX_COPIES)
		return -E2BIG;
	for (i = 0; i < copies; i++) {
		own_fill(i);
		err = rmap_ab_register(&own_ops[i]);
		if (err) {
			own_unregister(i);
			return err;
		}
	}
	if (wait && wait_event_interruptible(own_wait, READ_ONCE(own_go))) {
		own_unregister(copies);
		return -EINTR;
	}
	return fail ? -ECANCELED : 0;
}
module_init(rmap_own_init);

static void __exit rmap_own_exit(void)
{
	if (!forget)
		own_unregister(copies);
}
module_exit(rmap_own_exit);

MODULE_DESCRIPTION("An implementation that registers, for tests of rmap_ab");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(RMAP_OPS_NS);
