// SPDX-License-Identifier: GPL-2.0
#include <assert.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/opts.h"

#define MAX_OPTIONS	32

static const struct option global_options[] = {
	{ "json",	no_argument, NULL, 'j' },
	{ "pretty",	no_argument, NULL, 'p' },
	{ "timestamp",	no_argument, NULL, 't' },
	{ "version",	no_argument, NULL, 'V' },
	{ "help",	no_argument, NULL, 'h' },
	{ }
};

static bool has_name(const struct option *options, const char *name)
{
	for (; options && options->name; options++)
		if (!strcmp(options->name, name))
			return true;
	return false;
}

/*
 * Closed by an empty option, as getopt_long() wants it. A noun's own word hides
 * the global one (bench's --json FILE), whose letter remains.
 */
static void merge(struct option *all, const struct noun *noun)
{
	const struct option *own = noun ? noun->options : NULL;
	size_t nr = 0;

	for (const struct option *o = global_options; o->name; o++)
		if (!has_name(own, o->name))
			all[nr++] = *o;
	for (; own && own->name; own++) {
		assert(nr < MAX_OPTIONS - 1);
		all[nr++] = *own;
	}
	all[nr] = (struct option){ };
}

static bool is_known(const struct option *all, int val)
{
	for (; all->name; all++)
		if (all->val == val)
			return true;
	return false;
}

/*
 * getopt's own messages would begin with the noun's name; what it leaves
 * behind tells the cases apart: no optopt after an unknown long option, a
 * known one after "--json=x", the letter itself after an unknown short one.
 */
static int bad_option(const struct option *all, int c, char **argv)
{
	const char *word = argv[optind - 1];

	if (c == ':')
		complain("option '%s' needs a value", word);
	else if (!optopt)
		complain("unknown option '%s'", word);
	else if (is_known(all, optopt))
		complain("option '%.*s' takes no value",
			 (int)strcspn(word, "="), word);
	else
		complain("unknown option '-%c'", optopt);
	complain("see 'rmapctl help'");
	return EXIT_USAGE;
}

static bool take_global(struct opts *opts, int c)
{
	switch (c) {
	case 'p':
		opts->pretty = true;
		opts->json = true;
		return true;
	case 'j':
		opts->json = true;
		return true;
	case 't':
		opts->timestamp = true;
		return true;
	case 'V':
		opts->version = true;
		return true;
	case 'h':
		opts->help = true;
		return true;
	}
	return false;
}

int opts_scan(struct opts *opts, const struct noun *noun,
	      int argc, char **argv)
{
	/* The colon keeps getopt quiet. */
	const char *letters = noun ? ":jptVh" : "+:jptVh";
	struct option all[MAX_OPTIONS];
	int c, ret;

	merge(all, noun);
	optind = 0;	/* forget the previous scan */
	while ((c = getopt_long(argc, argv, letters, all, NULL)) != -1) {
		if (c == '?' || c == ':')
			return bad_option(all, c, argv);
		if (take_global(opts, c))
			continue;
		ret = noun->option(c, optarg);
		if (ret)
			return ret;
	}
	return 0;
}

int opts_refused(const struct opts *opts, const struct noun *noun)
{
	if (opts->json && !(noun->flags & NOUN_JSON)) {
		complain("'%s' has no JSON form: leave out %s", noun->name,
			 opts->pretty ? "-p" : "-j");
		return EXIT_USAGE;
	}
	if (opts->timestamp && !(noun->flags & NOUN_TIME)) {
		complain("'%s' prints no stream that could carry timestamps: leave out -t",
			 noun->name);
		return EXIT_USAGE;
	}
	return 0;
}
