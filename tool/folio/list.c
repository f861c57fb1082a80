// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/complain.h"
#include "folio/kind.h"
#include "folio/list.h"
#include "folio/show_text.h"

static bool with_address(const struct list *list)
{
	return list->selection.by == SELECT_PID;
}

/* For people, who see more where less is printed. */
static bool joins_alike(const struct list *list)
{
	return list->form == SHOW_FOLIO && !list->out->json && !list->each;
}

/* Does it share the block of the one before? */
static bool goes_on(struct list *list, const struct folio *folio)
{
	return joins_alike(list) &&
	       alike_take(&list->alike, folio, select_step(&list->selection));
}

static int list_show(struct list *list, const struct folio *folio)
{
	struct out *out = list->out;

	if (joins_alike(list)) {
		alike_end(&list->alike, out->to, with_address(list));
		alike_begin(&list->alike, folio);
	}
	if (list->form == SHOW_PAGES && !out->json && !out->nr)
		show_text_pages_header(out->to);
	show(out, list->form, folio, with_address(list));
	/* a reader that has gone, a full disk: the rest would be for nobody */
	return ferror(out->to) ? -EPIPE : -out->error;
}

static int list_show_sorted(void *data, struct folio *folio)
{
	struct list *list = data;

	return goes_on(list, folio) ? 0 : list_show(list, folio);
}

bool list_take_again(struct list *list, const struct rmap_ab_page *page,
		     uint64_t at)
{
	if (list->sort || !joins_alike(list) ||
	    !alike_take_page(&list->alike, page, at,
			     select_step(&list->selection)))
		return false;
	totals_add_again(&list->totals);
	return true;
}

int list_take(struct list *list, struct folio *folio)
{
	/* What filter and totals ask for is as it was for the one before. */
	if (!list->sort && goes_on(list, folio)) {
		totals_add_again(&list->totals);
		return 0;
	}
	if (!filter_takes(&list->filter, folio))
		return 0;
	totals_add(&list->totals, folio);
	return list->sort ? sort_add(list->sort, folio) :
			    list_show(list, folio);
}

/* A single page frame that is beyond the end, or in no folio, is an error. */
static int check_found(const struct list *list)
{
	const struct selection *selection = &list->selection;
	uint64_t pfn = selection->pfns.first;
	uint64_t end = list->totals.end;

	if (selection->by != SELECT_PFN)
		return 0;
	if (end && pfn >= end) {
		complain("page frame %" PRIu64 " is out of range: this machine's"
			 " last one is %" PRIu64,
			 pfn, end - 1);
		return -ENXIO;
	}
	if (selection->pfns.last != pfn || !list->totals.not_folios)
		return 0;
	complain("page frame %" PRIu64 " is in no folio; what it is: rmapctl pages --pfn %" PRIu64,
		 pfn, pfn);
	return -ENXIO;
}

static int list_walk(struct list *list, int (*walk)(struct list *list))
{
	int ret = walk(list);

	if (!ret && list->sort)
		ret = sort_end(list->sort, list_show_sorted, list);
	if (joins_alike(list))
		alike_end(&list->alike, list->out->to, with_address(list));
	if (!ret)
		ret = check_found(list);
	if (!ret && !list->out->json)
		totals_print(list->out->to, &list->totals,
			     list->form == SHOW_FOLIO);
	return ret;
}

static int list_sorted(struct list *list, int (*walk)(struct list *list))
{
	int ret;

	if (!list->key.value)
		return list_walk(list, walk);
	list->sort = sort_new(&list->key, SORT_ARENA);
	if (!list->sort)
		return -ENOMEM;
	ret = list_walk(list, walk);
	sort_free(list->sort);
	return ret;
}

/* There may be much of it, and a terminal wants each line. */
static void have_large_buffer(FILE *to)
{
	static char buffer[64 * 1024];

	if (!isatty(fileno(to)))
		setvbuf(to, buffer, _IOFBF, sizeof(buffer));
}

int list_run(struct list *list, const char *noun,
	     int (*walk)(struct list *list))
{
	int ret = select_check(&list->selection, noun);

	if (ret)
		return ret;
	if (view_open(&list->view))
		return EXIT_KERNEL;
	have_large_buffer(list->out->to);
	ret = list_sorted(list, walk);
	view_close(&list->view);
	/* main() has the words for an output that failed */
	if (ret && (list->out->error || ferror(list->out->to)))
		return EXIT_FINE;
	return ret ? EXIT_KERNEL : EXIT_FINE;
}

void list_help(void)
{
	sort_key_help();
	kinds_help();
}
