/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOOKS_SETS_H
#define HOOKS_SETS_H
/* The sets of operations: the kernel's, two of one module, one of another. */

#include <linux/rmap_ops.h>

enum set {
	SET_BUILTIN,
	SET_A,
	SET_B,
	SET_FOREIGN,
	NR_SETS
};

extern const struct rmap_ops *const sets[NR_SETS];
/* The module in whose name each set is installed; NULL for the kernel's. */
extern struct module *const set_owners[NR_SETS];

/*
 * Return: whether a CPU may be executing it, after all that the protocol has
 * waited for.
 */
bool machine_may_execute(enum set set);

#endif /* HOOKS_SETS_H */
