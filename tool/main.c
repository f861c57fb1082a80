// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/opts.h"
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
	complain("unknown command '%s': see 'rmapctl help'", name);
	return NULL;
}

static int check_operands(const struct noun *noun, int argc, char **argv)
{
	if (argc < noun->min_args)
		complain("'%s' needs %s: see 'rmapctl help %s'", noun->name,
			 noun->args, noun->name);
	else if (argc > noun->max_args)
		complain("'%s' is too much: see 'rmapctl help %s'",
			 argv[noun->max_args], noun->name);
	else
		return 0;
	return EXIT_USAGE;
}

/* What was printed before a failure must still be JSON. */
static int finish(struct out *out, int ret)
{
	int err = 0;

	if (out->nr || ret == EXIT_FINE || ret == EXIT_MISMATCH)
		err = out_end(out);
	if (!err)
		return ret;
	complain_errno(-err, "cannot write the output");
	return EXIT_KERNEL;
}

static int run(const struct noun *noun, const struct opts *opts,
	       int argc, char **argv)
{
	struct out out = {
		.to = stdout,
		.json = opts->json,
		.pretty = opts->pretty,
		.timestamp = opts->timestamp,
	};
	int ret;

	ret = opts_refused(opts, noun);
	if (!ret)
		ret = check_operands(noun, argc, argv);
	return ret ? ret : finish(&out, noun->run(&out, argc, argv));
}

static int run_named(struct opts *opts, int argc, char **argv)
{
	const struct noun *noun = noun_find(argv[0]);
	int ret;

	if (!noun)
		return EXIT_USAGE;
	ret = opts_scan(opts, noun, argc, argv);
	if (ret)
		return ret;
	if (opts->version)
		return run(&noun_version, opts, 0, NULL);
	if (opts->help)
		return run(&noun_help, opts, 1, argv);
	return run(noun, opts, argc - optind, argv + optind);
}

static int run_unnamed(const struct opts *opts)
{
	if (opts->version)
		return run(&noun_version, opts, 0, NULL);
	if (opts->help)
		return run(&noun_help, opts, 0, NULL);
	complain("which command? see 'rmapctl help'");
	return EXIT_USAGE;
}

/*
 * A control file must not become somebody's stdout or stderr. Opened for the
 * wrong direction, so that output still fails as it should.
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
	struct opts opts = { };
	int ret;

	keep_standard_files();
	main_argv = argv;
	ret = opts_scan(&opts, NULL, argc, argv);
	if (ret)
		return ret;
	if (optind == argc)
		return run_unnamed(&opts);
	return run_named(&opts, argc - optind, argv + optind);
}
