// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>

#include "cli/complain.h"
#include "folio/list.h"
#include "folio/saved.h"
#include "folio/show_text.h"
#include "folio/summary.h"
#include "noun.h"

static struct list list = { .form = SHOW_FOLIO };
static bool snapshot, summary, by_vma, by_process;

static const struct opt options[] = {
	LIST_OPTIONS(list),
	OPT_FLAG("each", "print a block for each folio", &list.each),
	OPT_FLAG("summary",
		 "print a row for each kind and size instead; of all memory if WHICH is missing",
		 &summary),
	OPT_FLAG("vmas", "with --summary and --pid: for each VMA", &by_vma),
	OPT_FLAG("processes",
		 "with --summary and --pid or --cgroup: for each process, and then for all of them together",
		 &by_process),
	OPT_FLAG("snapshot",
		 "print what 'rmapctl diff' reads: JSON, a line for each folio, and of which boot they are; of all memory if WHICH is missing",
		 &snapshot),
	{ }
};

static void folio_help(void)
{
	show_text_folio_help();
	list_help();
	show_help(SHOW_FOLIO);
	summary_help();
	saved_help(SAVED_SNAPSHOT);
}

static int show_snapshot(struct out *out)
{
	int ret;

	if (summary || opts_given.pretty) {
		complain("--snapshot is a line for each folio: leave out %s",
			 summary ? "--summary" : "-p");
		return EXIT_USAGE;
	}
	out->json = true;
	out->lines = true;
	select_all_unless_said(&list.selection);
	ret = list_begin(&list, "folio");
	if (ret)
		return ret;
	if (saved_put_head(out, SAVED_SNAPSHOT))
		return list_end(&list, -EIO);
	ret = list_end(&list, list_walk(&list, list_take));
	/* without it, the file is known to be cut off */
	if (!ret && !ferror(out->to))
		saved_put_end(out, out->nr - 1);
	return ret;
}

static int do_folio(struct out *out, int argc, char **argv)
{
	int ret;

	(void)argc;
	(void)argv;
	list.out = out;
	if (snapshot)
		return show_snapshot(out);
	if (summary)
		return summary_show(&list, by_vma, by_process);
	if (by_vma || by_process) {
		complain("%s goes with --summary", by_vma ? "--vmas" : "--processes");
		return EXIT_USAGE;
	}
	ret = list_begin(&list, "folio");
	return ret ? ret : list_end(&list, list_walk(&list, list_take));
}

const struct noun noun_folio = {
	.name = "folio",
	.args = "[WHICH...]",
	.brief = "show folios and their counters",
	.about = SELECT_ARGS "\n"
		 "\n"
		 "Shows each folio once and as a whole, even if only some of its pages were\n"
		 "asked for. As text, small folios share a block if each continues the one\n"
		 "before (page frame, index, address) and does not differ otherwise: a line\n"
		 "tells how many more there are, and where. JSON has each folio.\n"
		 "\n"
		 "With --summary, folios are not shown but counted: how much memory they\n"
		 "are, how much of it is mapped, once or more often. These numbers are exact,\n"
		 "and count all who map a folio. Each folio counts once, in the VMA that comes\n"
		 "first.\n"
		 "\n"
		 "Of several processes, a folio is shown once if any of them maps it, with the\n"
		 "address in the first that does. --processes counts a folio in each process\n"
		 "that maps it, and then once in all of them together.",
	.flags = NOUN_JSON,
	.options = options,
	.help = folio_help,
	.run = do_folio,
};
