/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MAPPER_H
#define MAPPER_H
/*
 * The file mappers, in which rmap_ab lists the mappers of a folio.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Consecutive pages of a folio, at consecutive addresses of a process. */
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

/* Ask about a page frame; fails the test if the answer cannot be read. */
void mapper_ask(uint64_t pfn, struct answer *answer);

/*
 * In a test: the folio of the page frame is mapped exactly so; order does not
 * matter, comm is not compared. Waits, a little, for what leaves by and by.
 */
void mapper_must(uint64_t pfn, const struct mapper *expected, int nr,
		 const char *when);

#endif /* MAPPER_H */
