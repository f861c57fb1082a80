/* SPDX-License-Identifier: GPL-2.0 */
/* Which of the folios found are shown. */
#ifndef RMAPCTL_FILTER_H
#define RMAPCTL_FILTER_H

#include "folio/view.h"

/**
 * struct filter - what the options say; zero lets everything pass
 * @kinds: a bit for each; 0: all
 * @has_orders: is there an --order?
 * @orders: from, to
 * @shared: only what has a page that is mapped more than once
 * @partial: only what is mapped in parts
 * @exclusive: only what has an anon-exclusive page
 */
struct filter {
	unsigned int kinds;
	bool has_orders;
	struct range orders;
	bool shared;
	bool partial;
	bool exclusive;
};

/* The options, for the table of a noun; @filter_: where they go. */
#define FILTER_OPTIONS(filter_)						\
	OPT_HEADING("Which of them are shown; all that is asked for must be true"), \
	OPT_CALL("kind", "K[,K]...", "of one of these kinds",		\
		 filter_take_kinds, &(filter_).kinds, words_kinds),	\
	OPT_CALL("order", "N[-M]",					\
		 "of this order: a folio has 2 to the power of it pages", \
		 filter_take_orders, &(filter_), NULL),			\
	OPT_FLAG("shared", "with a page that is mapped more than once",	\
		 &(filter_).shared),					\
	OPT_FLAG("partial",						\
		 "of which some pages are mapped and others are not",	\
		 &(filter_).partial),					\
	OPT_FLAG("exclusive", "with a page that is anon-exclusive",	\
		 &(filter_).exclusive)

int filter_take_kinds(const struct opt *opt, const char *arg);
int filter_take_orders(const struct opt *opt, const char *arg);

bool filter_takes(const struct filter *filter, const struct folio *folio);

#endif
