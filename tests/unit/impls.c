// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "impls.h"
#include "register.h"

enum { MAX_REGISTERED = 16 };

#define IMPL(name)	extern const struct rmap_ops name##_ops;
#include "impls.inc"
#undef IMPL

/* Those of the module, and room for others. */
#define IMPL(name)	&name##_ops,
const struct rmap_ops *impls[] = {
#include "impls.inc"
	[NR_MODULE_IMPLS + MAX_REGISTERED - 1] = NULL,
};
#undef IMPL

int nr_impls = NR_MODULE_IMPLS;

/* The sources of a module that is not ours call it before main(): see linux/module.h. */
int __rmap_ab_register(const struct rmap_ops *ops, struct module *owner)
{
	(void)owner;
	if (nr_impls == NR_MODULE_IMPLS + MAX_REGISTERED)
		abort();
	impls[nr_impls++] = ops;
	return 0;
}

void rmap_ab_unregister(const struct rmap_ops *ops)
{
	(void)ops;
}
