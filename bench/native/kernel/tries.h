/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TRIES_H
#define TRIES_H
/*
 * What might make contention cheaper. These are no implementations to switch to:
 * they count only what the benchmark of contention does, and are measured only.
 */

#ifdef CONFIG_RMAP_OPS
#include <linux/rmap_ops.h>

/* Return: NULL after the last. */
const struct rmap_ops *tries_ops(int i);
#endif

/* The order of a process that is to begin in the middle. */
void tries_set_process(int process, int nr_processes);

#endif
