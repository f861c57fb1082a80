/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IMPLS_H
#define IMPLS_H
/*
 * The implementations of the module: all that impl.h declares.
 */

#include <linux/rmap.h>

extern const struct rmap_ops *const impls[];
extern const int nr_impls;

#endif
