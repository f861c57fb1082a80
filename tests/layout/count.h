/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LAYOUT_COUNT_H
#define LAYOUT_COUNT_H
/*
 * One folio under the operations of mm/rmap_layout.c, beside a model that is
 * only a set of mappings. After each, counters, statistics and what was said of
 * partial mapping must be those of the model.
 */

#include <linux/rmap_layout.h>

extern struct folio count_folio;

/* Is it mapped, and by a layout without page mapcounts? */
bool count_is_none(void);

void count_start(void);
void count_new(bool by_pmd, bool exclusive);
void count_dup_ptes(int first, int nr);
void count_add_ptes(int first, int nr);
void count_remove_ptes(int first, int nr);
void count_add_entire(bool by_pmd);
void count_remove_entire(void);
void count_remove_all(void);

/* One of these, at random. */
void count_random(unsigned int *state);

#endif /* LAYOUT_COUNT_H */
