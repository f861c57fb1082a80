/* SPDX-License-Identifier: GPL-2.0 */
/* What folios can be sorted by. */
#ifndef RMAPCTL_SORT_KEY_H
#define RMAPCTL_SORT_KEY_H

#include "folio/view.h"
#include "noun.h"

/* @value is NULL if nothing is to be sorted; @down: the largest first. */
struct sort_key {
	int64_t (*value)(const struct folio *folio);
	bool down;
};

/* The option, for the table of a noun; @key: where it goes. */
#define SORT_OPTIONS(key)						\
	OPT_HEADING("In which order, instead of that in which they are found"), \
	OPT_CALL("sort", "[-]KEY", "by KEY; with the - the largest first", \
		 sort_take_key, key, sort_words)

int sort_take_key(const struct opt *opt, const char *arg);

/* The keys, for completion. */
words_fn sort_words;

/* Takes "KEY" or "-KEY"; returns 0, or EXIT_USAGE after a complaint. */
int sort_key_parse(const char *text, struct sort_key *key);

/* The smaller of two comes first, also with @key->down. */
int64_t sort_key_value(const struct sort_key *key, const struct folio *folio);

/* The same for help. */
void sort_key_help(void);

#endif
