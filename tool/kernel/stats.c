// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "cli/number.h"
#include "help.h"
#include "kernel/control.h"
#include "kernel/stats.h"

static const char *const columns[] = {
	"implementation", "operation", "calls", "pages", "busy",
};

static int complain_garbled(const char *why, const char *what)
{
	complain("the file '%s' is garbled: %s '%s'", RMAP_AB_FILE_STATS, why,
		 what ? what : "");
	return -EPROTO;
}

static char *next_word(char **line)
{
	return strsep(line, " ");
}

/* Classes must be in order. Each begins at twice the start of the last one. */
static int take_class(struct stats *stats, const char *word)
{
	const size_t nr = stats->nr_batches;
	uint64_t least;

	if (!number_decimal(word, &least))
		return complain_garbled("no number is", word);
	if (nr == STATS_BATCHES || least != 1ULL << nr)
		return complain_garbled("no such batch can be as", word);
	stats->least[stats->nr_batches++] = least;
	return 0;
}

static int take_header(struct stats *stats, char *line)
{
	const char *word;
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		word = next_word(&line);
		if (!word || strcmp(word, columns[i]))
			return complain_garbled("it lacks", columns[i]);
	}
	while (!ret && line)
		ret = take_class(stats, next_word(&line));
	if (!ret && !stats->nr_batches)
		return complain_garbled("it lacks", "1");
	return ret;
}

/* No character controls a terminal or needs an escape in a metric. */
static bool is_name(const char *s)
{
	const char *end = s;

	while (isalnum((unsigned char)*end) || *end == '_' || *end == '-')
		end++;
	return end > s && !*end;
}

static int take_name(const char **name, char **line)
{
	*name = next_word(line);
	if (!*name || !is_name(*name))
		return complain_garbled("no name is", *name);
	return 0;
}

static int take_number(uint64_t *number, char **line)
{
	const char *word = next_word(line);

	if (!word || !number_decimal(word, number))
		return complain_garbled("no number is", word);
	return 0;
}

static int take_batches(struct stats_op *op, const struct stats *stats,
			char *line)
{
	uint64_t calls = 0;
	int ret = 0;

	for (size_t i = 0; !ret && i < stats->nr_batches; i++) {
		op->batches[i].pages = stats->least[i];
		ret = take_number(&op->batches[i].calls, &line);
		calls += op->batches[i].calls;
	}
	if (ret)
		return ret;
	if (line)
		return complain_garbled("nothing is to come after the batches but",
					line);
	if (calls != op->calls)
		return complain_garbled("batches and calls differ for",
					op->operation);
	return 0;
}

static int take_op(struct stats_op *op, const struct stats *stats,
		   char *line)
{
	int ret;

	ret = take_name(&op->implementation, &line);
	if (!ret)
		ret = take_name(&op->operation, &line);
	if (!ret)
		ret = take_number(&op->calls, &line);
	if (!ret)
		ret = take_number(&op->pages, &line);
	if (!ret)
		ret = take_number(&op->busy, &line);
	return ret ? ret : take_batches(op, stats, line);
}

static int add_op(struct stats *stats, char *line)
{
	struct stats_op *ops;

	ops = reallocarray(stats->ops, stats->nr + 1, sizeof(*ops));
	if (!ops)
		return complain_errno(ENOMEM, RMAP_AB_FILE_STATS);
	stats->ops = ops;
	return take_op(&ops[stats->nr++], stats, line);
}

/* Returns the next line; NULL at the end, or if the line has no newline. */
static char *next_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return line;
}

static int parse(struct stats *stats)
{
	char *rest = stats->text, *line = next_line(&rest);
	int ret;

	if (!line)
		return complain_garbled("it lacks", columns[0]);
	ret = take_header(stats, line);
	while (!ret && (line = next_line(&rest)))
		ret = add_op(stats, line);
	if (!ret && *rest)
		return complain_garbled("it ends within the line", rest);
	return ret;
}

static int read_enabled(bool *enabled)
{
	char *text = control_read(RMAP_AB_FILE_STATS_ENABLED);

	if (!text)
		return -EIO;
	*enabled = *text == '1';
	free(text);
	return 0;
}

int stats_read(struct stats *stats)
{
	int ret;

	*stats = (struct stats){ };
	ret = read_enabled(&stats->enabled);
	if (ret)
		return ret;
	stats->text = control_read(RMAP_AB_FILE_STATS);
	if (!stats->text)
		return -EIO;
	ret = parse(stats);
	if (ret)
		stats_free(stats);
	return ret;
}

void stats_free(struct stats *stats)
{
	free(stats->ops);
	free(stats->text);
}

/* ---- as tables, or JSON ---- */

/* A line with the longest bar and number has 80 columns. */
#define BAR_WIDTH	40

/**
 * struct shown_op - an operation as it is printed
 * @batches: the classes that occurred
 * @calls_per_second: since the look before; NAN: there was none
 * @pages_per_second: the same
 * @last: least number of pages of the last class, which has no end
 * @first: it is the first of its implementation, which has to be named
 */
struct shown_op {
	const char *implementation;
	const char *operation;
	uint64_t calls;
	uint64_t pages;
	uint64_t busy;
	struct out_records batches;
	double calls_per_second;
	double pages_per_second;
	uint64_t last;
	bool first;
};

static const struct out_field batch_fields[] = {
	{ .key = "pages", .type = OUT_U64,
	  .offset = offsetof(struct stats_batch, pages) },
	{ .key = "calls", .type = OUT_U64,
	  .offset = offsetof(struct stats_batch, calls) },
};

static const struct out_desc batch_desc = {
	.fields = batch_fields,
	.nr_fields = ARRAY_SIZE(batch_fields),
};

#define FIELD(member, type_, what_) {					\
	.key = #member, .label = #member, .what = what_, .type = type_,	\
	.offset = offsetof(struct shown_op, member),			\
}

static const struct out_field fields[] = {
	FIELD(implementation, OUT_STR, "whose code was called"),
	FIELD(operation, OUT_STR, "which of its functions"),
	FIELD(calls, OUT_U64, "how often it was called"),
	FIELD(pages, OUT_U64, "how many pages all calls together were for"),
	FIELD(busy, OUT_U64, "how many calls returned -EBUSY"),
	FIELD(calls_per_second, OUT_REAL,
	      "calls since the look before, from the second one of --watch on"),
	FIELD(pages_per_second, OUT_REAL, "the same of the pages"),
	FIELD(batches, OUT_RECORDS,
	      "calls by the number of their pages: 1, 2-3, 4-7 and so on; an array of objects"),
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

static void put_batches(FILE *to, const struct shown_op *shown)
{
	const struct stats_batch *all = shown->batches.records;
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
	const struct shown_op *shown = rec;

	if (shown->first)
		fprintf(to, "%-32s %14s %14s %8s\n", shown->implementation,
			"calls", "pages", "-EBUSY");
	fprintf(to, "%-32s %14" PRIu64 " %14" PRIu64 " %8" PRIu64 "\n",
		shown->operation, shown->calls, shown->pages, shown->busy);
	if (!isnan(shown->calls_per_second))
		fprintf(to, "  %30s %14.0f %14.0f\n", "a second",
			shown->calls_per_second, shown->pages_per_second);
	put_batches(to, shown);
}

static const struct out_desc shown_desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
	.text = put_text,
};

/* The same operation at the look before; one that had not been called had none. */
static struct stats_op before_of(const struct stats *before, const struct stats_op *op)
{
	for (size_t i = 0; i < before->nr; i++)
		if (!strcmp(before->ops[i].implementation, op->implementation) &&
		    !strcmp(before->ops[i].operation, op->operation))
			return before->ops[i];
	return (struct stats_op){ };
}

/* Fewer than before: somebody has begun again at 0. */
static double rate(uint64_t before, uint64_t now, double seconds)
{
	return now < before ? NAN : (now - before) / seconds;
}

static void show_op(struct out *out, const struct stats *stats,
		    const struct stats_look *before, const struct stats_op *op, bool first)
{
	const struct stats_op old = before ? before_of(before->stats, op) :
				    (struct stats_op){ };
	struct stats_batch batches[STATS_BATCHES];
	struct shown_op shown = {
		.implementation = op->implementation,
		.operation = op->operation,
		.calls = op->calls,
		.pages = op->pages,
		.busy = op->busy,
		.calls_per_second = before ? rate(old.calls, op->calls, before->seconds) : NAN,
		.pages_per_second = before ? rate(old.pages, op->pages, before->seconds) : NAN,
		.last = stats->least[stats->nr_batches - 1],
		.first = first,
		.batches = { .desc = &batch_desc, .records = batches,
			     .size = sizeof(*batches) },
	};

	for (size_t i = 0; i < stats->nr_batches; i++)
		if (op->batches[i].calls)
			batches[shown.batches.nr++] = op->batches[i];
	out_record(out, &shown_desc, &shown);
}

void stats_show(struct out *out, const struct stats *stats,
		const struct stats_look *before)
{
	const struct stats_op *op = stats->ops;

	for (size_t i = 0; i < stats->nr; i++, op++)
		show_op(out, stats, before, op, !i ||
			strcmp(op->implementation, op[-1].implementation));
}

void stats_help(void)
{
	help_fields(&shown_desc);
}
