// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "folio/sort_key.h"
#include "help.h"
#include "noun.h"

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

int64_t sort_key_value(const struct sort_key *key, const struct folio *folio)
{
	int64_t value = key->value(folio);

	return key->down ? ~value : value;
}
