/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MAPPER_H
#define MAPPER_H
/*
 * What rmap_ab's file mappers says about the processes that map a folio.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Consecutive pages of a folio at consecutive addresses of a process. */
struct mapper {
	pid_t pid;
	unsigned long long address;
	unsigned int first, count;
	char level[16];
	int writable, exclusive, migration;
	char comm[80];
};

struct answer {
	unsigned long long head;
	unsigned int order, page;
	char kind[16];
	int nr;
	char text[1 << 16];
	struct mapper mappers[256];
};

/* Asks about a page frame; fails the test if it cannot read the answer. */
void mapper_ask(uint64_t pfn, struct answer *answer);

/*
 * In a test: the folio of the page frame must be mapped exactly so. Order does
 * not matter, and comm is not compared. The function waits a little for
 * mappings that are about to go.
 */
void mapper_must(uint64_t pfn, const struct mapper *expected, int nr,
		 const char *when);

#endif /* MAPPER_H */
