/* SPDX-License-Identifier: GPL-2.0 */
/* A mapping, in the words of the control files mappers and audit. */
#ifndef RMAPCTL_MAPPER_H
#define RMAPCTL_MAPPER_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/out.h"

/**
 * struct mapper - consecutive pages of a folio at consecutive addresses
 * @pid: number of the process, 0 if it is gone
 * @comm: its name; points into the line that was taken apart
 * @address: of the first page
 * @first: that page of the folio
 * @count: pages; 0: an area covers the folio, but maps no page of it
 * @level: "pte", "pmd" or "hugetlb"; points to @level_text
 * @writable: may the process write there?
 * @anon_exclusive: do the pages belong to it alone?
 * @migration: a migration entry, which is no mapping just now
 * @level_text: room for @level
 */
struct mapper {
	uint64_t pid;
	const char *comm;
	uint64_t address;
	uint64_t first;
	uint64_t count;
	const char *level;
	bool writable;
	bool anon_exclusive;
	bool migration;
	char level_text[16];
};

/**
 * mapper_parse() - take a line apart
 * @line: "pid=... comm=...", without a newline; the name is decoded in place
 * @mapper: where to; is not to be moved while it is used
 *
 * Return: false if that is no such line.
 */
bool mapper_parse(char *line, struct mapper *mapper);

/* As text, a row. */
extern const struct out_desc mapper_desc;

/* The line above the rows. */
void mapper_put_header(FILE *to);

/* ", writable, anon-exclusive", as far as true */
void mapper_put_flags(FILE *to, const struct mapper *mapper);

#endif
