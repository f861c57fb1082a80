/* SPDX-License-Identifier: GPL-2.0 */
/* Which page frames: by number, by process and address, by file. */
#ifndef RMAPCTL_SELECT_H
#define RMAPCTL_SELECT_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/number.h"

enum select_by {
	SELECT_NOTHING,
	SELECT_PFN,
	SELECT_PID,
	SELECT_FILE,
};

/**
 * struct selection - what the options say
 * @by: which of the three ways
 * @has_range: is there a --addr or --range?
 * @one: --addr has a single address, so a missing page is an error
 * @pfns: SELECT_PFN
 * @pid: SELECT_PID
 * @file: SELECT_FILE
 * @bytes: addresses, or offsets in the file
 */
struct selection {
	enum select_by by;
	bool has_range;
	bool one;
	char range_option;
	struct range pfns;
	uint64_t pid;
	const char *file;
	struct range bytes;
};

/* Consecutive page frames at consecutive addresses, or pages of the file. */
struct extent {
	uint64_t pfn;
	uint64_t nr;
	uint64_t at;
};

/* Pages that were selected, but have no page frame. */
struct missing {
	uint64_t not_present;
	uint64_t swapped;
};

/* The options, for the table of a noun; in main.c's numbering of values. */
enum {
	OPTION_PFN = 256,
	OPTION_PID,
	OPTION_ADDR,
	OPTION_FILE,
	OPTION_RANGE,
	OPTION_AFTER_SELECT,
};

#define SELECT_OPTIONS						\
	{ "pfn",   required_argument, NULL, OPTION_PFN },	\
	{ "pid",   required_argument, NULL, OPTION_PID },	\
	{ "addr",  required_argument, NULL, OPTION_ADDR },	\
	{ "file",  required_argument, NULL, OPTION_FILE },	\
	{ "range", required_argument, NULL, OPTION_RANGE }

/* Takes one option; returns 0, or EXIT_USAGE after a complaint. */
int select_option(struct selection *selection, int val, const char *arg);

/* After the last option: do they make sense together?  The same values. */
int select_check(const struct selection *selection, const char *noun);

/* From one page to the next in an extent's @at. */
uint64_t select_step(const struct selection *selection);

/**
 * select_walk() - find the page frames
 * @selection: a checked one
 * @missing: is added to
 * @visit: called for each extent; anything but 0 ends the walk
 * @data: for @visit
 *
 * Page frames are taken by number without looking whether they exist.
 *
 * Return: 0, what @visit returned, or -errno after a complaint.
 */
int select_walk(const struct selection *selection, struct missing *missing,
		int (*visit)(void *data, const struct extent *extent),
		void *data);

void select_help(void);

#endif
