// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "folio/folios.h"
#include "folio/list.h"
#include "folio/show_text.h"
#include "noun.h"

enum { OPTION_EACH = OPTION_AFTER_LIST };

static struct list list = { .form = SHOW_FOLIO };

static const struct option options[] = {
	LIST_OPTIONS,
	{ "each", no_argument, NULL, OPTION_EACH },
	{ }
};

static int option(int val, const char *arg)
{
	if (val < OPTION_AFTER_LIST)
		return list_option(&list, val, arg);
	list.each = true;
	return 0;
}

static int take(void *data, struct folio *folio)
{
	return list_take(data, folio);
}

static bool take_again(void *data, const struct rmap_ab_page *page, uint64_t at)
{
	return list_take_again(data, page, at);
}

static int walk(struct list *list)
{
	struct totals *totals = &list->totals;
	struct folios folios = {
		.view = &list->view,
		.visit = take,
		.again = take_again,
		.data = list,
	};
	int ret = folios_walk(&folios, &list->selection);

	totals->missing = folios.missing;
	totals->not_folios = folios.not_folios;
	totals->twice = folios.twice;
	totals->end = folios.end;
	return ret;
}

static void do_help(void)
{
	puts(LIST_ARGS " [--each]\n\n"
	     "Shows folios: each one once, as a whole, also where only some of its pages\n"
	     "were asked for. As text, small folios that go on where the one before ends\n"
	     "(page frame, index, address) and do not differ otherwise share its block:\n"
	     "a line says how many more there are, and where. JSON has each of them.\n");
	list_help();
	puts("Form:\n"
	     "  --each           a block for each folio\n");
	show_text_folio_help();
	puts("Fields:");
	show_help(SHOW_FOLIO);
}

static int do_folio(struct out *out, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	list.out = out;
	return list_run(&list, "folio", walk);
}

const struct noun noun_folio = {
	.name = "folio",
	.args = "WHICH...",
	.brief = "show folios and their counters",
	.flags = NOUN_JSON,
	.options = options,
	.option = option,
	.help = do_help,
	.run = do_folio,
};
