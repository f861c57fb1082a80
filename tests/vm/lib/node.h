/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NODE_H
#define NODE_H
/*
 * NUMA nodes, and moving folios between them.
 */

#include <stddef.h>

/* Returns the node of the page at @p. */
int node_of(const void *p);

/* Returns a node with memory other than @node. */
int node_other(int node);

/*
 * Moves folios of @pages pages each, @nr pages from @p on, to @node, with the
 * other processes' mappings. Returns 0, or -errno of the first folio that
 * stayed.
 */
int node_move(char *p, size_t nr, size_t pages, int node);

#endif /* NODE_H */
