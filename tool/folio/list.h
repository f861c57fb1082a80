/* SPDX-License-Identifier: GPL-2.0 */
/* What `folio` and `pages` have in common: options, filters, order, summary. */
#ifndef RMAPCTL_LIST_H
#define RMAPCTL_LIST_H

#include "folio/alike.h"
#include "folio/filter.h"
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
 * struct list - a list that is being made
 * @selection: where to look
 * @filter: what to show of it
 * @key: in which order
 * @form: and how
 * @each: a block for each folio, also for those alike
 * @out: where to
 * @sort: NULL if the order is that in which folios are found
 * @alike: folios like the one printed last
 * @view: an open one
 * @totals: for the summary; @walk counts what is not a folio
 */
struct list {
	struct selection selection;
	struct filter filter;
	struct sort_key key;
	enum show_form form;
	bool each;
	struct out *out;
	struct sort *sort;
	struct alike alike;
	struct view view;
	struct totals totals;
};

/* Takes one folio, or row; returns 0, or -errno after a complaint. */
int list_take(struct list *list, struct folio *folio);

/* The same for a small folio, if it shares the block of the one before. */
bool list_take_again(struct list *list, const struct rmap_ab_page *page,
		     uint64_t at);

/**
 * list_run() - make the list
 * @list: with the options taken
 * @noun: whose list it is
 * @walk: calls list_take() for all there is; returns 0, or -errno after a
 *	complaint
 *
 * Return: an exit code.
 */
int list_run(struct list *list, const char *noun,
	     int (*walk)(struct list *list));

/* What the values of these options mean. */
void list_help(void);

#endif
