/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_REGISTRY_H
#define _RMAP_AB_REGISTRY_H
/*
 * The implementations that there are: this module's, and those that other
 * modules have registered.
 */

#include <linux/types.h>

#include "hooks.h"

struct seq_file;

/* Of other modules, at the same time. */
#define REGISTRY_MAX_OTHERS	8
/* Of all. builtin is one of them. */
#define REGISTRY_MAX		16

/**
 * struct implementation - one that can be put in use
 * @ops: its operations; NULL: builtin
 * @owner: the module that registered it; NULL if it is this module's or builtin
 */
struct implementation {
	const struct rmap_ops *ops;
	struct module *owner;
};

int registry_add(const struct rmap_ops *ops, struct module *owner);
bool registry_remove(const struct rmap_ops *ops);
const struct rmap_ops *registry_first_of(const struct module *owner);

int registry_get(const char *name, struct implementation *implementation);
void registry_put(const struct implementation *implementation);

int registry_list(char *text, size_t size);
void registry_show(struct seq_file *m, const char *current_name);

#endif /* _RMAP_AB_REGISTRY_H */
