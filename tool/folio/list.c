// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/text.h"
#include "folio/list.h"
#include "folio/show_text.h"
#include "kernel/page_size.h"

/* Only small ones: of a large folio, somebody wants to see the strip. */
static bool is_small(const struct folio *folio)
{
	return !folio->page.order && folio->nr_runs == 1 && !folio->racy;
}

bool joiner_take(struct joiner *joiner, const struct folio *folio,
		 uint64_t at_step)
{
	const struct rmap_ab_page *page = &folio->page, *last = &joiner->last;
	const int64_t step = page->head_pfn - last->head_pfn;

	if (!is_small(folio) || folio->at != joiner->at + at_step ||
	    folio->pid != joiner->pid ||
	    (step != joiner->step && (joiner->step || (step != 1 && step != -1))))
		return false;
	if (page->index != last->index + 1 ||
	    memcmp(&page->memcg, &last->memcg,
		   sizeof(*page) - offsetof(struct rmap_ab_page, memcg)))
		return false;
	joiner->last.head_pfn += step;
	joiner->last.index++;
	joiner->at = folio->at;
	joiner->step = step;
	joiner->nr++;
	return true;
}

/* By hand, as there may be as many of these lines as of blocks. */
static char *join_numbers(char *to, const char *what, uint64_t last,
			  uint64_t nr, int64_t step)
{
	to = text_number(stpcpy(to, what), last - (nr - 1) * step);
	if (nr == 1)
		return to;
	*to++ = '-';
	return text_number(to, last);
}

static char *join_addresses(char *to, uint64_t last, uint64_t nr)
{
	to = text_hex(stpcpy(to, "  at 0x"), last - (nr - 1) * page_size());
	return nr == 1 ? to : text_hex(stpcpy(to, "-0x"), last);
}

void joiner_end(struct joiner *joiner, FILE *to, bool with_address)
{
	const uint64_t nr = joiner->nr;
	char text[256], *end;

	if (nr) {
		end = text_number(stpcpy(text, "  "), nr);
		end = stpcpy(end, " more:");
		end = join_numbers(end, "  pfn ", joiner->last.head_pfn, nr,
				   joiner->step);
		end = join_numbers(end, "  index ", joiner->last.index, nr, 1);
		if (with_address)
			end = join_addresses(end, joiner->at, nr);
		*end++ = '\n';
		fwrite_unlocked(text, 1, end - text, to);
	}
	*joiner = (struct joiner){ };
}

void joiner_begin(struct joiner *joiner, const struct folio *folio)
{
	if (!is_small(folio))
		return;
	joiner->last = folio->page;
	joiner->at = folio->at;
	joiner->pid = folio->pid;
}

static bool with_address(const struct list *list)
{
	return list->selection.by == SELECT_PID;
}

/* For people, who see more where less is printed. */
static bool joins_small(const struct list *list)
{
	return list->form == SHOW_FOLIO && !list->out->json && !list->each;
}

static uint64_t at_step(const struct list *list)
{
	return with_address(list) ? page_size() : 1;
}

/* Does it share the block of the one before? */
static bool goes_on(struct list *list, const struct folio *folio)
{
	return joins_small(list) &&
	       joiner_take(&list->joiner, folio, at_step(list));
}

static int list_show(struct list *list, const struct folio *folio)
{
	struct out *out = list->out;

	if (joins_small(list)) {
		joiner_end(&list->joiner, out->to, with_address(list));
		joiner_begin(&list->joiner, folio);
	}
	if (list->form == SHOW_PAGES && !out->json && !out->nr)
		show_text_pages_header(out->to);
	show(out, list->form, folio, with_address(list));
	/* a reader that has gone, a full disk: the rest would be for nobody */
	return ferror(out->to) ? -EPIPE : -out->error;
}

int list_take(struct list *list, const struct folio *folio)
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

int list_walk(struct list *list, list_take_fn *take)
{
	struct folio_walk walk;
	struct folio *folio;
	int ret = folio_walk_begin(&walk, &list->selection, &list->state);

	if (ret)
		return ret;
	while ((ret = folio_walk_next(&walk, &folio)) == 1) {
		ret = take(list, folio);
		if (ret)
			break;
	}
	totals_add_walk(&list->totals, &walk);
	list->totals.end = walk.end;
	folio_walk_end(&walk);
	return ret;
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

static int list_show_sorted(struct list *list)
{
	const struct folio *folio;
	int ret = 0;

	sort_finish(list->sort);
	while (!ret && (folio = sort_next(list->sort)))
		if (!goes_on(list, folio))
			ret = list_show(list, folio);
	return ret;
}

/* There may be much of it, and a terminal wants each line. */
static void have_large_buffer(FILE *to)
{
	static char buffer[64 * 1024];

	if (!isatty(fileno(to)))
		setvbuf(to, buffer, _IOFBF, sizeof(buffer));
}

int list_begin(struct list *list, const char *noun)
{
	int ret = select_check(&list->selection, noun);

	if (ret)
		return ret;
	if (page_state_open(&list->state))
		return EXIT_KERNEL;
	if (list->key.value) {
		list->sort = sort_new(&list->key, sort_limit());
		if (!list->sort) {
			page_state_close(&list->state);
			return EXIT_KERNEL;
		}
	}
	have_large_buffer(list->out->to);
	return 0;
}

int list_end(struct list *list, int ret)
{
	struct out *out = list->out;

	if (!ret && list->sort)
		ret = list_show_sorted(list);
	if (joins_small(list))
		joiner_end(&list->joiner, out->to, with_address(list));
	if (!ret)
		ret = check_found(list);
	if (!ret && !out->json)
		totals_print(out->to, &list->totals, list->form == SHOW_FOLIO);
	if (list->sort)
		sort_free(list->sort);
	page_state_close(&list->state);
	/* main() has the words for an output that failed. */
	if (ret && (out->error || ferror(out->to)))
		return EXIT_FINE;
	return ret ? EXIT_KERNEL : EXIT_FINE;
}

void list_help(void)
{
	sort_key_help();
	kinds_help();
}
