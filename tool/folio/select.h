/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which page frames: by number, by process and address, by file.  And which of
 * the folios found there are shown.
 */
#ifndef RMAPCTL_SELECT_H
#define RMAPCTL_SELECT_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/number.h"
#include "folio/folio.h"
#include "kernel/file_pfns.h"
#include "kernel/process.h"
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
 * @pids: SELECT_PID: those named
 * @cgroup: SELECT_PID: a directory; those in it as well
 * @file: SELECT_FILE
 * @bytes: addresses, or offsets in the file
 */
struct selection {
	enum select_by by;
	bool has_range;
	bool one;
	char range_option;
	struct range pfns;
	struct numbers pids;
	const char *cgroup;
	const char *file;
	struct range bytes;
};

/* May more than one process be selected? */
static inline bool selection_has_many(const struct selection *selection)
{
	return selection->cgroup || selection->pids.nr > 1;
}

/*
 * Consecutive page frames at consecutive addresses (of process @pid), or pages of
 * the file.
 */
struct extent {
	uint64_t pfn;
	uint64_t nr;
	uint64_t at;
	uint64_t pid;
};

/* What `about` of a noun with these options begins with. */
#define SELECT_ARGS \
	"WHICH: --pfn A[-B] | --pid PID[,PID]... [--addr A[-B]] | --cgroup CGROUP |\n" \
	"--file PATH [--range A[-B]]"

/* The options, for the table of a noun; @selection: where they go. */
#define SELECT_OPTIONS(selection)					\
	OPT_HEADING("Which page frames"),				\
	OPT_CALL("pfn", "A[-B]",					\
		 "by number; A+COUNT and A- (to the end) work, too",	\
		 select_take_pfn, selection, NULL),			\
	OPT_CALL("pid", "PID[,PID]...",					\
		 "those that a process maps, or one of several",	\
		 select_take_pid, selection, words_pids),		\
	OPT_CALL("cgroup", "CGROUP",					\
		 "those that a process maps which is in this cgroup or in one " \
		 "below it, whoever they are charged to; a directory, relative " \
		 "to /sys/fs/cgroup",					\
		 select_take_cgroup, selection, words_files),		\
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
select_take_fn select_take_cgroup;
select_take_fn select_take_addr;
select_take_fn select_take_file;
select_take_fn select_take_range;

/*
 * After the last option: do they make sense together?  Returns 0, or EXIT_USAGE
 * after a complaint.
 */
int select_check(const struct selection *selection, const char *noun);

/* Nothing said is the whole machine, where that makes sense. */
void select_all_unless_said(struct selection *selection);

/**
 * select_pids() - the processes that are selected now
 * @selection: a checked one, by process
 * @pids: receives their numbers, in order, each once; the caller frees them
 *
 * Those of a cgroup may have gone meanwhile, or be kernel threads.
 *
 * Return: 0, or -errno after a complaint.
 */
int select_pids(const struct selection *selection, struct numbers *pids);

/* Pages that were selected, but have no page frame. */
struct missing {
	uint64_t not_present;
	uint64_t swapped;
};

/**
 * struct frame_walk - a walk over the page frames of a selection
 * @selection: which
 * @step: from one page to the next in an extent's @at
 * @missing: pages so far that have no page frame
 * @ahead: internal: found, but not handed out yet
 * @at_end: internal: nothing more will be found
 * @pids: internal: SELECT_PID, as is all that follows but @file: all of them
 * @next_pid: internal: how many of them were begun with
 * @is_open: internal: there is a @process
 * @process: internal: the one that is walked over
 * @has_vma: internal: a VMA of it is in the range
 * @vma: internal: what of the VMA is in the range
 * @address: internal: of the next entry
 * @entries: internal: read from its page tables
 * @nr: internal: how many of them there are
 * @used: internal: how many are behind
 * @is_empty: internal: none of the entries had a page so far
 * @file: internal: SELECT_FILE
 */
struct frame_walk {
	const struct selection *selection;
	uint64_t step;
	struct missing missing;
	struct extent ahead;
	bool at_end;
	struct numbers pids;
	size_t next_pid;
	bool is_open;
	struct process process;
	bool has_vma;
	struct vma vma;
	uint64_t address;
	uint64_t entries[PAGEMAP_BATCH];
	size_t nr;
	size_t used;
	bool is_empty;
	struct file_pfns file;
};

/* Returns 0, or -errno after a complaint; only then nothing is to be ended. */
int frame_walk_begin(struct frame_walk *walk, const struct selection *selection);
void frame_walk_end(struct frame_walk *walk);

/**
 * frame_walk_next() - the next page frames
 * @walk: it
 * @extent: where to, as many as lie side by side in both memory and selection
 *
 * Page frames are taken by number without looking whether they exist.
 *
 * Return: 1; 0 behind the last ones; -errno after a complaint.
 */
int frame_walk_next(struct frame_walk *walk, struct extent *extent);

/**
 * struct filter - what the options say; zero lets everything pass
 * @kinds: a bit for each; 0: all
 * @nodes: a bit for each NUMA node; 0: all
 * @memcgs: inode numbers of memory cgroups; none: all
 * @has_orders: is there an --order?
 * @orders: from, to
 * @shared: only what has a page that is mapped more than once
 * @partial: only what is mapped in parts
 * @exclusive: only what has an anon-exclusive page
 */
struct filter {
	unsigned int kinds;
	uint64_t nodes;
	struct numbers memcgs;
	bool has_orders;
	struct range orders;
	bool shared;
	bool partial;
	bool exclusive;
};

/* The options, for the table of a noun; @filter_: where they go. */
#define FILTER_OPTIONS(filter_)						\
	OPT_HEADING("Which of them are shown; all that is asked for must be true"), \
	OPT_CALL("kind", "K[,K]...", "of one of these kinds",		\
		 filter_take_kinds, &(filter_).kinds, words_kinds),	\
	OPT_CALL("order", "N[-M]",					\
		 "of this order: a folio has 2 to the power of it pages", \
		 filter_take_orders, &(filter_), NULL),			\
	OPT_CALL("node", "N[,N]...", "on one of these NUMA nodes",	\
		 filter_take_nodes, &(filter_).nodes, NULL),		\
	OPT_CALL("memcg", "CGROUP",					\
		 "charged to this cgroup or to one below it; a directory, " \
		 "relative to /sys/fs/cgroup, or only the one with this " \
		 "inode number",					\
		 filter_take_memcg, &(filter_), words_files),		\
	OPT_FLAG("shared", "with a page that is mapped more than once",	\
		 &(filter_).shared),					\
	OPT_FLAG("partial",						\
		 "of which some pages are mapped and others are not",	\
		 &(filter_).partial),					\
	OPT_FLAG("exclusive", "with a page that is anon-exclusive",	\
		 &(filter_).exclusive)

int filter_take_kinds(const struct opt *opt, const char *arg);
int filter_take_orders(const struct opt *opt, const char *arg);
int filter_take_nodes(const struct opt *opt, const char *arg);
int filter_take_memcg(const struct opt *opt, const char *arg);

bool filter_takes(const struct filter *filter, const struct folio *folio);

#endif
