/* SPDX-License-Identifier: GPL-2.0 */
/* Which page frames: by number, by process and address, by file. */
#ifndef RMAPCTL_SELECT_H
#define RMAPCTL_SELECT_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/number.h"
#include "noun.h"

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

/* What `about` of a noun with these options begins with. */
#define SELECT_ARGS \
	"WHICH: --pfn A[-B] | --pid PID [--addr A[-B]] | --file PATH [--range A[-B]]"

/* The options, for the table of a noun; @selection: where they go. */
#define SELECT_OPTIONS(selection)					\
	OPT_HEADING("Which page frames"),				\
	OPT_CALL("pfn", "A[-B]",					\
		 "by number; A+COUNT and A- (to the end) work, too",	\
		 select_take_pfn, selection, NULL),			\
	OPT_CALL("pid", "PID", "those that a process maps",		\
		 select_take_pid, selection, words_pids),		\
	OPT_CALL("addr", "A[-B]",					\
		 "only at these of its addresses, without B itself, as in " \
		 "/proc/PID/maps; also A+SIZE, and 64K, 2M, 1G",	\
		 select_take_addr, selection, NULL),			\
	OPT_CALL("file", "PATH",					\
		 "those that hold a file in the page cache; nothing is " \
		 "mapped, read or brought in to find them",		\
		 select_take_file, selection, words_files),		\
	OPT_CALL("range", "A[-B]",					\
		 "only these bytes of the file, in the same forms; numbers " \
		 "are decimal, or hexadecimal with 0x",			\
		 select_take_range, selection, NULL)

typedef int select_take_fn(const struct opt *opt, const char *arg);

select_take_fn select_take_pfn;
select_take_fn select_take_pid;
select_take_fn select_take_addr;
select_take_fn select_take_file;
select_take_fn select_take_range;

/*
 * After the last option: do they make sense together?  Returns 0, or EXIT_USAGE
 * after a complaint.
 */
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

#endif
