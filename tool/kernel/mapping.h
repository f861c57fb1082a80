/* SPDX-License-Identifier: GPL-2.0 */
/* A mapping, in the words of the control files mappers and audit. */
#ifndef RMAPCTL_MAPPING_H
#define RMAPCTL_MAPPING_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/out.h"

/**
 * struct mapping - consecutive pages of a folio at consecutive addresses
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
struct mapping {
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
 * mapping_parse() - take a line apart
 * @line: "pid=... comm=...", without a newline; the name is decoded in place
 * @mapping: where to; is not to be moved while it is used
 *
 * Return: false if that is no such line.
 */
bool mapping_parse(char *line, struct mapping *mapping);

/* As text, a row. */
extern const struct out_desc mapping_desc;

/* The line above the rows. */
void mapping_put_header(FILE *to);

/* ", writable, anon-exclusive", as far as true */
void mapping_put_flags(FILE *to, const struct mapping *mapping);

#endif
