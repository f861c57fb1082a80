// SPDX-License-Identifier: GPL-2.0
/*
 * getopt_long() reads the command line; the complaints are ours. argp, glibc's
 * library above it, would print them itself, with whatever control characters
 * the user's word has.
 */
#include <assert.h>
#include <getopt.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/nearest.h"
#include "cli/number.h"
#include "cli/opts.h"
#include "noun.h"

#define MAX_OPTIONS	32
#define MAX_WORD	64

/* What getopt_long() returns for the first option; letters are smaller. */
#define FIRST_VAL	256

struct opts opts_given;

static int take_pretty(const struct opt *opt, const char *arg)
{
	opts_given.json = true;
	return opt_flag(opt, arg);
}

#define GLOBAL(letter_, name_, what_, take_, member) {			\
	.letter = letter_, .name = name_, .what = what_, .take = take_,	\
	.to = &opts_given.member,					\
}

const struct opt opts_global[] = {
	GLOBAL('j', "json", "print JSON: an array of objects", opt_flag, json),
	GLOBAL('p', "pretty", "print JSON for people; implies -j", take_pretty,
	       pretty),
	GLOBAL('t', "timestamp", "begin what a stream prints with the time",
	       opt_flag, timestamp),
	GLOBAL('V', "version", "print the version", opt_flag, version),
	GLOBAL('h', "help", "print help, on a command if one is named",
	       opt_flag, help),
	{ }
};

int opt_flag(const struct opt *opt, const char *arg)
{
	(void)arg;
	*(bool *)opt->to = true;
	return 0;
}

int opt_text(const struct opt *opt, const char *arg)
{
	*(const char **)opt->to = arg;
	return 0;
}

int opt_number(const struct opt *opt, const char *arg)
{
	char option[32];

	snprintf(option, sizeof(option), "--%s", opt->name);
	return number_option(option, arg, opt->least, opt->most, opt->to);
}

/* What getopt_long() wants to know; val - FIRST_VAL is the index in @opts. */
struct parser {
	char letters[MAX_OPTIONS + 2];
	struct option longs[MAX_OPTIONS];
	const struct opt *opts[MAX_OPTIONS];
	size_t nr;
};

static const struct opt *find_in(const struct opt *opts, const char *name)
{
	for (; opts && !opt_is_end(opts); opts++)
		if (opt_is_option(opts) && !strcmp(opts->name, name))
			return opts;
	return NULL;
}

const struct opt *opts_find(const struct noun *noun, const char *name)
{
	const struct opt *own = find_in(noun ? noun->options : NULL, name);

	return own ? own : find_in(opts_global, name);
}

static void parser_add(struct parser *parser, const struct opt *opt)
{
	assert(parser->nr < MAX_OPTIONS - 1);
	parser->longs[parser->nr] = (struct option){
		.name = opt->name,
		.has_arg = opt->arg ? required_argument : no_argument,
		.val = FIRST_VAL + parser->nr,
	};
	parser->opts[parser->nr++] = opt;
}

/*
 * The colon keeps getopt_long() quiet, the plus lets it stop at an operand. A
 * noun's own word hides the global one (bench's --json FILE), whose letter
 * remains.
 */
static void parser_make(struct parser *parser, const struct noun *noun)
{
	const struct opt *own = noun ? noun->options : NULL;
	char *letters = stpcpy(parser->letters, noun ? ":" : "+:");

	for (const struct opt *opt = opts_global; opt->name; opt++) {
		*letters++ = opt->letter;
		if (!find_in(own, opt->name))
			parser_add(parser, opt);
	}
	for (; own && !opt_is_end(own); own++)
		if (opt_is_option(own))
			parser_add(parser, own);
}

static const struct opt *of_letter(int letter)
{
	const struct opt *opt = opts_global;

	while (opt->letter != letter)
		opt++;
	return opt;
}

static void offer_options(const struct opt *opts)
{
	for (; opts && !opt_is_end(opts); opts++)
		if (opt_is_option(opts))
			nearest_offer(opts->name);
}

/* @word begins with "--", and may have a value behind "=". */
static void complain_unknown_option(const struct noun *noun, const char *word)
{
	char name[MAX_WORD];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	nearest_begin(name);
	offer_options(opts_global);
	offer_options(noun ? noun->options : NULL);
	complain("unknown option '%s'%s", word, nearest_hint("--"));
}

/*
 * getopt_long()'s own messages would begin with the noun's name; what it leaves
 * behind tells the cases apart: no optopt after an unknown long option, a
 * known one's value after "--json=x", the letter itself after an unknown one.
 */
static int bad_option(const struct noun *noun, int c, char **argv)
{
	const char *word = argv[optind - 1];

	if (c == ':')
		complain("option '%s' needs a value", word);
	else if (!optopt)
		complain_unknown_option(noun, word);
	else if (optopt >= FIRST_VAL)
		complain("option '%.*s' takes no value",
			 (int)strcspn(word, "="), word);
	else
		complain("unknown option '-%c'", optopt);
	complain("see 'rmapctl help'");
	return EXIT_USAGE;
}

int opts_scan(const struct noun *noun, int argc, char **argv)
{
	struct parser parser = { };
	const struct opt *opt;
	int c, ret;

	parser_make(&parser, noun);
	optind = 0;	/* forget the previous scan */
	while ((c = getopt_long(argc, argv, parser.letters, parser.longs,
				NULL)) != -1) {
		if (c == '?' || c == ':')
			return bad_option(noun, c, argv);
		opt = c < FIRST_VAL ? of_letter(c) : parser.opts[c - FIRST_VAL];
		ret = opt->take(opt, optarg);
		if (ret)
			return ret;
	}
	return 0;
}

int opts_refused(const struct noun *noun)
{
	if (opts_given.json && !(noun->flags & NOUN_JSON)) {
		complain("'%s' has no JSON form: leave out %s", noun->name,
			 opts_given.pretty ? "-p" : "-j");
		return EXIT_USAGE;
	}
	if (opts_given.timestamp && !(noun->flags & NOUN_TIME)) {
		complain("'%s' prints no stream that could carry timestamps: leave out -t",
			 noun->name);
		return EXIT_USAGE;
	}
	return 0;
}
