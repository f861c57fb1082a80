// SPDX-License-Identifier: GPL-2.0
#include "impls.h"

#define IMPL(name)	extern const struct rmap_ops name##_ops;
#include "impls.inc"
#undef IMPL

const struct rmap_ops *const impls[] = {
#define IMPL(name)	&name##_ops,
#include "impls.inc"
#undef IMPL
};

const int nr_impls = sizeof(impls) / sizeof(impls[0]);
