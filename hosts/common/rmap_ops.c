// SPDX-License-Identifier: GPL-2.0
/*
 * Replacing the rmap operations while the system runs.
 *
 * Every operation is called with a page table lock held, in every preemption
 * model an RCU read-side critical section that spans reading the key and the
 * call target, the call, and the return. So one grace period after the last
 * change of a target, no CPU executes what was there before.
 *
 * Targets change one by one, and operations of two sets may follow each other
 * within one critical section: sound because each leaves the same layout.
 */
#define pr_fmt(fmt) "rmap_ops: " fmt

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/rmap_ops.h>
#include <linux/static_call_batch.h>
#include <linux/sysrq.h>
#include <linux/workqueue.h>

/* Never called, but a set is complete on every kernel, in every configuration. */
#define ABSENT(ret, op, params, ...)	ret op##_builtin params;	\
	ret op##_builtin params { WARN_ON_ONCE(true); }
#ifndef CONFIG_HUGETLB_PAGE
ABSENT(void, hugetlb_add_new_anon_rmap, (struct folio *folio, struct vm_area_struct *vma,
					 unsigned long address))
ABSENT(void, hugetlb_add_anon_rmap, (struct folio *folio, struct vm_area_struct *vma,
				     unsigned long address, rmap_t flags))
#endif
#define ADAPTER(ret, op, params, args, own, own_args)			\
	static ret op##_adapter params { return op##_builtin own_args; }	\
	ret op##_adapted own							\
	{ struct vm_area_struct *dst_vma = NULL; return static_call(rmap_##op) args; }
RMAP_OPS_LIST(RMAP_OP_NONE, RMAP_OP_NONE, RMAP_OP_NONE, ADAPTER, ABSENT)

/* The kernel's own operations: to fall back to, and for others to build on. */
const struct rmap_ops rmap_builtin_ops = {
	.name	= "builtin",
#define BUILTIN(ret, op, ...)		.op = op##_builtin,
#define BUILTIN_ADAPTED(ret, op, ...)	.op = op##_adapter,
	RMAP_OPS_LIST(BUILTIN, BUILTIN, BUILTIN, BUILTIN_ADAPTED, BUILTIN)
};
EXPORT_SYMBOL_NS_GPL(rmap_builtin_ops, RMAP_OPS_NS);

#define DEFINE(ret, op, ...)		DEFINE_STATIC_CALL(rmap_##op, op##_builtin);
#define DEFINE_ADAPTED(ret, op, ...)	DEFINE_STATIC_CALL(rmap_##op, op##_adapter);
RMAP_OPS_LIST(DEFINE, DEFINE, DEFINE, DEFINE_ADAPTED, DEFINE)

/* On while a set other than rmap_builtin_ops is installed; for what is inlined. */
DEFINE_STATIC_KEY_FALSE(rmap_ops_key);

/* Serializes changes of the set: of the key, the targets, and what follows. */
static DEFINE_MUTEX(rmap_ops_mutex);
static const struct rmap_ops *rmap_ops_cur = &rmap_builtin_ops;
static struct module *rmap_ops_owner;	/* pinned; of rmap_builtin_ops: NULL */

static const char *rmap_ops_missing(const struct rmap_ops *ops)
{
	const char *missing = ops->name ? NULL : "name";

#define RMAP_OP_CHECK(ret, op, ...)		\
	missing = ops->op ? missing : #op "()";
	RMAP_OPS_TABLE(RMAP_OP_CHECK)
	return ops == &rmap_builtin_ops ? "set of its own" : missing;
}

static void rmap_ops_set_targets(const struct rmap_ops *ops)
{
	lockdep_assert_held(&rmap_ops_mutex);

	static_call_batch_begin();
#define RMAP_OP_UPDATE(ret, op, ...)	static_call_update_batched(rmap_##op, ops->op);
	RMAP_OPS_TABLE(RMAP_OP_UPDATE)
	static_call_batch_end();
	rmap_ops_cur = ops;
}

/* Wait until nobody executes what was installed, and let its owner go. */
static void rmap_ops_retire(struct module *new_owner)
{
	struct module *old_owner = rmap_ops_owner;

	lockdep_assert_held(&rmap_ops_mutex);

	/* Patching has interrupted every CPU; one that is not in here, this does not. */
	synchronize_rcu_expedited();
	rmap_ops_owner = new_owner;
	module_put(old_owner);
}

/* Whosever it is, what is installed goes. */
static void rmap_ops_put_back(void)
{
	lockdep_assert_held(&rmap_ops_mutex);

	/*
	 * A CPU may have passed the key before it went off, and still follow
	 * the target: so that is never NULL, and changes before we wait.
	 */
	static_branch_disable(&rmap_ops_key);
	rmap_ops_set_targets(&rmap_builtin_ops);
	rmap_ops_retire(NULL);
}

/**
 * __rmap_ops_install - replace the rmap operations
 * @ops: the new set, complete; not rmap_builtin_ops. Valid until it is replaced
 * @owner: the module that has the operations
 *
 * Call it as rmap_ops_install(). A module may replace its own set directly by
 * another of its own. It is pinned until rmap_ops_restore(). When this returns
 * 0, no dispatcher's call is in the set replaced, the kernel's own or not.
 *
 * Context: Process context, no locks of mm held. May sleep, for an RCU grace
 * period. Taints the kernel (TAINT_TEST).
 * Return: 0, also if @ops is what is installed; -EINVAL if @ops is not complete
 * or is rmap_builtin_ops; -EBUSY if another module's set is installed; -ENODEV if
 * the owner is being unloaded.
 */
int __rmap_ops_install(const struct rmap_ops *ops, struct module *owner)
{
	const char *missing = rmap_ops_missing(ops);
	int err = 0;

	might_sleep();
	if (missing) {
		pr_warn("%s: refused: no %s\n", ops->name ?: "?", missing);
		return -EINVAL;
	}

	mutex_lock(&rmap_ops_mutex);
	if (rmap_ops_cur != &rmap_builtin_ops && rmap_ops_owner != owner) {
		err = -EBUSY;
		goto unlock;
	}
	if (rmap_ops_cur == ops)
		goto unlock;
	if (!try_module_get(owner)) {
		err = -ENODEV;
		goto unlock;
	}

	/* A bug report has to show that the counts may be somebody else's. */
	add_taint(TAINT_TEST, LOCKDEP_STILL_OK);
	/* The targets first: what is inlined follows them once the key is on. */
	rmap_ops_set_targets(ops);
	static_branch_enable(&rmap_ops_key);
	rmap_ops_retire(owner);
unlock:
	mutex_unlock(&rmap_ops_mutex);
	return err;
}
EXPORT_SYMBOL_NS_GPL(__rmap_ops_install, RMAP_OPS_NS);

/**
 * __rmap_ops_restore - put the kernel's own operations back
 * @owner: the module whose set is installed
 * Call it as rmap_ops_restore(). When this returns 0, no CPU executes an
 * operation of @owner, and the module is no longer pinned.
 *
 * Context: Process context, no locks of mm held. Sleeps, up to a grace period.
 * Return: 0, also if nothing is installed; -EBUSY if the set is another module's.
 */
int __rmap_ops_restore(struct module *owner)
{
	int err = 0;

	might_sleep();
	mutex_lock(&rmap_ops_mutex);
	if (rmap_ops_cur == &rmap_builtin_ops)
		goto unlock;
	if (rmap_ops_owner != owner) {
		err = -EBUSY;
		goto unlock;
	}
	rmap_ops_put_back();
unlock:
	mutex_unlock(&rmap_ops_mutex);
	return err;
}
EXPORT_SYMBOL_NS_GPL(__rmap_ops_restore, RMAP_OPS_NS);

/**
 * rmap_ops_get - look at the set of operations in use
 * @owner: set to its owner, which has been pinned: to be let go by module_put()
 * Context: Process context. May sleep.
 * Return: the set. It may be replaced at any time.
 */
const struct rmap_ops *rmap_ops_get(struct module **owner)
{
	const struct rmap_ops *ops;

	mutex_lock(&rmap_ops_mutex);
	ops = rmap_ops_cur;
	*owner = rmap_ops_owner;
	__module_get(*owner);
	mutex_unlock(&rmap_ops_mutex);
	return ops;
}
EXPORT_SYMBOL_NS_GPL(rmap_ops_get, RMAP_OPS_NS);

/* A pinned module goes if its init function fails, or by force; its text, later. */
static int rmap_ops_module_event(struct notifier_block *nb, unsigned long event,
				 void *module)
{
#ifdef CONFIG_MODULES
	if (event != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	mutex_lock(&rmap_ops_mutex);
	if (WARN(rmap_ops_owner == module, "no rmap_ops_restore() by %s\n",
		 ((struct module *)module)->name))
		rmap_ops_put_back();
	mutex_unlock(&rmap_ops_mutex);
#endif
	return NOTIFY_OK;
}

static struct notifier_block rmap_ops_module_nb = {
	.notifier_call = rmap_ops_module_event,
};

/* Whoever presses the key has no time to find out whose the set is. */
static void rmap_ops_emergency(struct work_struct *work)
{
	mutex_lock(&rmap_ops_mutex);
	if (rmap_ops_cur != &rmap_builtin_ops) {
		pr_warn("emergency: builtin instead of %s\n", rmap_ops_cur->name);
		rmap_ops_put_back();
	}
	mutex_unlock(&rmap_ops_mutex);
}

static DECLARE_WORK(rmap_ops_emergency_work, rmap_ops_emergency);

static void rmap_ops_sysrq(u8 key)
{
	schedule_work(&rmap_ops_emergency_work);
}

static const struct sysrq_key_op rmap_ops_sysrq_op = {
	.handler	= rmap_ops_sysrq,
	.help_msg	= "rmap-builtin(B)",
	.action_msg	= "Restore the kernel's own rmap operations",
	.enable_mask	= SYSRQ_ENABLE_RTNICE,
};

static int __init rmap_ops_init(void)
{
	register_sysrq_key('B', &rmap_ops_sysrq_op);
	return register_module_notifier(&rmap_ops_module_nb);
}
late_initcall(rmap_ops_init);

/* What implementations need beside headers, and readers of mappings (the last two). */
EXPORT_SYMBOL_NS_GPL(mlock_folio, RMAP_OPS_NS);
EXPORT_SYMBOL_NS_GPL(munlock_folio, RMAP_OPS_NS);
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
EXPORT_SYMBOL_NS_GPL(deferred_split_folio, RMAP_OPS_NS);
#ifdef CONFIG_SYSFS
EXPORT_SYMBOL_NS_GPL(mthp_stats, RMAP_OPS_NS);
#endif
#endif
EXPORT_SYMBOL_NS_GPL(rmap_walk, RMAP_OPS_NS);
EXPORT_SYMBOL_NS_GPL(page_vma_mapped_walk, RMAP_OPS_NS);
