/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IMPLS_H
#define IMPLS_H
/*
 * The implementations of the module, all that impl.h declares, and behind them those
 * that the sources of another module register.
 */

#include <linux/rmap.h>

#define IMPL(name)	IMPL_##name,
enum {
#include "impls.inc"
	NR_MODULE_IMPLS
};
#undef IMPL

extern const struct rmap_ops *impls[];
extern int nr_impls;

#endif
