/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options of the command line, each of them described once: what takes its
 * value, what --help and the manual say of it, what completion offers.
 */
#ifndef RMAPCTL_OPTS_H
#define RMAPCTL_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct noun;

/* Calls @offer for each word that a value or an operand can be. */
typedef void words_fn(void (*offer)(const char *word));

/**
 * struct opt - an option, or a heading above those that follow
 * @letter: its short form; only global options have one
 * @name: its long form; NULL: a heading
 * @arg: what help calls its value, or NULL if it takes none
 * @what: what it does, or the text of the heading
 * @words: what its value can be, or NULL if nobody can know
 * @take: takes it; returns 0, or EXIT_USAGE after a complaint
 * @to: where @take puts it
 * @least: for opt_number(): the smallest value
 * @most: and the largest
 */
struct opt {
	char letter;
	const char *name;
	const char *arg;
	const char *what;
	words_fn *words;
	int (*take)(const struct opt *opt, const char *arg);
	void *to;
	uint64_t least;
	uint64_t most;
};

#define OPT_HEADING(text)	{ .what = text }

/* The compiler refuses a @to_ of another type. @to_: bool, becomes true. */
#define OPT_FLAG(name_, what_, to_) {					\
	.name = name_, .what = what_, .take = opt_flag,			\
	.to = 1 ? (to_) : (bool *)NULL,				\
}

/* @to_: const char *, becomes the value as it is. */
#define OPT_TEXT(name_, arg_, what_, to_, words_) {			\
	.name = name_, .arg = arg_, .what = what_, .take = opt_text,	\
	.to = 1 ? (to_) : (const char **)NULL, .words = words_,	\
}

/* @to_: uint64_t, decimal or hexadecimal with 0x. */
#define OPT_NUMBER(name_, arg_, what_, to_, least_, most_) {		\
	.name = name_, .arg = arg_, .what = what_, .take = opt_number,	\
	.to = 1 ? (to_) : (uint64_t *)NULL,				\
	.least = least_, .most = most_,					\
}

/* Anything else. */
#define OPT_CALL(name_, arg_, what_, take_, to_, words_) {		\
	.name = name_, .arg = arg_, .what = what_, .take = take_,	\
	.to = to_, .words = words_,					\
}

int opt_flag(const struct opt *opt, const char *arg);
int opt_text(const struct opt *opt, const char *arg);
int opt_number(const struct opt *opt, const char *arg);

/* The global options that were given. */
struct opts {
	bool json;
	bool pretty;
	bool timestamp;
	bool version;
	bool help;
};

extern struct opts opts_given;

/* The table of them, closed by an empty one. */
extern const struct opt opts_global[];

/* Is @opt neither a heading nor the end of a table? */
static inline bool opt_is_option(const struct opt *opt)
{
	return opt->name;
}

/* Is @opt the end of a table? */
static inline bool opt_is_end(const struct opt *opt)
{
	return !opt->what;
}

/**
 * opts_scan() - take the options out of a command line
 * @noun: whose own options are known as well as the global ones; NULL: stop at
 *	the first operand
 * @argc: number of words, the first of which is no option
 * @argv: the words; operands are moved to the end, from optind on
 *
 * Return: 0, or an exit code after a complaint.
 */
int opts_scan(const struct noun *noun, int argc, char **argv);

/**
 * opts_refused() - is there a global option that @noun cannot honour?
 *
 * Ignoring one would hand text to a program that asked for JSON.
 *
 * Return: 0, or an exit code after a complaint.
 */
int opts_refused(const struct noun *noun);

/* The option @name of @noun, or the global one; NULL if there is none. */
const struct opt *opts_find(const struct noun *noun, const char *name);

#endif
