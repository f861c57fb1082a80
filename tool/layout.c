// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "cli/number.h"
#include "folio/walk.h"
#include "help.h"
#include "kernel/control.h"
#include "kernel/convert.h"
#include "kernel/page_size.h"
#include "noun.h"

/**
 * struct layout - what is shown
 * @layout: what first mappings get
 * @from: what they got before; NULL if nobody asked for a change
 * @folios_page: mapped large folios with page mapcounts
 * @folios_none: those without
 * @pinned: of those that have another layout than @layout, the ones that may be
 *	pinned
 * @converted: folios of the process that have @layout now, and had not before
 * @kept: those that have still not
 */
struct layout {
	const char *layout;
	const char *from;
	uint64_t folios_page;
	uint64_t folios_none;
	uint64_t pinned;
	uint64_t converted;
	uint64_t kept;
};

#define FIELD(member, what_) {					\
	.key = #member, .label = #member, .what = what_,	\
	.type = OUT_U64, .offset = offsetof(struct layout, member),	\
}
#define WORDS(member, what_) {					\
	.key = #member, .label = #member, .what = what_,	\
	.type = OUT_STR, .offset = offsetof(struct layout, member),	\
}

static const struct out_field fields[] = {
	WORDS(layout,
	      "what large folios get at their first mapping: page mapcounts (page), or none"),
	FIELD(folios_page,
	      "large folios that are mapped and have page mapcounts; with --pid, of that process"),
	FIELD(folios_none, "those that have none"),
	FIELD(pinned,
	      "of those that have the other layout, how many may be pinned, and so "
	      "cannot be converted"),
	WORDS(from, "what they got before; only if NAME was given"),
	FIELD(converted, "with --convert: folios that had the other layout, and have not now"),
	FIELD(kept, "with --convert: those that still have it"),
};

enum { NR_SHOWN = 4, NR_CHANGED = 5 };

static const struct out_desc shown_desc = { .fields = fields, .nr_fields = NR_SHOWN };
static const struct out_desc changed_desc = {
	.fields = fields, .nr_fields = NR_CHANGED, .line = "{from} -> {layout}",
};
static const struct out_desc unchanged_desc = {
	.fields = fields, .nr_fields = NR_CHANGED,
	.line = "{layout} already: nothing changed",
};
static const struct out_desc all_desc = {
	.fields = fields, .nr_fields = ARRAY_SIZE(fields),
};

static struct selection selection;
static bool convert;

/* ---- the control file: all names, in brackets the one that is chosen ---- */

/* Return: the chosen name, to be freed, or NULL after a complaint. */
static char *layout_read(void)
{
	char *text = control_read(RMAP_AB_FILE_LAYOUT);
	char *name = text ? strchr(text, '[') : NULL;
	char *end = name ? strchr(name, ']') : NULL;

	if (!end) {
		if (text)
			complain("the file '%s' is garbled: '%s'", RMAP_AB_FILE_LAYOUT, text);
		free(text);
		return NULL;
	}
	*end = '\0';
	name = strdup(name + 1);
	free(text);
	return name;
}

void words_layouts(void (*offer)(const char *word))
{
	struct names all;

	if (layouts_read(&all))
		return;
	for (size_t i = 0; i < all.list.nr; i++)
		offer(all.list.words[i]);
	names_free(&all);
}

/* ---- folios of each layout ---- */

static bool has_layout(const struct rmap_ab_page *page)
{
	return page->flags & RMAP_AB_FOLIO_MM_IDS && page->large_mapcount > 0;
}

static bool is_other(const struct layout *layout, const struct rmap_ab_page *page)
{
	return record_is_none(page) != !strcmp(layout->layout, RMAP_AB_LAYOUT_NONE);
}

/* Counts a folio, and has @todo take the address of one that is of another layout. */
static int layout_take(struct layout *layout, const struct folio *folio,
		       struct convert *todo)
{
	const struct rmap_ab_page *page = &folio->page;

	if (!has_layout(page))
		return 0;
	if (record_is_none(page))
		layout->folios_none++;
	else
		layout->folios_page++;
	if (!is_other(layout, page))
		return 0;
	layout->pinned += !!(page->flags & RMAP_AB_FOLIO_MAYBE_PINNED);
	return todo ? convert_add(todo, folio->at, folio->nr * page_size()) : 0;
}

/* Looks at all folios that were selected, by default at all there are. */
static int layout_count(struct layout *layout, struct convert *todo)
{
	static const struct selection everything = {
		.by = SELECT_PFN, .pfns = { 0, UINT64_MAX },
	};
	struct folio_walk walk;
	struct page_state state;
	struct folio *folio;
	int ret;

	layout->folios_page = 0;
	layout->folios_none = 0;
	layout->pinned = 0;
	if (page_state_open(&state))
		return EXIT_KERNEL;
	ret = folio_walk_begin(&walk, selection.by ? &selection : &everything, &state);
	if (!ret) {
		while ((ret = folio_walk_next(&walk, &folio)) == 1) {
			ret = layout_take(layout, folio, todo);
			if (ret)
				break;
		}
		folio_walk_end(&walk);
	}
	page_state_close(&state);
	return ret ? EXIT_KERNEL : EXIT_FINE;
}

static uint64_t others(const struct layout *layout)
{
	return strcmp(layout->layout, RMAP_AB_LAYOUT_NONE) ? layout->folios_none :
							     layout->folios_page;
}

static int layout_convert(struct layout *layout)
{
	struct convert todo = { };
	uint64_t before;
	int ret = layout_count(layout, &todo);

	before = others(layout);
	if (!ret && convert_all(&todo, selection.pids.of[0]))
		ret = EXIT_KERNEL;
	convert_free(&todo);
	if (!ret)
		ret = layout_count(layout, NULL);
	layout->kept = others(layout);
	layout->converted = before > layout->kept ? before - layout->kept : 0;
	return ret;
}

/* ---- the noun ---- */

static int layout_change(struct layout *layout, const char *name)
{
	if (control_write(RMAP_AB_FILE_LAYOUT, name))
		return EXIT_KERNEL;
	layout->layout = layout_read();
	if (!layout->layout)
		return EXIT_KERNEL;
	if (!strcmp(layout->layout, name))
		return EXIT_FINE;
	complain("the kernel accepted '%s', but then '%s' took its place", name,
		 layout->layout);
	return EXIT_MISMATCH;
}

static int layout_show(struct out *out, struct layout *layout)
{
	const struct out_desc *desc = &shown_desc;
	int ret = convert ? layout_convert(layout) : layout_count(layout, NULL);

	if (ret)
		return ret;
	if (convert && !layout->from)
		layout->from = layout->layout;
	if (convert)
		desc = &all_desc;
	else if (layout->from)
		desc = strcmp(layout->from, layout->layout) ? &changed_desc : &unchanged_desc;
	out_record(out, desc, layout);
	return EXIT_FINE;
}

static int check_options(void)
{
	if (!convert || selection.pids.nr == 1)
		return 0;
	if (selection.pids.nr) {
		complain("--convert moves the memory of one process");
		return EXIT_USAGE;
	}
	complain("--convert needs --pid: the process whose memory is moved");
	return EXIT_USAGE;
}

static int do_layout(struct out *out, int argc, char **argv)
{
	struct layout layout = { };
	char *before;
	int ret = check_options();

	if (ret)
		return ret;
	before = layout_read();
	if (!before)
		return EXIT_KERNEL;
	layout.layout = before;
	if (argc) {
		layout.from = before;
		ret = layout_change(&layout, argv[0]);
	}
	if (!ret)
		ret = layout_show(out, &layout);
	if (layout.layout != before)
		free((char *)layout.layout);
	free(before);
	return ret;
}

static void layout_help(void)
{
	help_fields(&all_desc);
}

static const struct opt options[] = {
	OPT_CALL("pid", "PID[,PID]...",
		 "count only the folios that a process maps, or one of several; convert those of one",
		 select_take_pid, &selection, words_pids),
	OPT_FLAG("convert", "give them the layout that is chosen, by moving them", &convert),
	{ }
};

const struct noun noun_layout = {
	.name = "layout",
	.args = "[NAME]",
	.brief = "choose whether large folios have page mapcounts",
	.about = "Shows what large folios get at their first mapping, and how many mapped\n"
		 "ones have which layout. With NAME, chooses that: 'page', mapcounts of all\n"
		 "pages, or 'none', which needs Linux 7.3 with CONFIG_RMAP_LAYOUT. A folio\n"
		 "keeps what it got until its last mapping has gone.\n"
		 "\n"
		 "--convert has the process's memory mapped anew: it is moved to another\n"
		 "NUMA node and back, or on a machine with a single node, paged out, so that\n"
		 "the next access brings it back. Pinned folios stay as they are; so do those\n"
		 "of which a process has not yet touched what was paged out, which are not\n"
		 "mapped then and so are not counted.",
	.flags = NOUN_JSON,
	.max_args = 1,
	.words = words_layouts,
	.options = options,
	.help = layout_help,
	.run = do_layout,
};
