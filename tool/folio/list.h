/* SPDX-License-Identifier: GPL-2.0 */
/* What `folio` and `pages` have in common: options, filters, order, summary. */
#ifndef RMAPCTL_LIST_H
#define RMAPCTL_LIST_H

#include "folio/show.h"
#include "folio/sort.h"
#include "folio/totals.h"
#include "noun.h"

/* The options, for the table of a noun; @list: where they go. */
#define LIST_OPTIONS(list)						\
	SELECT_OPTIONS(&(list).selection),				\
	FILTER_OPTIONS((list).filter),					\
	SORT_OPTIONS(&(list).key)

/**
 * struct joiner - small folios that differ in nothing but their place, as text:
 * the first one is a block, all that follow it are one line
 * @last: record of the last one; zeroed, it is like none
 * @at: where that is, as struct folio has it
 * @pid: and of which process
 * @nr: how many there are behind the first one
 * @step: from one page frame to the next, 1 or -1; 0: not known yet
 */
struct joiner {
	struct rmap_ab_page last;
	uint64_t at;
	uint64_t pid;
	uint64_t nr;
	int step;
};

/**
 * joiner_take() - does this folio go on with those joined so far?
 * @joiner: those
 * @folio: what comes next
 * @at_step: from one page to the next in @folio->at
 *
 * Return: true if so: it needs no block of its own. If not, the joiner has to
 * be ended, and begun with this one once that is printed.
 */
bool joiner_take(struct joiner *joiner, const struct folio *folio,
		 uint64_t at_step);

/* Prints what there is to say of those joined, if anything. */
void joiner_end(struct joiner *joiner, FILE *to, bool with_address);

/* Begins with a folio that is printed. */
void joiner_begin(struct joiner *joiner, const struct folio *folio);

/**
 * struct list - a list that is being made
 * @selection: where to look
 * @filter: what to show of it
 * @key: in which order
 * @form: and how
 * @each: a block for each folio, also for those alike
 * @out: where to
 * @sort: NULL if the order is that in which folios are found
 * @joiner: folios like the one printed last
 * @state: where records are read
 * @totals: for the summary; who takes folios to the list counts what is none
 */
struct list {
	struct selection selection;
	struct filter filter;
	struct sort_key key;
	enum show_form form;
	bool each;
	struct out *out;
	struct sort *sort;
	struct joiner joiner;
	struct page_state state;
	struct totals totals;
};

/* Takes one folio, or row; returns 0, or -errno after a complaint. */
int list_take(struct list *list, const struct folio *folio);

typedef int list_take_fn(struct list *list, const struct folio *folio);

/* Hands all folios of the selection to @take; returns 0, or -errno after a complaint. */
int list_walk(struct list *list, list_take_fn *take);

/**
 * list_begin() - begin the list
 * @list: with the options taken
 * @noun: whose list it is
 *
 * Return: 0, or an exit code after a complaint; only then it is not to be ended.
 */
int list_begin(struct list *list, const char *noun);

/**
 * list_end() - print what is not printed yet, and the summary
 * @list: it
 * @ret: 0 if all there is was given to list_take(), else -errno, after a
 *	complaint
 *
 * Return: an exit code.
 */
int list_end(struct list *list, int ret);

/* What the values of these options mean. */
void list_help(void);

#endif
