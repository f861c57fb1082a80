/* SPDX-License-Identifier: GPL-2.0 */
/* The command line's options: the global ones and those of one noun. */
#ifndef RMAPCTL_OPTS_H
#define RMAPCTL_OPTS_H

#include <stdbool.h>

#include "noun.h"

struct opts {
	bool json;
	bool pretty;
	bool timestamp;
	bool version;
	bool help;
};

/**
 * opts_scan() - take the options out of a command line
 * @opts: where the global ones go
 * @noun: whose own options are known too; NULL: stop at the first operand
 * @argc: number of words, the first of which is no option
 * @argv: the words; operands are moved to the end, from optind on
 *
 * Return: 0, or an exit code after a complaint.
 */
int opts_scan(struct opts *opts, const struct noun *noun,
	      int argc, char **argv);

/**
 * opts_refused() - is there an option that @noun cannot honour?
 *
 * Ignoring one would hand text to a program that asked for JSON.
 *
 * Return: 0, or an exit code after a complaint.
 */
int opts_refused(const struct opts *opts, const struct noun *noun);

#endif
