// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "cli/number.h"
#include "help.h"
#include "kernel/control.h"
#include "noun.h"
#include "status.h"

#define FIELD(member, type_, label_, unit_, what_) {		\
	.key = #member, .label = label_, .unit = unit_,		\
	.what = what_, .type = type_,				\
	.offset = offsetof(struct status, member),		\
}

/*
 * The file must contain every string and number here. The module always prints
 * all of them.
 */
static const struct out_field fields[] = {
	FIELD(state, OUT_STR, "state", NULL,
	      "what the machine is doing, see the states"),
	FIELD(current, OUT_STR, "current", NULL,
	      "the name of the implementation that runs"),
	FIELD(switch_seq, OUT_U64, "switches", NULL,
	      "the number of switches since the module was loaded"),
	FIELD(last_switch_us, OUT_U64, "last switch took", "us",
	      "the microseconds that the last of them took, until no CPU ran "
	      "the previous implementation any more"),
	FIELD(nr_reverts, OUT_U64, "reverts", NULL,
	      "the number of times that an error, or SysRq-B, led back to builtin"),
	FIELD(last_revert, OUT_STR, "last revert", NULL,
	      "the reason for the last of them"),
	FIELD(instrumented, OUT_STR, "instrumented", NULL,
	      "what is layered around the implementation"),
	FIELD(more, OUT_PAIRS, NULL, NULL, NULL),
	FIELD(implementations, OUT_LIST, "implementations", NULL,
	      "every name that 'rmapctl use' takes; an array"),
};

static const struct out_desc status_desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
};

/* One line of the file, cut in two. */
struct status_line {
	char *key;
	char *value;
};

static int complain_status(const char *why, const char *what)
{
	complain("the file '%s' is garbled: %s '%s'", RMAP_AB_FILE_STATUS, why,
		 what);
	return -EPROTO;
}

static bool is_key(const char *s)
{
	size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return len && !s[len];
}

/* Cuts the line at @text in two and steps to the next one. */
static int status_take_line(char **text, struct status_line *line)
{
	char *end = strchr(*text, '\n');

	line->key = *text;
	if (!end)
		return complain_status("it ends within the line", line->key);
	*end = '\0';
	*text = end + 1;
	line->value = strchr(line->key, ':');
	if (!line->value)
		return complain_status("no colon in", line->key);
	*line->value++ = '\0';
	line->value += strspn(line->value, " ");
	return is_key(line->key) ? 0 : complain_status("no key is", line->key);
}

static bool is_in_file(const struct out_field *field)
{
	return field->type == OUT_STR || field->type == OUT_U64;
}

static const struct out_field *find_field(const char *key)
{
	for (size_t i = 0; i < status_desc.nr_fields; i++)
		if (is_in_file(&fields[i]) && !strcmp(fields[i].key, key))
			return &fields[i];
	return NULL;
}

static int set_field(struct status *status, const struct out_field *field,
		     const struct status_line *line)
{
	void *at = (char *)status + field->offset;

	if (field->type == OUT_STR)
		*(const char **)at = line->value;
	else if (!number_decimal(line->value, at))
		return complain_status("no number is", line->value);
	return 0;
}

static int add_more(struct out_pairs *more, const struct status_line *line)
{
	struct out_pair *pairs;

	pairs = reallocarray(more->pairs, more->nr + 1, sizeof(*pairs));
	if (!pairs)
		return complain_errno(ENOMEM, "status");
	pairs[more->nr++] = (struct out_pair){ line->key, line->value };
	more->pairs = pairs;
	return 0;
}

/* @seen has one bit for each of the fields. */
static int take_field(struct status *status, const struct status_line *line,
		      unsigned int *seen)
{
	const struct out_field *field = find_field(line->key);
	unsigned int bit;

	if (!field)
		return add_more(&status->more, line);
	bit = 1u << (field - fields);
	if (*seen & bit)
		return complain_status("twice the key", line->key);
	*seen |= bit;
	return set_field(status, field, line);
}

static int check_complete(unsigned int seen)
{
	for (size_t i = 0; i < status_desc.nr_fields; i++)
		if (is_in_file(&fields[i]) && !(seen & 1u << i))
			return complain_status("it lacks", fields[i].key);
	return 0;
}

static int status_parse(struct status *status)
{
	char *text = status->text;
	unsigned int seen = 0;
	struct status_line line;
	int ret;

	while (*text) {
		ret = status_take_line(&text, &line);
		if (!ret)
			ret = take_field(status, &line, &seen);
		if (ret)
			return ret;
	}
	return check_complete(seen);
}

int status_read(struct status *status)
{
	int ret;

	*status = (struct status){
		.text = control_read(RMAP_AB_FILE_STATUS),
	};
	if (!status->text)
		return -EIO;
	ret = status_parse(status);
	if (ret)
		status_free(status);
	return ret;
}

void status_free(struct status *status)
{
	free(status->more.pairs);
	free(status->text);
}

static const struct word states[] = {
	{ RMAP_AB_STATE_BUILTIN, "the kernel's own code runs" },
	{ RMAP_AB_STATE_ACTIVE, "an implementation of the module runs" },
	{ RMAP_AB_STATE_SWITCHING, "a switch is under way" },
	{ RMAP_AB_STATE_REVERTED,
	  "an error, or SysRq-B, led back to the kernel's own code" },
	{ RMAP_AB_STATE_FOREIGN, "an implementation of another module runs" },
};

static void status_help(void)
{
	help_fields(&status_desc);
	help_words("States", states, ARRAY_SIZE(states));
}

static int do_status(struct out *out, int argc, char **argv)
{
	struct status status;
	struct names impls;
	int ret = EXIT_KERNEL;

	(void)argc;
	(void)argv;
	if (status_read(&status))
		return EXIT_KERNEL;
	if (!implementations_read(&impls)) {
		status.implementations = impls.list;
		out_record(out, &status_desc, &status);
		names_free(&impls);
		ret = EXIT_FINE;
	}
	status_free(&status);
	return ret;
}

const struct noun noun_status = {
	.name = "status",
	.args = "",
	.brief = "show which implementation runs",
	.about = "Shows what runs now, and how it came to run. Whatever else the module\n"
		 "reports is shown under the name that the module gives it.",
	.flags = NOUN_JSON,
	.help = status_help,
	.run = do_status,
};
