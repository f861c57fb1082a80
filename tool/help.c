// SPDX-License-Identifier: GPL-2.0
/*
 * Help and the manual pages. Both are made from the commands' tables of
 * options, verbs, words and fields.
 */
#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "cli/nearest.h"
#include "cli/text.h"
#include "help.h"
#include "noun.h"

#define NOUN_ROW(name)	&noun_##name,

const struct noun *const nouns[] = {
	NOUNS(NOUN_ROW)
	NULL
};

const struct noun *noun_find(const char *name)
{
	for (const struct noun *const *noun = nouns; *noun; noun++)
		if (!strcmp((*noun)->name, name))
			return *noun;
	nearest_begin(name);
	for (const struct noun *const *noun = nouns; *noun; noun++)
		if (!((*noun)->flags & NOUN_HIDDEN))
			nearest_offer((*noun)->name);
	complain("unknown command '%s'%s: see 'rmapctl help'", name, nearest_hint(""));
	return NULL;
}

/* "list, set, clear, run" */
static void list_verbs(const struct verb *verb, char *to, size_t size)
{
	size_t used = 0;

	for (*to = '\0'; verb->name && used < size; verb++)
		used += snprintf(to + used, size - used, "%s%s",
				 used ? ", " : "", verb->name);
}

const struct verb *verb_find(const struct noun *noun, const char *name)
{
	char all[128];

	for (const struct verb *verb = noun->verbs; verb->name; verb++)
		if (!strcmp(verb->name, name))
			return verb;
	list_verbs(noun->verbs, all, sizeof(all));
	nearest_begin(name);
	for (const struct verb *verb = noun->verbs; verb->name; verb++)
		nearest_offer(verb->name);
	complain("'%s' does not know '%s'%s: %s", noun->name, name, nearest_hint(""), all);
	return NULL;
}

/* A longer name gets a line of its own. */
#define MAX_NAME	24

#define MAX_ENTRIES	128

#define FIELDS		"Fields"
#define OPTIONS		"Options"

enum form {
	FORM_HELP,
	FORM_MANUAL,	/* mdoc(7), of the list with the title @wanted */
	FORM_NONE,	/* a list is only kept, in @without */
};

/* What is listed; an entry without a name is a heading. */
struct entry_list {
	struct entry {
		char name[64];
		const char *what;
	} of[MAX_ENTRIES];
	size_t nr;
};

static struct {
	enum form form;
	const char *wanted;
	struct entry_list list;
	struct entry_list without;	/* entries that are not printed */
} state;

static bool is_left_out(const char *name)
{
	for (size_t i = 0; i < state.without.nr; i++)
		if (!strcmp(state.without.of[i].name, name))
			return true;
	return false;
}

static void __attribute__((format(printf, 2, 3)))
list_add(const char *what, const char *fmt, ...)
{
	struct entry_list *list = state.form == FORM_NONE ? &state.without :
				  &state.list;
	struct entry *entry = &list->of[list->nr];
	va_list ap;

	assert(list->nr < MAX_ENTRIES);
	va_start(ap, fmt);
	vsnprintf(entry->name, sizeof(entry->name), fmt, ap);
	va_end(ap);
	entry->what = what;
	if (state.form == FORM_NONE || !is_left_out(entry->name))
		list->nr++;
}

/* ---- a list as text ---- */

static size_t list_width(void)
{
	size_t width = 0, len;

	for (size_t i = 0; i < state.list.nr; i++) {
		len = strlen(state.list.of[i].name);
		if (len > width && len <= MAX_NAME)
			width = len;
	}
	return width;
}

static void put_entry(const struct entry *entry, size_t width)
{
	struct wrap wrap = {
		.to = stdout,
		.indent = width + 4,
		.between = " ",
	};

	if (strlen(entry->name) > width) {
		printf("  %s\n", entry->name);
	} else {
		printf("  %-*s  ", (int)width, entry->name);
		wrap.column = wrap.indent;
		wrap.fresh = 1;
	}
	wrap_text(&wrap, entry->what);
	wrap_end(&wrap);
}

static void list_put_text(const char *title)
{
	const size_t width = list_width();

	/* A heading of the list's own is better than any title. */
	if (*state.list.of[0].name)
		printf("\n%s:\n", title);
	for (size_t i = 0; i < state.list.nr; i++) {
		const struct entry *entry = &state.list.of[i];

		if (*entry->name)
			put_entry(entry, width);
		else
			printf("\n%s:\n", entry->what);
	}
}

/* ---- a list in a manual page ---- */

static void mdoc_put(char c)
{
	if (c == '\\')
		fputs("\\e", stdout);
	else if (c == '-')
		fputs("\\-", stdout);
	else
		putchar(c);
}

/* Prints text; each sentence starts on a new line. */
static void mdoc_sentence(const char *text)
{
	const char *last = text + strlen(text) - 1;
	bool is_new = true;

	for (const char *c = text; *c; c++) {
		if (is_new && strchr(".'", *c))
			fputs("\\&", stdout);
		mdoc_put(c == text ? toupper((unsigned char)*c) : *c);
		is_new = *c == '.' && c[1] == ' ';
		if (is_new) {
			putchar('\n');
			c++;
		}
	}
	puts(strchr(".?:", *last) ? "" : ".");
}

static void list_put_mdoc(const char *macro)
{
	bool in_list = false;

	for (size_t i = 0; i < state.list.nr; i++) {
		const struct entry *entry = &state.list.of[i];

		if (in_list != !!*entry->name) {
			in_list = !in_list;
			puts(in_list ? ".Bl -tag -width Ds" : ".El");
		}
		if (!in_list) {
			printf(".Pp\n%s:\n", entry->what);
			continue;
		}
		printf(".It %s ", macro);
		for (const char *c = entry->name; *c; c++)
			mdoc_put(*c);
		putchar('\n');
		mdoc_sentence(entry->what);
	}
	if (in_list)
		puts(".El");
}

/* ---- all lists there are ---- */

static void list_put(const char *title, const char *macro)
{
	if (state.form == FORM_HELP)
		list_put_text(title);
	else if (state.form == FORM_MANUAL && !strcmp(state.wanted, title))
		list_put_mdoc(macro);
	state.list.nr = 0;
}

void help_text(const char *text)
{
	if (state.form == FORM_HELP)
		printf("\n%s\n", text);
}

void help_words(const char *title, const struct word *words, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		list_add(words[i].what, "%s", words[i].name);
	list_put(title, "Sy");
}

void help_fields(const struct out_desc *desc)
{
	for (size_t i = 0; i < desc->nr_fields; i++)
		if (desc->fields[i].what)
			list_add(desc->fields[i].what, "%s",
				 desc->fields[i].key);
	list_put(FIELDS, "Va");
}

static void help_options(const char *title, const struct opt *opts)
{
	const bool mdoc = state.form != FORM_HELP;

	for (const struct opt *opt = opts; opt && !opt_is_end(opt); opt++) {
		char letter[16] = "";

		if (!opt_is_option(opt)) {
			list_add(opt->what, "%s", "");
			continue;
		}
		if (opt->letter)
			snprintf(letter, sizeof(letter),
				 mdoc ? "%c , Fl " : "-%c, ", opt->letter);
		list_add(opt->what, "%s%s%s%s%s", letter, mdoc ? "-" : "--",
			 opt->name, !opt->arg ? "" : mdoc ? " Ar " : " ",
			 opt->arg ? opt->arg : "");
	}
	list_put(title, "Fl");
}

static void help_verbs(const struct verb *verbs)
{
	for (const struct verb *verb = verbs; verb && verb->name; verb++)
		list_add(verb->what, "%s%s%s", verb->name,
			 *verb->args ? " " : "", verb->args);
	list_put("Verbs", "Cm");
}

static void help_lists(const struct noun *noun)
{
	if (noun->verbs)
		help_verbs(noun->verbs);
	if (noun == &noun_help && state.form != FORM_HELP)
		help_options(OPTIONS, opts_global);
	if (noun->options)
		help_options(OPTIONS, noun->options);
	if (noun->help)
		noun->help();
}

static void help_noun(const struct noun *noun)
{
	printf("usage: rmapctl [OPTION]... %s%s%s\n\n%s\n", noun->name,
	       *noun->args ? " " : "", noun->args, noun->about);
	help_lists(noun);
}

/* ---- all nouns ---- */

static void help_commands(void)
{
	for (const struct noun *const *noun = nouns; *noun; noun++)
		if (!((*noun)->flags & NOUN_HIDDEN))
			list_add((*noun)->brief, "%s%s%s", (*noun)->name,
				 *(*noun)->args ? " " : "", (*noun)->args);
	list_put("Commands", "Cm");
}

static void help_all(void)
{
	puts("usage: rmapctl [OPTION]... COMMAND [ARGUMENT]...\n"
	     "Shows and switches the reverse-mapping implementation of the\n"
	     "running kernel. The module rmap_ab must be loaded.");
	help_commands();
	help_options("Options, anywhere on the line", opts_global);
	puts("A command that cannot honour an option refuses it.\n"
	     "\n"
	     "Exit status: 0 fine, 1 wrong usage, 2 the kernel refused,\n"
	     "3 a check found a mismatch.");
}

static int do_help(struct out *out, int argc, char **argv)
{
	const struct noun *noun;

	(void)out;
	if (!argc) {
		help_all();
		return EXIT_FINE;
	}
	noun = noun_find(argv[0]);
	if (!noun)
		return EXIT_USAGE;
	help_noun(noun);
	return EXIT_FINE;
}

static void offer_commands(void (*offer)(const char *word))
{
	for (const struct noun *const *noun = nouns; *noun; noun++)
		if (!((*noun)->flags & NOUN_HIDDEN))
			offer((*noun)->name);
}

const struct noun noun_help = {
	.name = "help",
	.args = "[COMMAND]",
	.brief = "explain a command",
	.about = "Explains COMMAND, or lists all commands and options.",
	.max_args = 1,
	.words = offer_commands,
	.run = do_help,
};

/* ---- manual ---- */

static int do_manual(struct out *out, int argc, char **argv)
{
	const struct noun *noun = noun_find(argv[0]);
	const struct noun *other = argc > 2 ? noun_find(argv[2]) : NULL;

	(void)out;
	if (!noun || (argc > 2 && !other))
		return EXIT_USAGE;
	state.form = FORM_NONE;
	if (other)
		help_lists(other);
	state.form = FORM_MANUAL;
	state.wanted = argv[1];
	help_lists(noun);
	return EXIT_FINE;
}

const struct noun noun_manual = {
	.name = "manual",
	.args = "COMMAND TITLE [OTHER]",
	.brief = "print a list of a manual page",
	.about = "Prints, for the build, what help lists for COMMAND below TITLE as mdoc(7),\n"
		 "without what OTHER has, too.",
	.flags = NOUN_HIDDEN,
	.min_args = 2,
	.max_args = 3,
	.run = do_manual,
};
