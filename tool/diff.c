// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "folio/difference.h"
#include "folio/saved.h"
#include "noun.h"

/* As of diff(1). */
#define EXIT_SAME	EXIT_FINE
#define EXIT_DIFFERENT	1
#define EXIT_TROUBLE	EXIT_KERNEL

/* What stands for a folio of a snapshot until it is compared. */
struct item {
	uint64_t pfn;
	uint64_t index;
	struct saved_line line;
	uint8_t order;
	uint8_t kind;
	bool is_done;
};

struct side {
	struct saved saved;
	struct item *items;
	size_t nr;
	size_t max;
	struct json_object *end;
};

static struct side before, after;

static uint64_t pages_of(const struct item *item)
{
	return 1ULL << item->order;
}

/* ---- reading ---- */

static int complain_line(const struct side *side, const char *why)
{
	complain("%s:%" PRIu64 ": %s", side->saved.path, side->saved.line, why);
	return -EPROTO;
}

static int take_folio(struct side *side, struct json_object *object,
		      const struct saved_line *line)
{
	const char *name = saved_word(object, "kind");
	const int64_t order = saved_number(object, "order");
	unsigned int kind = 0;

	while (name && kind < RMAP_AB_NR_KINDS && strcmp(kind_name(kind), name))
		kind++;
	if (!name || kind == RMAP_AB_NR_KINDS || order < 0 || order > 63 ||
	    !json_object_object_get_ex(object, "pfn", NULL))
		return complain_line(side, "that is no folio");
	if (side->nr == side->max) {
		const size_t max = side->max ? 2 * side->max : 1024;
		struct item *items = reallocarray(side->items, max, sizeof(*items));

		if (!items)
			return complain_errno(ENOMEM, "diff");
		side->items = items;
		side->max = max;
	}
	side->items[side->nr++] = (struct item){
		.pfn = saved_number(object, "pfn"),
		.index = saved_number(object, "index"),
		.line = *line,
		.order = order,
		.kind = kind,
	};
	return 0;
}

static int take_line(struct side *side, const struct saved_line *line)
{
	struct json_object *object = saved_object(&side->saved, line);
	int ret = 0;

	if (!object)
		return -EPROTO;
	if (side->end)
		ret = complain_line(side, "there is something behind the snapshot's last line");
	else if (json_object_object_get_ex(object, "end", NULL))
		side->end = json_object_get(object);
	else
		ret = take_folio(side, object, line);
	json_object_put(object);
	return ret;
}

static int check_end(struct side *side)
{
	int64_t nr = saved_number(side->end, "folios");

	if (!side->end) {
		complain("%s is cut off: its last line is missing", side->saved.path);
		return -EPROTO;
	}
	if (nr == (int64_t)side->nr)
		return 0;
	complain("%s has %zu folios, but should have %" PRId64, side->saved.path, side->nr, nr);
	return -EPROTO;
}

static int by_pfn(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->pfn != y->pfn)
		return x->pfn < y->pfn ? -1 : 1;
	return (x->line.text > y->line.text) - (x->line.text < y->line.text);
}

/* A folio that came twice while the snapshot was taken: what was seen last. */
static void sort_items(struct side *side)
{
	size_t nr = 0;

	if (side->nr)
		qsort(side->items, side->nr, sizeof(*side->items), by_pfn);
	for (size_t i = 0; i < side->nr; i++) {
		if (nr && side->items[nr - 1].pfn == side->items[i].pfn)
			nr--;
		side->items[nr++] = side->items[i];
	}
	side->nr = nr;
}

static int side_read(struct side *side, const char *path)
{
	struct saved_line line;
	int ret = saved_open(&side->saved, path, SAVED_SNAPSHOT);

	if (ret)
		return ret;
	while (!ret && saved_next(&side->saved, &line))
		ret = take_line(side, &line);
	if (!ret)
		ret = check_end(side);
	if (!ret)
		sort_items(side);
	return ret;
}

static void side_free(struct side *side)
{
	free(side->items);
	json_object_put(side->end);
	saved_close(&side->saved);
}

static int check_boots(void)
{
	const char *first = saved_word(before.saved.head, "boot_id");
	const char *second = saved_word(after.saved.head, "boot_id");

	if (strcmp(first, second)) {
		complain("%s and %s are of two boots: their page frames have nothing in common",
			 before.saved.path, after.saved.path);
		return -EINVAL;
	}
	if (!json_object_equal(json_object_object_get(before.saved.head, "words"),
			       json_object_object_get(after.saved.head, "words")))
		complain("the two were taken with other options: a folio that is in one only may just not have been asked for in the other");
	return 0;
}

/* ---- comparing ---- */

static struct json_object *object_of(const struct item *item)
{
	return item ? saved_parse(&item->line) : NULL;
}

/*
 * Prints what has become of a folio; either of the two may be missing. Returns
 * false if nothing has.
 */
static bool put(struct out *out, enum difference_kind kind, const struct item *from,
		const struct item *to, uint64_t parts)
{
	const struct item *item = from ? from : to;
	struct difference difference = {
		.kind = kind,
		.pfn = item->pfn,
		.order = item->order,
		.folio_kind = kind_name(item->kind),
		.index = item->index,
		.parts = parts,
		.before = object_of(from),
		.after = object_of(to),
	};
	bool differ;

	difference.racy = saved_number(difference.before, "racy") ||
			  saved_number(difference.after, "racy");
	differ = kind != DIFFERENCE_CHANGED ||
		 difference_compare(difference.before, difference.after);
	if (differ)
		difference_put(out, &difference);
	json_object_put(difference.before);
	json_object_put(difference.after);
	return differ;
}

static bool is_same_text(const struct item *a, const struct item *b)
{
	return a->line.len == b->line.len && !memcmp(a->line.text, b->line.text, a->line.len);
}

/* The same folio, as far as one can tell. Returns whether something differs. */
static bool compare(struct out *out, const struct item *from, const struct item *to)
{
	return !is_same_text(from, to) && put(out, DIFFERENCE_CHANGED, from, to, 0);
}

static bool is_same_folio(const struct item *a, const struct item *b)
{
	return a->order == b->order && a->kind == b->kind && a->index == b->index;
}

/* Counts the folios from number @j on that are pages of @from by all they say. */
static uint64_t take_parts(const struct item *from, size_t j)
{
	uint64_t nr = 0;

	for (; j < after.nr && after.items[j].pfn - from->pfn < pages_of(from); j++) {
		struct item *part = &after.items[j];

		if (part->order >= from->order || part->kind != from->kind ||
		    part->index != from->index + (part->pfn - from->pfn))
			continue;
		part->is_done = true;
		nr++;
	}
	return nr;
}

/* Both sides by page frame. Returns whether there is a difference. */
static bool compare_all(struct out *out)
{
	uint64_t same = 0, parts;
	size_t j = 0;

	for (size_t i = 0; i < before.nr; i++) {
		const struct item *from = &before.items[i];
		struct item *to;

		for (; j < after.nr && after.items[j].pfn < from->pfn; j++)
			if (!after.items[j].is_done)
				put(out, DIFFERENCE_NEW, NULL, &after.items[j], 0);
		to = j < after.nr && after.items[j].pfn == from->pfn ? &after.items[j] : NULL;
		if (to && is_same_folio(from, to)) {
			same += !compare(out, from, to);
			to->is_done = true;
			continue;
		}
		parts = take_parts(from, j);
		if (parts) {
			put(out, DIFFERENCE_SPLIT, from, NULL, parts);
			continue;
		}
		put(out, to ? DIFFERENCE_REUSED : DIFFERENCE_GONE, from, to, 0);
		if (to)
			to->is_done = true;
	}
	for (; j < after.nr; j++)
		if (!after.items[j].is_done)
			put(out, DIFFERENCE_NEW, NULL, &after.items[j], 0);
	difference_end(out, same);
	return same < before.nr || same < after.nr;
}

/* ---- the noun ---- */

static int do_diff(struct out *out, int argc, char **argv)
{
	int ret;

	(void)argc;
	ret = side_read(&before, argv[0]);
	if (!ret)
		ret = side_read(&after, argv[1]);
	if (!ret)
		ret = check_boots();
	if (ret)
		ret = EXIT_TROUBLE;
	else
		ret = compare_all(out) ? EXIT_DIFFERENT : EXIT_SAME;
	side_free(&before);
	side_free(&after);
	return ret;
}

const struct noun noun_diff = {
	.name = "diff",
	.args = "BEFORE AFTER",
	.brief = "compare two snapshots of folios",
	.about = "Compares two files that 'rmapctl folio --snapshot' has made, and shows the\n"
		 "folios that differ. It needs neither the module nor root.\n"
		 "\n"
		 "A page frame has no mark that says which folio it belonged to. A folio that\n"
		 "has the same page frame, kind, order and index in both snapshots is taken for\n"
		 "the same; it may have been freed and allocated again for the same place of\n"
		 "something else. Exit status, as of diff(1): 0 no difference, 1 there is one,\n"
		 "2 trouble.",
	.flags = NOUN_JSON | NOUN_DIFF,
	.min_args = 2,
	.max_args = 2,
	.words = words_files,
	.help = difference_help,
	.run = do_diff,
};
