// SPDX-License-Identifier: GPL-2.0
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/array.h"
#include "cli/text.h"
#include "folio/difference.h"
#include "folio/saved.h"
#include "folio/show_text.h"
#include "help.h"

static const struct word kinds[] = {
	[DIFFERENCE_NEW] = {
		"new", "it is in the second snapshot only"
	},
	[DIFFERENCE_GONE] = {
		"gone", "it is in the first snapshot only: freed, moved to other page frames, or "
			"not selected any more"
	},
	[DIFFERENCE_REUSED] = {
		"reused", "another folio begins with that page frame: kind, order or index differ"
	},
	[DIFFERENCE_SPLIT] = {
		"split", "smaller folios of the same kind are in its page frames, with the "
			 "indices that its pages had"
	},
	[DIFFERENCE_CHANGED] = {
		"changed", "it has the same kind, order and index, and something else differs"
	},
};

static_assert(ARRAY_SIZE(kinds) == DIFFERENCE_KINDS, "a kind has no name");

#define FIELD(member, key_, type_, what_) {				\
	.key = key_, .label = key_, .what = what_, .type = type_,	\
	.offset = offsetof(struct difference, member),			\
}

static const struct out_field fields[] = {
	FIELD(change, "change", OUT_STR, "what has become of it, see the changes"),
	FIELD(pfn, "pfn", OUT_U64, "the first page frame"),
	FIELD(order, "order", OUT_U64, "of the folio before, or of a new one"),
	FIELD(folio_kind, "kind", OUT_STR, "the same"),
	FIELD(index, "index", OUT_U64, "the same"),
	FIELD(parts, "parts", OUT_U64, "of a split folio: how many of its parts there are; else 0"),
	FIELD(racy, "racy", OUT_BOOL,
	      "whether it changed while a snapshot was taken: values may not belong together"),
	FIELD(before, "before", OUT_JSON,
	      "the folio in the first snapshot; of a changed one only the fields that differ"),
	FIELD(after, "after", OUT_JSON, "the same in the second snapshot"),
};

static const struct out_desc desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
};

/* ---- comparing ---- */

static bool is_compared(const char *key)
{
	static const char *const not[] = { "locked", "racy", "address", "pid" };

	for (size_t i = 0; i < ARRAY_SIZE(not); i++)
		if (!strcmp(key, not[i]))
			return false;
	return true;
}

/* Deletes from @object what is the same in @other, or not compared. */
static void keep_different(struct json_object *object, struct json_object *other)
{
	struct json_object_iterator at = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	struct json_object *value;
	const char *key;

	while (!json_object_iter_equal(&at, &end)) {
		key = json_object_iter_peek_name(&at);
		value = json_object_iter_peek_value(&at);
		json_object_iter_next(&at);
		if (!is_compared(key) ||
		    json_object_equal(value, json_object_object_get(other, key)))
			json_object_object_del(object, key);
	}
}

bool difference_compare(struct json_object *before, struct json_object *after)
{
	struct json_object *all = NULL;

	json_object_deep_copy(before, &all, NULL);
	keep_different(before, after);
	keep_different(after, all);
	json_object_put(all);
	return json_object_object_length(before) || json_object_object_length(after);
}

/* ---- what has changed, as text ---- */

/* Prints one word, in which a file may have written anything. */
static void put_word(struct wrap *wrap, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void put_word(struct wrap *wrap, const char *fmt, ...)
{
	char *raw = NULL, *word = NULL;
	va_list ap;
	size_t size;
	FILE *to;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&raw, fmt, ap);
	va_end(ap);
	to = len < 0 ? NULL : open_memstream(&word, &size);
	if (to) {
		text_put(to, raw);
		fclose(to);
		wrap_word(wrap, word);
	}
	if (len >= 0)
		free(raw);
	free(word);
}

static const char *text_of(struct json_object *value)
{
	if (!value)
		return "-";
	if (json_object_is_type(value, json_type_boolean))
		return json_object_get_boolean(value) ? "yes" : "no";
	return json_object_is_type(value, json_type_string) ?
	       json_object_get_string(value) :
	       json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
}

static void slots_text(struct json_object *slots, char *to, size_t size)
{
	size_t used = 0;

	snprintf(to, size, "-");
	for (size_t i = 0; slots && i < json_object_array_length(slots) && used < size; i++) {
		struct json_object *slot = json_object_array_get_idx(slots, i);

		used += snprintf(to + used, size - used, "%s%" PRId64 ":%" PRId64,
				 i ? "," : "", saved_number(slot, "mm_id"),
				 saved_number(slot, "mapcount"));
	}
}

static void put_slots(struct wrap *wrap, struct json_object *from, struct json_object *to)
{
	char first[64], second[64];

	slots_text(from, first, sizeof(first));
	slots_text(to, second, sizeof(second));
	put_word(wrap, "mm_ids %s -> %s", first, second);
}

/* More runs than that are for programs. */
#define MAX_RUNS	4

/* A place in a list of runs. */
struct run_at {
	struct json_object *runs;
	size_t i;
	struct json_object *run;
	int64_t end;
};

static void run_enter(struct run_at *at)
{
	at->run = at->i < json_object_array_length(at->runs) ?
		  json_object_array_get_idx(at->runs, at->i) : NULL;
	at->end = saved_number(at->run, "first") + saved_number(at->run, "count");
}

static void put_run(struct wrap *wrap, int64_t first, int64_t end,
		    struct json_object *from, struct json_object *to)
{
	const int64_t a = saved_number(from, "page_mapcount");
	const int64_t b = saved_number(to, "page_mapcount");
	char pages[48];

	if (end - first == 1)
		snprintf(pages, sizeof(pages), "page %" PRId64, first);
	else
		snprintf(pages, sizeof(pages), "pages %" PRId64 "-%" PRId64, first, end - 1);
	if (a != b)
		put_word(wrap, "%s page_mapcount %" PRId64 " -> %" PRId64, pages, a, b);
	else
		put_word(wrap, "%s anon_exclusive %s", pages,
			 saved_number(to, "anon_exclusive") ? "no -> yes" : "yes -> no");
}

static bool runs_differ(struct json_object *a, struct json_object *b)
{
	return saved_number(a, "page_mapcount") != saved_number(b, "page_mapcount") ||
	       saved_number(a, "anon_exclusive") != saved_number(b, "anon_exclusive");
}

/* Where the pages of a folio differ: both lists are of all its pages, in order. */
static void put_runs(struct wrap *wrap, struct json_object *from, struct json_object *to)
{
	struct run_at a = { .runs = from }, b = { .runs = to };
	unsigned int nr = 0;
	int64_t first = 0;

	run_enter(&a);
	run_enter(&b);
	while (a.run && b.run) {
		const int64_t end = a.end < b.end ? a.end : b.end;

		if (runs_differ(a.run, b.run) && nr++ < MAX_RUNS)
			put_run(wrap, first, end, a.run, b.run);
		first = end;
		a.i += a.end == end;
		b.i += b.end == end;
		run_enter(&a);
		run_enter(&b);
	}
	if (nr > MAX_RUNS)
		put_word(wrap, "and %u more ranges of pages (-j has them)", nr - MAX_RUNS);
}

static void put_change(struct wrap *wrap, const char *key, struct json_object *from,
		       struct json_object *to)
{
	if (!strcmp(key, "runs"))
		put_runs(wrap, from, to);
	else if (!strcmp(key, "mm_ids"))
		put_slots(wrap, from, to);
	else
		put_word(wrap, "%s %s -> %s", key, text_of(from), text_of(to));
}

static void put_changes(FILE *to, const struct difference *d)
{
	struct wrap wrap = { .to = to, .indent = 2 };

	json_object_object_foreach(d->after, key, value)
		put_change(&wrap, key, json_object_object_get(d->before, key), value);
	json_object_object_foreach(d->before, old_key, old)
		if (!json_object_object_get_ex(d->after, old_key, NULL))
			put_change(&wrap, old_key, old, NULL);
	if (d->racy)
		wrap_word(&wrap, "racy");
	wrap_end(&wrap);
}

/* ---- lines ---- */

/*
 * Folios side by side, of one kind and order, that are new or gone, or changed in the
 * same way; and what was counted.
 */
static struct {
	struct difference first;
	char *text;	/* the lines below the first one */
	uint64_t nr;
	uint64_t counts[DIFFERENCE_KINDS];
} joined;

static void put_head(FILE *to, const struct difference *d, const char *rest)
{
	fprintf(to, "%-7s  pfn %" PRIu64 "  %s  order %" PRIu64 ", %s  index %" PRIu64 "%s",
		d->change, d->pfn, d->folio_kind, d->order, show_size(1ULL << d->order),
		d->index, rest);
}

static void put_joined(FILE *to)
{
	const struct difference *d = &joined.first;

	if (joined.nr > 1)
		fprintf(to, "%-7s  pfn %" PRIu64 "-%" PRIu64 "  %s  order %" PRIu64
			", %" PRIu64 " of %s\n",
			d->change, d->pfn, d->pfn + (joined.nr << d->order) - 1,
			d->folio_kind, d->order, joined.nr, show_size(1ULL << d->order));
	else if (joined.nr)
		put_head(to, d, "\n");
	if (joined.text)
		fputs(joined.text, to);
	free(joined.text);
	joined.text = NULL;
	joined.nr = 0;
}

static bool is_joined(const struct difference *d, const char *text)
{
	const struct difference *first = &joined.first;

	return joined.nr && d->kind == first->kind && d->folio_kind == first->folio_kind &&
	       d->order == first->order && d->pfn == first->pfn + (joined.nr << d->order) &&
	       (!text || (joined.text && !strcmp(text, joined.text)));
}

/* Of a folio that is there instead. */
static void put_other(FILE *to, struct json_object *after)
{
	const int64_t order = saved_number(after, "order");

	fprintf(to, "  -> %s  order %" PRId64 ", %s  index %" PRId64 "\n",
		saved_word(after, "kind"), order, show_size(1ULL << order),
		saved_number(after, "index"));
}

/* Returns the lines below the first one, which the caller frees; NULL if there are none. */
static char *changes_text(const struct difference *d)
{
	char *text = NULL;
	size_t size;
	FILE *to = d->kind == DIFFERENCE_CHANGED ? open_memstream(&text, &size) : NULL;

	if (!to)
		return NULL;
	put_changes(to, d);
	fclose(to);
	return text;
}

static void put_text(FILE *to, const struct difference *d)
{
	char *text = changes_text(d);

	if (is_joined(d, text)) {
		joined.nr++;
		free(text);
		return;
	}
	put_joined(to);
	if (d->kind == DIFFERENCE_SPLIT) {
		put_head(to, d, "");
		fprintf(to, " -> %" PRIu64 " folio%s\n", d->parts, d->parts == 1 ? "" : "s");
	} else if (d->kind == DIFFERENCE_REUSED) {
		put_head(to, d, "\n");
		put_other(to, d->after);
	} else {
		joined.first = *d;
		joined.text = text;
		joined.nr = 1;
	}
}

void difference_put(struct out *out, struct difference *difference)
{
	difference->change = kinds[difference->kind].name;
	joined.counts[difference->kind]++;
	if (out->json)
		out_record(out, &desc, difference);
	else
		put_text(out->to, difference);
}

void difference_end(struct out *out, uint64_t same)
{
	uint64_t all = 0;

	if (out->json)
		return;
	put_joined(out->to);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		all += joined.counts[i];
	if (all)
		fputc('\n', out->to);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		fprintf(out->to, "%" PRIu64 " %s, ", joined.counts[i], kinds[i].name);
	fprintf(out->to, "%" PRIu64 " as before\n", same);
}

void difference_help(void)
{
	help_words("Changes", kinds, ARRAY_SIZE(kinds));
	help_fields(&desc);
}
