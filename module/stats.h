/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_STATS_H
#define _RMAP_AB_STATS_H
/*
 * Counters: how often each operation of each implementation was called, for how
 * many pages, and how often it refused.
 */

#include "instrument.h"

struct seq_file;

extern const struct layer stats_layer;

void stats_show(struct seq_file *m);
void stats_reset(void);
void stats_forget(const struct rmap_ops *implementation);
void stats_exit(void);

#endif /* _RMAP_AB_STATS_H */
