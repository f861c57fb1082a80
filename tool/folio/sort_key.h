/* SPDX-License-Identifier: GPL-2.0 */
/* What folios can be sorted by. */
#ifndef RMAPCTL_SORT_KEY_H
#define RMAPCTL_SORT_KEY_H

#include "folio/view.h"

/* @value is NULL if nothing is to be sorted; @down: the largest first. */
struct sort_key {
	int64_t (*value)(const struct folio *folio);
	bool down;
};

/* Takes "KEY" or "-KEY"; returns 0, or EXIT_USAGE after a complaint. */
int sort_key_parse(const char *text, struct sort_key *key);

/* The smaller of two comes first, also with @key->down. */
int64_t sort_key_value(const struct sort_key *key, const struct folio *folio);

/* The keys, for a help text. */
void sort_key_help(void);

#endif
