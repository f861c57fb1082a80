// SPDX-License-Identifier: GPL-2.0
/*
 * Completes the last word of a command line for rmapctl.bash. It uses the
 * tables of the parser and of help.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "bench/scenario.h"
#include "folio/folio.h"
#include "kernel/control.h"
#include "kernel/fault_knob.h"
#include "noun.h"

/* Tells the shell to complete the name of a file. */
#define FILES	"@files"

/**
 * struct complete - the word that is completed
 * @before: how much of it stays as it is: a "-", or a list up to its last comma
 */
static struct {
	const char *word;
	size_t before;
} current;

static void offer(const char *word)
{
	const char *rest = current.word + current.before;

	if (!strncmp(word, rest, strlen(rest)))
		printf("%.*s%s\n", (int)current.before, current.word, word);
}

/* ---- what values and operands can be ---- */

void words_faults(void (*offer)(const char *word))
{
	for (const char *const *name = fault_names; *name; name++)
		offer(*name);
}

void words_files(void (*offer)(const char *word))
{
	(void)offer;
	puts(FILES);
}

void words_implementations(void (*offer)(const char *word))
{
	struct names all;

	if (implementations_read(&all))
		return;
	for (size_t i = 0; i < all.list.nr; i++)
		offer(all.list.words[i]);
	names_free(&all);
}

void words_kinds(void (*offer)(const char *word))
{
	for (enum rmap_ab_kind kind = 0; kind < RMAP_AB_NR_KINDS; kind++)
		offer(kind_name(kind));
}

void words_pids(void (*offer)(const char *word))
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)*entry->d_name))
			offer(entry->d_name);
	if (proc)
		closedir(proc);
}

void words_scenarios(void (*offer)(const char *word))
{
	for (const struct scenario *s = scenarios; s->name; s++)
		offer(s->name);
}

/* ---- which of them is asked for ---- */

/* Does not offer a global option that one of the noun's own hides. */
static void offer_options(const struct noun *noun, const struct opt *opts)
{
	char name[64];

	for (; opts && !opt_is_end(opts); opts++) {
		if (!opt_is_option(opts) || opts_find(noun, opts->name) != opts)
			continue;
		snprintf(name, sizeof(name), "--%s", opts->name);
		offer(name);
	}
}

/* How the value looks in help tells whether it is a list, or may have a "-". */
static void offer_value(const struct opt *opt)
{
	const char *comma = strrchr(current.word, ',');

	if (!opt->words)
		return;
	if (strchr(opt->arg, ',') && comma)
		current.before = comma + 1 - current.word;
	else if (!strncmp(opt->arg, "[-]", 3))
		current.before = *current.word == '-';
	opt->words(offer);
}

static void offer_operand(const struct noun *noun, const char *first, int nr)
{
	const struct verb *verb = noun->verbs;

	if (!verb && nr < noun->max_args && noun->words)
		noun->words(offer);
	for (; verb && verb->name; verb++)
		if (!nr)
			offer(verb->name);
		else if (!strcmp(verb->name, first) && verb->words)
			verb->words(offer);
}

/* The meaning of the words before the last one. */
struct typed_line {
	const struct noun *noun;
	const struct opt *opt;		/* the last word is its value */
	const char *first;		/* operand */
	int nr_operands;
};

/* The shell splits "--option=value" into three words. */
static int line_parse(struct typed_line *line, int nr, char **words)
{
	for (int i = 0; i < nr; i++) {
		if (!strcmp(words[i], "="))
			continue;
		if (*words[i] == '-') {
			line->opt = strncmp(words[i], "--", 2) ? NULL :
				    opts_find(line->noun, words[i] + 2);
			if (line->opt && !line->opt->arg)
				line->opt = NULL;
		} else if (line->opt) {
			line->opt = NULL;
		} else if (!line->noun) {
			line->noun = noun_find(words[i]);
			if (!line->noun)
				return EXIT_USAGE;
		} else if (!line->nr_operands++) {
			line->first = words[i];
		}
	}
	return 0;
}

static int do_complete(struct out *out, int argc, char **argv)
{
	struct typed_line line = { };
	int ret = line_parse(&line, argc - 1, argv);

	(void)out;
	if (ret)
		return ret;
	current.word = strcmp(argv[argc - 1], "=") ? argv[argc - 1] : "";
	if (line.opt) {
		offer_value(line.opt);
	} else if (*current.word == '-') {
		offer_options(line.noun, opts_global);
		offer_options(line.noun, line.noun ? line.noun->options : NULL);
	} else if (line.noun) {
		offer_operand(line.noun, line.first, line.nr_operands);
	} else {
		noun_help.words(offer);
	}
	return EXIT_FINE;
}

const struct noun noun_complete = {
	.name = "complete",
	.args = "-- WORD...",
	.brief = "complete the last word",
	.about = "Prints what may stand in place of the last WORD, for the shell.",
	.flags = NOUN_HIDDEN,
	.min_args = 1,
	.max_args = 4096,
	.run = do_complete,
};
