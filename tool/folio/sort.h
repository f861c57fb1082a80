/* SPDX-License-Identifier: GPL-2.0 */
/* Any number of folios in the order of a key, in little memory. */
#ifndef RMAPCTL_SORT_H
#define RMAPCTL_SORT_H

#include "folio/sort_key.h"

/* What is sorted at once, in memory; the rest is in a temporary file. */
#define SORT_ARENA	(6 << 20)
/* Sorted pieces of that file that are merged at once, each with a buffer. */
#define SORT_PIECES	64

struct sort;

/* @arena: bytes, usually SORT_ARENA. Returns NULL after a complaint. */
struct sort *sort_new(const struct sort_key *key, size_t arena);
void sort_free(struct sort *sort);

/* Takes a copy of @folio; returns 0, or -errno after a complaint. */
int sort_add(struct sort *sort, const struct folio *folio);

/**
 * sort_end() - hand out what was added, by key; equals in the order of adding
 * @sort: takes nothing more
 * @visit: called for each; returns 0, or -errno to stop
 * @data: for @visit
 *
 * Return: 0, or -errno: what @visit returned, or after a complaint.
 */
int sort_end(struct sort *sort, int (*visit)(void *data, struct folio *folio),
	     void *data);

#endif
