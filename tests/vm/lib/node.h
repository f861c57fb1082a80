/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NODE_H
#define NODE_H
/*
 * NUMA nodes, and moving folios between them.
 */

#include <stddef.h>

/* Of the page at @p. */
int node_of(const void *p);

/* A node with memory other than @node. */
int node_other(int node);

/*
 * Move folios of @pages pages each, for @nr pages from @p, to @node; the other
 * processes' mappings with them. Returns 0 or -errno of the first that stayed.
 */
int node_move(char *p, size_t nr, size_t pages, int node);

#endif /* NODE_H */
