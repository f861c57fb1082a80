/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_REGISTER_H
#define _RMAP_AB_REGISTER_H
/*
 * For other modules: an implementation of theirs becomes one of those that
 * rmap_ab can switch to. impl_count.h has what `control` is made of, to build on.
 * All of that is in the symbol namespace of the hooks, RMAP_OPS_NS.
 * module/example has a module to copy.
 */

struct module;
struct rmap_ops;

int __rmap_ab_register(const struct rmap_ops *ops, struct module *owner);
void rmap_ab_unregister(const struct rmap_ops *ops);

/* In an init function. The owner is not left to a field that may be empty. */
#define rmap_ab_register(ops)	__rmap_ab_register(ops, THIS_MODULE)

/* For this module alone. */
int register_init(void);
void register_exit(void);

#endif /* _RMAP_AB_REGISTER_H */
