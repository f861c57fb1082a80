// SPDX-License-Identifier: GPL-2.0
/*
 * A folio gets its layout with its first mapping. So all its mappings have to go
 * and come back. Migration does both: the new folio is mapped for the first time,
 * and the old one, too, if migration fails half-way. move_pages() moves only to
 * another node, so the memory goes there and back. With a single node, it is paged
 * out, and comes back when somebody needs it.
 */
#include <errno.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/number.h"
#include "kernel/convert.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

/* The most that one call of process_madvise() takes. */
#define MAX_RANGES	1024

int convert_add(struct convert *convert, uint64_t address, uint64_t size)
{
	if (convert->nr == convert->max) {
		size_t max = convert->max ? 2 * convert->max : 64;
		struct iovec *ranges = reallocarray(convert->ranges, max, sizeof(*ranges));

		if (!ranges)
			return complain_errno(ENOMEM, "convert");
		convert->ranges = ranges;
		convert->max = max;
	}
	convert->ranges[convert->nr++] = (struct iovec){
		.iov_base = (void *)(uintptr_t)address, .iov_len = size,
	};
	return 0;
}

void convert_free(struct convert *convert)
{
	free(convert->ranges);
}

/* ---- by migration ---- */

/* Nodes with memory, "0-1,3": returns whether one has the number @node. */
static bool node_exists(const char *list, int node)
{
	int first, last, used;

	while (sscanf(list, "%d%n", &first, &used) == 1) {
		list += used;
		last = first;
		if (*list == '-' && sscanf(list + 1, "%d%n", &last, &used) == 1)
			list += 1 + used;
		if (node >= first && node <= last)
			return true;
		if (*list++ != ',')
			break;
	}
	return false;
}

/* Returns the node with memory that follows @node, maybe @node itself, or -1. */
static int other_node(int node)
{
	char list[256] = "";
	FILE *file = fopen("/sys/devices/system/node/has_memory", "re");

	if (file) {
		if (!fgets(list, sizeof(list), file))
			*list = '\0';
		fclose(file);
	}
	for (int i = 1; i <= 1024; i++)
		if (node_exists(list, (node + i) % 1024))
			return (node + i) % 1024;
	return -1;
}

struct moves {
	void **pages;
	int *nodes;
	int *status;
};

/* Asks where each page is; then a page that is nowhere has a negative node. */
static int moves_ask(const struct moves *moves, size_t nr, pid_t pid)
{
	return syscall(SYS_move_pages, pid, nr, moves->pages, NULL, moves->nodes, 0);
}

static int moves_do(const struct moves *moves, size_t nr, pid_t pid, const int *to)
{
	return syscall(SYS_move_pages, pid, nr, moves->pages, to, moves->status,
		       MPOL_MF_MOVE_ALL);
}

/* There and back. A positive result is the number of pages that were not moved. */
static int move_there_and_back(struct moves *moves, size_t nr, pid_t pid)
{
	int *away = calloc(nr, sizeof(*away));
	int ret = 0;

	if (!away)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		away[i] = moves->nodes[i] < 0 ? 0 : other_node(moves->nodes[i]);
	if (moves_do(moves, nr, pid, away) < 0)
		ret = -errno;
	for (size_t i = 0; i < nr; i++)
		if (moves->nodes[i] < 0)
			moves->nodes[i] = away[i];
	if (!ret && moves_do(moves, nr, pid, moves->nodes) < 0)
		ret = -errno;
	free(away);
	return ret;
}

static int migrate_all(const struct convert *convert, pid_t pid)
{
	struct moves moves = {
		.pages = calloc(convert->nr, sizeof(*moves.pages)),
		.nodes = calloc(convert->nr, sizeof(*moves.nodes)),
		.status = calloc(convert->nr, sizeof(*moves.status)),
	};
	int ret = -ENOMEM;

	if (moves.pages && moves.nodes && moves.status) {
		for (size_t i = 0; i < convert->nr; i++)
			moves.pages[i] = convert->ranges[i].iov_base;
		ret = moves_ask(&moves, convert->nr, pid) < 0 ? -errno :
		      move_there_and_back(&moves, convert->nr, pid);
	}
	free(moves.pages);
	free(moves.nodes);
	free(moves.status);
	return ret;
}

/* ---- by paging out ---- */

static int page_out_all(const struct convert *convert, pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);
	int ret = 0;

	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < convert->nr && !ret; i += MAX_RANGES) {
		size_t nr = convert->nr - i < MAX_RANGES ? convert->nr - i : MAX_RANGES;

		if (syscall(SYS_process_madvise, fd, convert->ranges + i, nr,
			    MADV_PAGEOUT, 0) < 0)
			ret = -errno;
	}
	close(fd);
	return ret;
}

int convert_all(const struct convert *convert, uint64_t pid)
{
	const bool has_nodes = other_node(0) > 0;
	int ret;

	if (!convert->nr)
		return 0;
	ret = has_nodes ? migrate_all(convert, pid) : page_out_all(convert, pid);
	if (ret < 0)
		return complain_errno(-ret, has_nodes ? "cannot move memory of process %llu" :
				      "cannot page out memory of process %llu",
				      (unsigned long long)pid);
	return 0;
}
