// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "folio/sort.h"
#include "help.h"
#include "noun.h"

/* A folio with its key; its runs follow. */
struct item {
	int64_t key;
	size_t nr;	/* equals come in this order */
	struct folio folio;
};

/* Memory is taken in pieces of this size, which stay where they are. */
#define PIECE	((size_t)1 << 20)

struct piece {
	struct piece *next;
	size_t used;
	char items[];
};

/**
 * struct sort - folios to be sorted
 * @key: by what
 * @limit: bytes that it may take
 * @size: bytes that it has taken
 * @pieces: where items are, the newest first
 * @room: bytes that @pieces has room for
 * @items: all of them
 * @nr: how many
 * @max: room in @items
 * @at: sort_next() hands this one out
 */
struct sort {
	struct sort_key key;
	size_t limit;
	size_t size;
	struct piece *pieces;
	size_t room;
	struct item **items;
	size_t nr;
	size_t max;
	size_t at;
};

static int64_t most_mapped(const struct folio *folio)
{
	int64_t most = INT64_MIN;

	for (size_t i = 0; i < folio->nr_runs; i++)
		if (folio->runs[i].page_mapcount > most)
			most = folio->runs[i].page_mapcount;
	return folio->nr_runs ? most : folio->page.page_mapcount;
}

/* Numbers of page frames, addresses and indices never need the sign bit. */
#define VALUE(name_, expression)					\
	static int64_t value_of_##name_(const struct folio *folio)	\
	{								\
		return expression;					\
	}

VALUE(pfn, folio->pfn)
VALUE(address, folio->at)
VALUE(index, folio->page.index)
VALUE(count, folio->nr)
VALUE(order, folio->page.order)
VALUE(kind, folio->page.kind)
VALUE(refcount, folio->page.refcount)
VALUE(pincount, folio->page.pincount)
VALUE(page_mapcount, most_mapped(folio))
VALUE(entire_mapcount, folio->page.entire_mapcount)
VALUE(large_mapcount, folio->page.large_mapcount)
VALUE(nr_pages_mapped, folio->page.nr_pages_mapped)

#define KEY(name_, what_) {					\
	.name = #name_, .what = what_, .value = value_of_##name_	\
}

static const struct {
	const char *name;
	const char *what;
	int64_t (*value)(const struct folio *folio);
} keys[] = {
	KEY(pfn, "number of the page frame"),
	KEY(address, "where the process maps it (with --pid)"),
	KEY(index, "its place in what it belongs to"),
	KEY(count, "number of pages"),
	KEY(order, "the same as the power of 2"),
	KEY(kind, "in the order of the list of kinds"),
	KEY(refcount, "references"),
	KEY(pincount, "pins"),
	KEY(page_mapcount, "that of its most mapped page"),
	KEY(entire_mapcount, "mappings as a whole"),
	KEY(large_mapcount, "all mappings"),
	KEY(nr_pages_mapped, "pages with a PTE mapping"),
};

static int complain_key(const char *text)
{
	complain("--sort: there is no key '%s'; it is one of pfn, address, index, count, order, kind, refcount, pincount, page_mapcount, entire_mapcount, large_mapcount, nr_pages_mapped; with a - in front the largest come first",
		 text);
	return EXIT_USAGE;
}

int sort_key_parse(const char *text, struct sort_key *key)
{
	key->down = *text == '-';
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].name, text + key->down))
			continue;
		key->value = keys[i].value;
		return 0;
	}
	return complain_key(text);
}

int sort_take_key(const struct opt *opt, const char *arg)
{
	return sort_key_parse(arg, opt->to);
}

void sort_words(void (*offer)(const char *word))
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		offer(keys[i].name);
}

void sort_key_help(void)
{
	struct word words[ARRAY_SIZE(keys)];

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		words[i] = (struct word){ keys[i].name, keys[i].what };
	help_words("Keys", words, ARRAY_SIZE(words));
}

/* The smaller of two comes first, also with @key->down. */
static int64_t key_value(const struct sort_key *key, const struct folio *folio)
{
	int64_t value = key->value(folio);

	return key->down ? ~value : value;
}

size_t sort_limit(void)
{
	return (size_t)sysconf(_SC_PHYS_PAGES) / 16 * sysconf(_SC_PAGESIZE);
}

struct sort *sort_new(const struct sort_key *key, size_t limit)
{
	struct sort *sort = calloc(1, sizeof(*sort));

	if (!sort) {
		complain_errno(ENOMEM, "sort");
		return NULL;
	}
	sort->key = *key;
	sort->limit = limit;
	return sort;
}

void sort_free(struct sort *sort)
{
	struct piece *piece;

	while ((piece = sort->pieces)) {
		sort->pieces = piece->next;
		free(piece);
	}
	free(sort->items);
	free(sort);
}

static int complain_limit(const struct sort *sort)
{
	complain("there are more than %zu of them, too many to sort in %zu MiB, a sixteenth of this machine's memory: choose some with --addr, --range, --kind or --order, or sort what is printed without --sort",
		 sort->nr, sort->limit >> 20);
	return -E2BIG;
}

/* Takes @size bytes more: 0, or -errno after a complaint. */
static int charge(struct sort *sort, size_t size)
{
	if (size > sort->limit - sort->size)
		return complain_limit(sort);
	sort->size += size;
	return 0;
}

static int make_piece(struct sort *sort, size_t size)
{
	struct piece *piece;
	int ret;

	if (size < PIECE)
		size = PIECE;
	ret = charge(sort, size);
	if (ret)
		return ret;
	piece = malloc(sizeof(*piece) + size);
	if (!piece)
		return complain_errno(ENOMEM, "sort");
	piece->next = sort->pieces;
	piece->used = 0;
	sort->pieces = piece;
	sort->room = size;
	return 0;
}

static int make_place(struct sort *sort)
{
	const size_t max = sort->max ? 2 * sort->max : 1024;
	struct item **items;
	int ret = charge(sort, (max - sort->max) * sizeof(*items));

	if (ret)
		return ret;
	items = reallocarray(sort->items, max, sizeof(*items));
	if (!items)
		return complain_errno(ENOMEM, "sort");
	sort->items = items;
	sort->max = max;
	return 0;
}

int sort_add(struct sort *sort, const struct folio *folio)
{
	const size_t runs = folio->nr_runs * sizeof(*folio->runs);
	const size_t size = sizeof(struct item) + runs;
	struct item *item;
	int ret = 0;

	if (!sort->pieces || size > sort->room - sort->pieces->used)
		ret = make_piece(sort, size);
	if (!ret && sort->nr == sort->max)
		ret = make_place(sort);
	if (ret)
		return ret;
	item = (struct item *)(sort->pieces->items + sort->pieces->used);
	*item = (struct item){
		.key = key_value(&sort->key, folio),
		.nr = sort->nr,
		.folio = *folio,
	};
	item->folio.runs = (struct run *)(item + 1);
	if (runs)
		memcpy(item->folio.runs, folio->runs, runs);
	sort->items[sort->nr++] = item;
	sort->pieces->used += size;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct item *first = *(struct item *const *)a;
	const struct item *second = *(struct item *const *)b;

	if (first->key != second->key)
		return first->key < second->key ? -1 : 1;
	return first->nr < second->nr ? -1 : 1;
}

void sort_finish(struct sort *sort)
{
	if (sort->nr)
		qsort(sort->items, sort->nr, sizeof(*sort->items), compare);
}

const struct folio *sort_next(struct sort *sort)
{
	return sort->at < sort->nr ? &sort->items[sort->at++]->folio : NULL;
}
