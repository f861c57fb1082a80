// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/array.h"
#include "kernel/counters.h"

/* A line with the longest bar and number has 80 columns. */
#define BAR_WIDTH	40

/**
 * struct shown - an operation as it is printed
 * @batches: those that there were
 * @last: least number of pages of the last class there is, which has no end
 * @first: of its implementation: that has to be named
 */
struct shown {
	const char *implementation;
	const char *operation;
	uint64_t calls;
	uint64_t pages;
	uint64_t busy;
	struct out_records batches;
	uint64_t last;
	bool first;
};

static const struct out_field batch_fields[] = {
	{ .key = "pages", .type = OUT_U64,
	  .offset = offsetof(struct counters_batch, pages) },
	{ .key = "calls", .type = OUT_U64,
	  .offset = offsetof(struct counters_batch, calls) },
};

static const struct out_desc batch_desc = {
	.fields = batch_fields,
	.nr_fields = ARRAY_SIZE(batch_fields),
};

#define FIELD(member, type_, what_) {					\
	.key = #member, .label = #member, .what = what_, .type = type_,	\
	.offset = offsetof(struct shown, member),			\
}

static const struct out_field fields[] = {
	FIELD(implementation, OUT_STR, "whose code was called"),
	FIELD(operation, OUT_STR, "which of its functions"),
	FIELD(calls, OUT_U64, "how often"),
	FIELD(pages, OUT_U64, "how many pages all calls together were for"),
	FIELD(busy, OUT_U64, "how many calls returned -EBUSY"),
	FIELD(batches, OUT_RECORDS,
	      "calls by their pages: 1, 2-3, 4-7 and so on"),
};

static void put_bar(FILE *to, uint64_t calls, uint64_t most)
{
	unsigned int width = (double)calls / most * BAR_WIDTH + 0.5;

	for (unsigned int i = 0; i < width || !i; i++)
		fputc('#', to);
}

/* "1", "2-3" and so on, the last one "262144-". */
static void put_range(FILE *to, uint64_t least, uint64_t last)
{
	char range[48];
	int len = snprintf(range, sizeof(range), "%" PRIu64, least);

	if (least == last)
		strcpy(range + len, "-");
	else if (least > 1)
		snprintf(range + len, sizeof(range) - len, "-%" PRIu64,
			 2 * least - 1);
	fprintf(to, "  %15s  ", range);
}

static void put_batches(FILE *to, const struct shown *shown)
{
	const struct counters_batch *all = shown->batches.records;
	uint64_t most = 0;

	for (size_t i = 0; i < shown->batches.nr; i++)
		if (all[i].calls > most)
			most = all[i].calls;
	for (size_t i = 0; i < shown->batches.nr; i++) {
		put_range(to, all[i].pages, shown->last);
		put_bar(to, all[i].calls, most);
		fprintf(to, " %" PRIu64 "\n", all[i].calls);
	}
}

static void put_text(FILE *to, const void *rec)
{
	const struct shown *shown = rec;

	if (shown->first)
		fprintf(to, "%-32s %14s %14s %8s\n", shown->implementation,
			"calls", "pages", "-EBUSY");
	fprintf(to, "%-32s %14" PRIu64 " %14" PRIu64 " %8" PRIu64 "\n",
		shown->operation, shown->calls, shown->pages, shown->busy);
	put_batches(to, shown);
}

static const struct out_desc shown_desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
	.text = put_text,
};

static void show_op(struct out *out, const struct counters *counters,
		    const struct counters_op *op, bool first)
{
	struct counters_batch batches[COUNTERS_BATCHES];
	struct shown shown = {
		.implementation = op->implementation,
		.operation = op->operation,
		.calls = op->calls,
		.pages = op->pages,
		.busy = op->busy,
		.last = counters->least[counters->nr_batches - 1],
		.first = first,
		.batches = { .desc = &batch_desc, .records = batches,
			     .size = sizeof(*batches) },
	};

	for (size_t i = 0; i < counters->nr_batches; i++)
		if (op->batches[i].calls)
			batches[shown.batches.nr++] = op->batches[i];
	out_record(out, &shown_desc, &shown);
}

void counters_show(struct out *out, const struct counters *counters)
{
	const struct counters_op *op = counters->ops;

	for (size_t i = 0; i < counters->nr; i++, op++)
		show_op(out, counters, op, !i ||
			strcmp(op->implementation, op[-1].implementation));
}

void counters_help(FILE *to)
{
	out_help(to, &shown_desc);
}
