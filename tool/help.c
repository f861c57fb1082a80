// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "cli/complain.h"
#include "noun.h"

static void help_usage(const struct noun *noun)
{
	printf("usage: rmapctl [OPTION]... %s%s%s\n", noun->name,
	       *noun->args ? " " : "", noun->args);
}

static void help_commands(void)
{
	char synopsis[32];

	puts("\nCommands:");
	for (const struct noun *const *noun = nouns; *noun; noun++) {
		snprintf(synopsis, sizeof(synopsis), "%s %s", (*noun)->name,
			 (*noun)->args);
		printf("  %-18s  %s\n", synopsis, (*noun)->brief);
	}
}

static void help_options(void)
{
	puts("\nOptions, anywhere on the line:\n"
	     "  -j, --json          print JSON: an array of objects\n"
	     "  -p, --pretty        print JSON for people; implies -j\n"
	     "  -t, --timestamp     begin what a stream prints with the time\n"
	     "  -V, --version       print the version\n"
	     "  -h, --help          print help, on a command if one is named\n"
	     "A command that cannot honour an option refuses it.");
}

static void help_all(void)
{
	puts("usage: rmapctl [OPTION]... COMMAND [ARGUMENT]...\n"
	     "Shows and switches the reverse-mapping implementation of the\n"
	     "running kernel. The module rmap_ab must be loaded.");
	help_commands();
	help_options();
	puts("\nExit status: 0 fine, 1 wrong usage, 2 the kernel said no,\n"
	     "3 a check found a mismatch.");
}

static void help_noun(const struct noun *noun)
{
	help_usage(noun);
	putchar('\n');
	noun->help();
}

static void do_help(void)
{
	puts("Explains COMMAND, or lists all commands and options.");
}

static int do_help_noun(struct out *out, int argc, char **argv)
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

const struct noun noun_help = {
	.name = "help",
	.args = "[COMMAND]",
	.brief = "explain a command",
	.max_args = 1,
	.help = do_help,
	.run = do_help_noun,
};
