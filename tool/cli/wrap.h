/* SPDX-License-Identifier: GPL-2.0 */
/* Words in lines that are not too long. */
#ifndef RMAPCTL_WRAP_H
#define RMAPCTL_WRAP_H

#include <stdint.h>
#include <stdio.h>

/**
 * struct wrap - a paragraph being printed
 * @to: where to
 * @margin: prints what each line begins with, and returns its width; NULL:
 *	blanks, @indent of them
 * @data: for @margin
 * @indent: see @margin
 * @between: printed between two words on a line; NULL: two blanks
 * @column: where the line is; 0: it has not begun
 * @fresh: there is no word on the line yet
 */
struct wrap {
	FILE *to;
	unsigned int (*margin)(FILE *to, void *data);
	void *data;
	unsigned int indent;
	const char *between;
	unsigned int column;
	int fresh;
};

/* One word, which is not broken. */
void wrap_word(struct wrap *wrap, const char *word);

/* "name value" as one word. */
void wrap_number(struct wrap *wrap, const char *name, int64_t value);

/* Ends the last line, if one has begun. */
void wrap_end(struct wrap *wrap);

/* Decimal digits at @to (21 bytes), faster than printf; returns the end. */
char *put_number(char *to, int64_t value);
/* The same in hexadecimal, with small letters (16 bytes). */
char *put_hex(char *to, uint64_t value);

#endif
