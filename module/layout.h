/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_LAYOUT_H
#define _RMAP_AB_LAYOUT_H
/*
 * The layout that large folios get at their first mapping: with page mapcounts,
 * or without. impl_layout.h has what an implementation must know of it.
 */

#include <linux/types.h>

struct seq_file;

int layout_set(const char *name);
const char *layout_name(void);
unsigned long layout_nr_none(void);
void layout_show_names(struct seq_file *m);
void layout_set_listener(void (*listener)(void));

#endif /* _RMAP_AB_LAYOUT_H */
