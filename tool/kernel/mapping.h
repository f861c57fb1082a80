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
 * @comm: its name; points into the parsed line
 * @address: of the first page
 * @first: number of the first page in the folio
 * @count: number of pages; 0: an area covers the folio, but maps no page of it
 * @level: "pte", "pmd", "pud" or "hugetlb"; points to @level_text
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

/*
 * Turns each \ooo, by which the kernel writes what is not printable, into a byte
 * again, but never into a NUL.
 */
void mapping_decode(char *text);

/**
 * mapping_parse() - parse a line
 * @line: "pid=... comm=...", without a newline; the name is decoded in place
 * @mapping: receives the result; it must not be moved while it is used
 *
 * Return: false if @line is not such a line.
 */
bool mapping_parse(char *line, struct mapping *mapping);

/* The text form is a row. */
extern const struct out_desc mapping_desc;

/* Prints the line above the rows. */
void mapping_put_header(FILE *to);

/* Prints the flags that are set, as in ", writable, anon-exclusive". */
void mapping_put_flags(FILE *to, const struct mapping *mapping);

#endif
