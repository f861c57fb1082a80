/* SPDX-License-Identifier: GPL-2.0 */
/* What a command ("noun") is, and the table of them all. */
#ifndef RMAPCTL_NOUN_H
#define RMAPCTL_NOUN_H

#include <getopt.h>

#include "cli/out.h"

/*
 * Exit codes, as the manual promises them.  The kernel's "no" includes
 * everything around it: no debugfs, no module, not root, no room for output.
 */
enum {
	EXIT_FINE,
	EXIT_USAGE,
	EXIT_KERNEL,
	EXIT_MISMATCH,
};

/* Global options that a noun can honour; any other is refused. */
#define NOUN_JSON	0x1
#define NOUN_TIME	0x2

/**
 * struct noun - one command, at the end of the file that implements it
 * @name: the word on the command line
 * @args: its operands as in a usage line, or "" if it takes none
 * @brief: what it does, for the list of commands
 * @flags: NOUN_* options that make sense with it
 * @min_args: least number of operands
 * @max_args: largest number of operands
 * @options: long options of its own, closed by an empty one, or NULL
 * @option: called for each of @options found, with its val and optarg;
 *	returns 0, or an exit code after it has complained
 * @help: prints everything there is to know, below the usage line
 * @run: does it; gets the operands alone, returns an exit code after it has
 *	complained
 */
struct noun {
	const char *name;
	const char *args;
	const char *brief;
	unsigned int flags;
	int min_args;
	int max_args;
	const struct option *options;
	int (*option)(int val, const char *arg);
	void (*help)(void);
	int (*run)(struct out *out, int argc, char **argv);
};

/* One row each, in the order in which `rmapctl help` lists them. */
#define NOUNS(row)	\
	row(status)	\
	row(use)	\
	row(folio)	\
	row(pages)	\
	row(mappers)	\
	row(audit)	\
	row(stats)	\
	row(guard)	\
	row(fault)	\
	row(bench)	\
	row(watch)	\
	row(monitor)	\
	row(help)	\
	row(version)

#define NOUN_DECLARE(name)	extern const struct noun noun_##name;
NOUNS(NOUN_DECLARE)

/* All of them, closed by NULL. */
extern const struct noun *const nouns[];

/* The words of the command line, as they came. */
extern char **main_argv;

const struct noun *noun_find(const char *name);

#endif
