// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "cli/text.h"
#include "kernel/control.h"
#include "kernel/counters.h"

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

/* Classes have to be in order; each begins at twice what the last one does. */
static int take_class(struct counters *counters, const char *word)
{
	const size_t nr = counters->nr_batches;
	uint64_t least;

	if (!text_u64(word, &least))
		return complain_garbled("no number is", word);
	if (nr == COUNTERS_BATCHES || least != 1ULL << nr)
		return complain_garbled("no such batch can be as", word);
	counters->least[counters->nr_batches++] = least;
	return 0;
}

static int take_header(struct counters *counters, char *line)
{
	const char *word;
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		word = next_word(&line);
		if (!word || strcmp(word, columns[i]))
			return complain_garbled("it lacks", columns[i]);
	}
	while (!ret && line)
		ret = take_class(counters, next_word(&line));
	if (!ret && !counters->nr_batches)
		return complain_garbled("it lacks", "1");
	return ret;
}

/* Nothing that a terminal would obey or a metric would have to escape. */
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

	if (!word || !text_u64(word, number))
		return complain_garbled("no number is", word);
	return 0;
}

static int take_batches(struct counters_op *op, const struct counters *counters,
			char *line)
{
	uint64_t calls = 0;
	int ret = 0;

	for (size_t i = 0; !ret && i < counters->nr_batches; i++) {
		op->batches[i].pages = counters->least[i];
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

static int take_op(struct counters_op *op, const struct counters *counters,
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
	return ret ? ret : take_batches(op, counters, line);
}

static int add_op(struct counters *counters, char *line)
{
	struct counters_op *ops;

	ops = reallocarray(counters->ops, counters->nr + 1, sizeof(*ops));
	if (!ops)
		return complain_errno(ENOMEM, RMAP_AB_FILE_STATS);
	counters->ops = ops;
	return take_op(&ops[counters->nr++], counters, line);
}

/* Steps to the next line; NULL at the end, and if it has no end. */
static char *next_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return line;
}

static int parse(struct counters *counters)
{
	char *rest = counters->text, *line = next_line(&rest);
	int ret;

	if (!line)
		return complain_garbled("it lacks", columns[0]);
	ret = take_header(counters, line);
	while (!ret && (line = next_line(&rest)))
		ret = add_op(counters, line);
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

int counters_read(struct counters *counters)
{
	int ret;

	*counters = (struct counters){ };
	ret = read_enabled(&counters->enabled);
	if (ret)
		return ret;
	counters->text = control_read(RMAP_AB_FILE_STATS);
	if (!counters->text)
		return -EIO;
	ret = parse(counters);
	if (ret)
		counters_free(counters);
	return ret;
}

void counters_free(struct counters *counters)
{
	free(counters->ops);
	free(counters->text);
}
