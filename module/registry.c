// SPDX-License-Identifier: GPL-2.0
/*
 * The implementations that there are.
 *
 * Those of other modules come and go. An implementation is found by its name,
 * and its module is pinned in the same step, so it cannot go in between. The
 * switch holds that pin as long as the implementation is in use. It has none of
 * this module: the kernel's hooks pin this module as long as anything of it is
 * installed.
 */

#include <linux/array_size.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/rmap_ab.h>

#include "error_log.h"
#include "impl.h"
#include "registry.h"

/* Those of this module, in the order that users see. */
static const struct rmap_ops *const own_implementations[] = {
	&control_ops,
	&page_ops,
	&batch_ops,
	&exclusive_ops,
};

static_assert(1 + ARRAY_SIZE(own_implementations) + REGISTRY_MAX_OTHERS <= REGISTRY_MAX);

/*
 * Protects what follows. It is taken inside the lock of the switch. Nobody waits
 * for anything while holding it, so the names can be read during a switch.
 */
static DEFINE_MUTEX(registry_lock);
static struct implementation others[REGISTRY_MAX_OTHERS];
static unsigned int nr_others;

/* Return: the @i-th of all, or NULL. */
static const struct rmap_ops *registry_at(unsigned int i)
{
	lockdep_assert_held(&registry_lock);

	if (!i)
		return &rmap_builtin_ops;
	i--;
	if (i < ARRAY_SIZE(own_implementations))
		return own_implementations[i];
	i -= ARRAY_SIZE(own_implementations);
	return i < nr_others ? others[i].ops : NULL;
}

static bool registry_has(const char *name)
{
	const struct rmap_ops *ops;
	unsigned int i;

	for (i = 0; (ops = registry_at(i)); i++)
		if (!strcmp(name, ops->name))
			return true;
	return false;
}

/**
 * registry_add - add an implementation of another module
 * @ops: its operations, complete and with a good name
 * @owner: the module
 *
 * Context: Process context.
 * Return: 0; -EEXIST if there is one of that name; -ENOSPC if there are too many.
 */
int registry_add(const struct rmap_ops *ops, struct module *owner)
{
	int err = 0;

	mutex_lock(&registry_lock);
	if (registry_has(ops->name))
		err = -EEXIST;
	else if (nr_others == ARRAY_SIZE(others))
		err = -ENOSPC;
	else
		others[nr_others++] = (struct implementation){ ops, owner };
	mutex_unlock(&registry_lock);
	return err;
}

/**
 * registry_remove - remove an implementation of another module
 * @ops: its operations
 *
 * Nobody finds it any more. It may still be in use.
 *
 * Context: Process context.
 * Return: true if it was there.
 */
bool registry_remove(const struct rmap_ops *ops)
{
	bool found = false;
	unsigned int i;

	mutex_lock(&registry_lock);
	for (i = 0; i < nr_others; i++) {
		if (found)
			others[i - 1] = others[i];
		found |= others[i].ops == ops;
	}
	nr_others -= found;
	mutex_unlock(&registry_lock);
	return found;
}

/**
 * registry_first_of - find an implementation by the module that registered it
 * @owner: the module
 *
 * Context: Process context.
 * Return: its operations, or NULL. They may go with the module.
 */
const struct rmap_ops *registry_first_of(const struct module *owner)
{
	const struct rmap_ops *ops = NULL;
	unsigned int i;

	mutex_lock(&registry_lock);
	for (i = 0; i < nr_others && !ops; i++)
		if (others[i].owner == owner)
			ops = others[i].ops;
	mutex_unlock(&registry_lock);
	return ops;
}

/*
 * A module whose init function fails is freed, however often it is pinned. So
 * nothing of it is used before that function has returned.
 */
static int registry_pin(const struct implementation *implementation)
{
	struct module *owner = implementation->owner;

	if (READ_ONCE(owner->state) == MODULE_STATE_COMING)
		return -EAGAIN;
	return try_module_get(owner) ? 0 : -ENODEV;
}

/**
 * registry_get - find an implementation by its name, and pin its module
 * @name: its name
 * @implementation: filled in
 *
 * Context: Process context.
 * Return: 0, and then registry_put() has to follow; -EINVAL if there is none;
 * -EAGAIN if its module is still being loaded; -ENODEV if it is being unloaded.
 */
int registry_get(const char *name, struct implementation *implementation)
{
	const struct rmap_ops *ops;
	unsigned int i;
	int err = -EINVAL;

	*implementation = (struct implementation){ };
	mutex_lock(&registry_lock);
	for (i = 0; (ops = registry_at(i)); i++)
		if (!strcmp(name, ops->name))
			break;
	if (ops && i > ARRAY_SIZE(own_implementations)) {
		*implementation = others[i - 1 - ARRAY_SIZE(own_implementations)];
		err = registry_pin(implementation);
	} else if (ops) {
		implementation->ops = i ? ops : NULL;
		err = 0;
	}
	mutex_unlock(&registry_lock);
	return err;
}

/**
 * registry_put - unpin the module of an implementation
 * @implementation: what registry_get() has filled in
 *
 * Context: Any. No CPU executes its operations.
 */
void registry_put(const struct implementation *implementation)
{
	module_put(implementation->owner);
}

/**
 * registry_list - list the names of all implementations
 * @text: where to
 * @size: of @text
 *
 * Context: Process context.
 * Return: length of the text.
 */
int registry_list(char *text, size_t size)
{
	const struct rmap_ops *ops;
	unsigned int i;
	int len = 0;

	mutex_lock(&registry_lock);
	for (i = 0; (ops = registry_at(i)); i++)
		len += scnprintf(text + len, size - len, "%s%s",
				 i ? " " : "", ops->name);
	mutex_unlock(&registry_lock);
	return len;
}

/**
 * registry_show - print the names of all implementations in a line
 * @m: where to
 * @current_name: the one that gets brackets, if there is one of that name
 *
 * Context: Process context.
 */
void registry_show(struct seq_file *m, const char *current_name)
{
	const struct rmap_ops *ops;
	unsigned int i;

	mutex_lock(&registry_lock);
	for (i = 0; (ops = registry_at(i)); i++)
		seq_printf(m, !strcmp(ops->name, current_name) ? "%s[%s]" : "%s%s",
			   i ? " " : "", ops->name);
	mutex_unlock(&registry_lock);
	seq_putc(m, '\n');
}
