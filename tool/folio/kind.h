/* SPDX-License-Identifier: GPL-2.0 */
/* Names for what a page frame can be. */
#ifndef RMAPCTL_KIND_H
#define RMAPCTL_KIND_H

#include <linux/rmap_ab.h>

/* "anon", "file", ... */
const char *kind_name(enum rmap_ab_kind kind);

/* The same, but for a page in no folio: "free", "slab", ..., "absent". */
const char *kind_of_page(const struct rmap_ab_page *page);

/**
 * kinds_parse() - kinds, separated by commas
 * @text: what was given
 * @kinds: a bit for each
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int kinds_parse(const char *text, unsigned int *kinds);

/* The names, for help. */
void kinds_help(void);

#endif
