// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/opts.h"
#include "noun.h"

static int check_operands(const struct noun *noun, int argc, char **argv)
{
	if (argc < noun->min_args)
		complain("'%s' needs %s: see 'rmapctl help %s'", noun->name,
			 noun->args, noun->name);
	else if (argc > noun->max_args && !noun->max_args)
		complain("'%s' is unexpected, '%s' takes no operand: see 'rmapctl help %s'",
			 argv[0], noun->name, noun->name);
	else if (argc > noun->max_args)
		complain("'%s' is unexpected, '%s' takes at most %d operand%s: see 'rmapctl help %s'",
			 argv[noun->max_args], noun->name, noun->max_args,
			 noun->max_args == 1 ? "" : "s", noun->name);
	else
		return 0;
	return EXIT_USAGE;
}

/* What wrong usage exits with. */
static int usage_status(const struct noun *noun)
{
	return noun->flags & NOUN_DIFF ? EXIT_KERNEL : EXIT_USAGE;
}

/* Ends the output, so that it is valid JSON even after a failure. */
static int noun_finish(struct out *out, int ret)
{
	int err = 0;

	if (out->nr || ret == EXIT_FINE || ret == EXIT_MISMATCH)
		err = out_end(out);
	if (!err)
		return ret;
	complain_errno(-err, "cannot write the output");
	return EXIT_KERNEL;
}

static int noun_run(const struct noun *noun, int argc, char **argv)
{
	struct out out = {
		.to = stdout,
		.json = opts_given.json,
		.pretty = opts_given.pretty,
		.timestamp = opts_given.timestamp,
	};
	int ret = opts_refused(noun);

	if (!ret)
		ret = check_operands(noun, argc, argv);
	if (ret)
		return usage_status(noun);
	return noun_finish(&out, noun->run(&out, argc, argv));
}

static int run_noun(const struct noun *noun, int argc, char **argv)
{
	int ret = opts_scan(noun, argc, argv);

	if (ret)
		return ret == EXIT_USAGE ? usage_status(noun) : ret;
	if (opts_given.version)
		return noun_run(&noun_version, 0, NULL);
	if (opts_given.help)
		return noun_run(&noun_help, 1, argv);
	return noun_run(noun, argc - optind, argv + optind);
}

static int run_named(int argc, char **argv)
{
	const struct noun *noun = noun_find(argv[0]);

	return noun ? run_noun(noun, argc, argv) : EXIT_USAGE;
}

/* For somebody who types the name to see what happens. */
static int show_first(void)
{
	int ret = noun_run(&noun_status, 0, NULL);

	if (!opts_given.json)
		fputs("\n"
		      "rmapctl use NAME             count by another implementation\n"
		      "rmapctl folio --pid PID      the folios of a process, each with its mapcounts\n"
		      "rmapctl audit                are all mapcounts right?\n"
		      "rmapctl help                 all commands\n", ret ? stderr : stdout);
	return ret;
}

static int run_unnamed(void)
{
	if (opts_given.version)
		return noun_run(&noun_version, 0, NULL);
	if (opts_given.help)
		return noun_run(&noun_help, 0, NULL);
	return show_first();
}

/*
 * A control file must not become a closed stdout or stderr. So this opens
 * /dev/null there, in the wrong direction, so that output still fails.
 */
static void keep_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY :
			     O_RDONLY);
}

int main(int argc, char **argv)
{
	int ret;

	keep_standard_files();
	main_argv = argv;
	ret = opts_scan(NULL, argc, argv);
	if (ret)
		return ret;
	if (optind == argc)
		return run_unnamed();
	return run_named(argc - optind, argv + optind);
}
