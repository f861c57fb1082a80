/* SPDX-License-Identifier: GPL-2.0 */
/* Folios in the order of a key. */
#ifndef RMAPCTL_SORT_H
#define RMAPCTL_SORT_H

#include "folio/folio.h"
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

/* The same for help. */
void sort_key_help(void);

struct sort;

/**
 * sort_limit() - how much memory a sort may take
 *
 * A small folio takes some 200 bytes, a twentieth of its page: all of a
 * machine's memory in small folios is below the limit.
 *
 * Return: bytes, a sixteenth of this machine's memory.
 */
size_t sort_limit(void);

/* @limit: bytes, usually sort_limit(). Returns NULL after a complaint. */
struct sort *sort_new(const struct sort_key *key, size_t limit);
void sort_free(struct sort *sort);

/* Takes a copy of @folio; returns 0, or -errno after a complaint. */
int sort_add(struct sort *sort, const struct folio *folio);

/* Nothing more is added: put all in order. */
void sort_finish(struct sort *sort);

/*
 * After sort_finish(): the next one by key, equals in the order of adding; NULL
 * behind the last one.
 */
const struct folio *sort_next(struct sort *sort);

#endif
