/* SPDX-License-Identifier: GPL-2.0 */
/* A command ("noun"), and the table of all commands. */
#ifndef RMAPCTL_NOUN_H
#define RMAPCTL_NOUN_H

#include "cli/opts.h"
#include "cli/out.h"

/*
 * Exit codes, as in the manual.  EXIT_KERNEL also stands for everything around
 * the kernel: no debugfs, no module, not root, no room for output.
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

/* Used by the build and by completion. Help does not list it. */
#define NOUN_HIDDEN	0x4

/* Exits with 1 for a difference, as diff(1): wrong usage is EXIT_KERNEL. */
#define NOUN_DIFF	0x8

/**
 * struct verb - a first operand that selects what a noun does
 * @name: the word
 * @args: the operands behind it as in a usage line, or ""
 * @what: what it does, for help
 * @words: what these operands can be, or NULL
 * @run: does it; gets the operands behind the verb
 */
struct verb {
	const char *name;
	const char *args;
	const char *what;
	words_fn *words;
	int (*run)(struct out *out, int argc, char **argv);
};

/**
 * struct noun - one command, at the end of the file that implements it
 * @name: the word on the command line
 * @args: its operands as in a usage line, or "" if it takes none
 * @brief: what it does, for the list of commands
 * @about: the same at length, for its own help
 * @flags: NOUN_* options that make sense with it
 * @min_args: least number of operands
 * @max_args: largest number of operands
 * @verbs: what the first operand can be, closed by an empty one, or NULL
 * @words: what an operand can be if there are no verbs, or NULL
 * @options: long options of its own, closed by an empty one, or NULL
 * @help: calls help_words() and help_fields() for what it prints, or NULL
 * @run: does it; gets the operands alone, returns an exit code after it has
 *	complained
 */
struct noun {
	const char *name;
	const char *args;
	const char *brief;
	const char *about;
	unsigned int flags;
	int min_args;
	int max_args;
	const struct verb *verbs;
	words_fn *words;
	const struct opt *options;
	void (*help)(void);
	int (*run)(struct out *out, int argc, char **argv);
};

/* One row for each noun, in the order of `rmapctl help`. */
#define NOUNS(row)	\
	row(status)	\
	row(use)	\
	row(layout)	\
	row(folio)	\
	row(diff)	\
	row(pages)	\
	row(mappers)	\
	row(audit)	\
	row(accuracy)	\
	row(stats)	\
	row(guard)	\
	row(fault)	\
	row(bench)	\
	row(watch)	\
	row(record)	\
	row(monitor)	\
	row(help)	\
	row(version)	\
	row(complete)	\
	row(manual)

#define NOUN_DECLARE(name)	extern const struct noun noun_##name;
NOUNS(NOUN_DECLARE)

/* All of them, closed by NULL. */
extern const struct noun *const nouns[];

/* The unchanged words of the command line. */
extern char **main_argv;

/* Returns the noun, or NULL after a complaint. */
const struct noun *noun_find(const char *name);

/* Returns the verb, or NULL after a complaint that lists all verbs. */
const struct verb *verb_find(const struct noun *noun, const char *name);

/* Offer the possible values of options and operands. */
words_fn words_faults;
words_fn words_files;
words_fn words_implementations;
words_fn words_kinds;
words_fn words_layouts;
words_fn words_pids;
words_fn words_scenarios;

#endif
