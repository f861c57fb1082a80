// SPDX-License-Identifier: GPL-2.0
/*
 * Implementations of other modules: how they come and go.
 *
 * One that is registered is an equal: it can be put in use by its name, layers
 * work around it, and nothing else knows whose it is. While it is in use, the
 * switch pins its module. So a module's exit function finds its implementation
 * not in use, unless the module is unloaded by force.
 *
 * A module that has registered something uses symbols of this module. So this
 * one stays until that one has gone.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <linux/rmap_ab.h>

#include "error_log.h"
#include "guard.h"
#include "hooks.h"
#include "inject.h"
#include "register.h"
#include "registry.h"
#include "stats.h"
#include "switch.h"

/* They stand for something else where users give or read a name. */
static const char *const register_reserved[] = {
	"vanilla",		/* rmapctl bench: a kernel without the hooks */
	"instrumented",		/* what is installed: a frame with layers */
	"none",			/* in several files */
};

/* A name is a word in lists, in file names, and between commas. */
static const char *name_fault(const char *name)
{
	const char *c;

	if (!name || !*name)
		return "it has no name";
	if (strlen(name) >= RMAP_AB_NAME_MAX)
		return "its name is too long: at most 31 characters";
	if (!islower(*name))
		return "its name does not begin with a lower-case letter";
	for (c = name; *c; c++)
		if (!islower(*c) && !isdigit(*c) && *c != '_' && *c != '-')
			return "its name has more than lower-case letters, digits, - and _";
	if (match_string(register_reserved, ARRAY_SIZE(register_reserved), name) >= 0)
		return "its name is reserved";
	return NULL;
}

static_assert(RMAP_AB_NAME_MAX == 32);

/* Return: an operation that the set does not have, or NULL. */
static const char *missing_operation(const struct rmap_ops *ops)
{
#define REGISTER_CHECK(ret, op, ...)	\
	if (!ops->op)			\
		return #op;
	RMAP_OPS_TABLE(REGISTER_CHECK)
	return NULL;
}

/* insmod says only "Invalid argument". */
static int register_refuse(const struct rmap_ops *ops, const struct module *owner,
			   int err, const char *why)
{
	char text[ERROR_LOG_TEXT_MAX];

	scnprintf(text, sizeof(text), "'%.40s' of module %s is not registered: %s",
		  ops && ops->name ? ops->name : "?", owner ? owner->name : "?", why);
	error_log_add("%s", text);
	pr_err("%s\n", text);
	return err;
}

static int register_check(const struct rmap_ops *ops, struct module *owner)
{
	const char *fault, *missing;
	char text[96];

	if (!owner || owner == THIS_MODULE || !ops || ops == &rmap_builtin_ops)
		return register_refuse(ops, owner, -EINVAL,
				       "it is not a set of operations of another module");
	fault = name_fault(ops->name);
	if (fault)
		return register_refuse(ops, owner, -EINVAL, fault);
	missing = missing_operation(ops);
	if (!missing)
		return 0;
	scnprintf(text, sizeof(text), "it has no %s()", missing);
	return register_refuse(ops, owner, -EINVAL, text);
}

/**
 * __rmap_ab_register - add an implementation to those that can be put in use
 * @ops: its operations, all of them, and its name: up to 31 lower-case letters,
 *	 digits, - and _, of which the first is a letter. It must not change before
 *	 rmap_ab_unregister()
 * @owner: the module that has the operations
 *
 * Call it as rmap_ab_register(), last in the init function of a module. When
 * that function has returned 0, users can put the implementation in use. As long
 * as it is in use, the module is pinned: `use builtin`, or the use of any other
 * implementation, ends that.
 *
 * If @ops does not have .layouts, it is refused while large folios without page
 * mapcounts may exist, and such folios are refused while it is in use.
 *
 * Context: Process context. May sleep.
 * Return: 0; -EINVAL if @ops is not complete or has a bad name; -EEXIST if there
 * is an implementation of that name; -ENOSPC if other modules have registered
 * too many. The kernel log and error_log say what is wrong.
 */
int __rmap_ab_register(const struct rmap_ops *ops, struct module *owner)
{
	int err;

	err = register_check(ops, owner);
	if (err)
		return err;
	err = registry_add(ops, owner);
	if (err == -EEXIST)
		return register_refuse(ops, owner, err,
				       "there is an implementation of that name");
	if (err)
		return register_refuse(ops, owner, err,
				       "other modules have registered too many");
	pr_info("%s of module %s can be used\n", ops->name, owner->name);
	return 0;
}
EXPORT_SYMBOL_NS_GPL(__rmap_ab_register, RMAP_OPS_NS);

/**
 * rmap_ab_unregister - remove an implementation
 * @ops: what was given to rmap_ab_register()
 *
 * Its counters are dropped. When this returns, nothing of it is executed or
 * read. An exit function finds it not in use, unless the module is unloaded by
 * force. If it is in use, the kernel's own code is put back, as after any error.
 *
 * Context: Process context, no locks of mm held. May sleep, for an RCU grace
 * period.
 */
void rmap_ab_unregister(const struct rmap_ops *ops)
{
	if (!registry_remove(ops))
		return;
	switch_forget(ops);
	/* A finding has the name. */
	guard_flush();
	stats_forget(ops);
}
EXPORT_SYMBOL_NS_GPL(rmap_ab_unregister, RMAP_OPS_NS);

/* An exit function, or an init function that fails, may have forgotten it. */
static int register_module_event(struct notifier_block *nb, unsigned long event,
				 void *data)
{
	const struct module *module = data;
	const struct rmap_ops *ops;

	if (event != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	while ((ops = registry_first_of(module))) {
		error_log_add("module %s goes without rmap_ab_unregister() of '%s'",
			      module->name, ops->name);
		pr_err("module %s goes without rmap_ab_unregister() of '%s'\n",
		       module->name, ops->name);
		rmap_ab_unregister(ops);
	}
	return NOTIFY_OK;
}

static struct notifier_block register_module_nb = {
	.notifier_call = register_module_event,
};

/**
 * register_init - notice modules that go without a word
 *
 * Context: Process context, before another module can register anything.
 * Return: 0 or -errno.
 */
int register_init(void)
{
	return inject_err(register_module_notifier(&register_module_nb));
}

/**
 * register_exit - the reverse of register_init()
 *
 * Context: Process context. No other module has anything registered.
 */
void register_exit(void)
{
	unregister_module_notifier(&register_module_nb);
}
