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

enum {
	OPTION_KIND = OPTION_AFTER_SELECT,
	OPTION_ORDER,
	OPTION_SHARED,
	OPTION_PARTIAL,
	OPTION_EXCLUSIVE,
	OPTION_AFTER_FILTER,
};

#define FILTER_OPTIONS							\
	{ "kind",      required_argument, NULL, OPTION_KIND },		\
	{ "order",     required_argument, NULL, OPTION_ORDER },		\
	{ "shared",    no_argument,       NULL, OPTION_SHARED },	\
	{ "partial",   no_argument,       NULL, OPTION_PARTIAL },	\
	{ "exclusive", no_argument,       NULL, OPTION_EXCLUSIVE }

/* Takes one option; returns 0, or EXIT_USAGE after a complaint. */
int filter_option(struct filter *filter, int val, const char *arg);

bool filter_takes(const struct filter *filter, const struct folio *folio);

void filter_help(void);

#endif
