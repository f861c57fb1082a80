/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text for people. It makes words of unknown origin (a command's name, a log
 * line) safe to show, prints numbers, and wraps words into lines.
 */
#ifndef RMAPCTL_TEXT_H
#define RMAPCTL_TEXT_H

#include <stdint.h>
#include <stdio.h>

/* Lines are made for terminals of this width. */
#define TEXT_COLUMNS	80

/* Prints @s. Control characters and bytes that are not UTF-8 become \xNN. */
void text_put(FILE *to, const char *s);

/*
 * Returns a copy of @s, which the caller frees. U+FFFD replaces every byte that
 * is not UTF-8. Returns NULL if memory ran out.
 */
char *text_utf8(const char *s);

/*
 * Writes decimal digits to @to (21 bytes), faster than printf; returns the end.
 */
char *text_number(char *to, int64_t value);

/* The same in hexadecimal, with small letters (16 bytes). */
char *text_hex(char *to, uint64_t value);

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
 * @len: how much of @line is there; it is written in one piece, as a small
 *	folio is ten words
 * @line: words
 */
struct wrap {
	FILE *to;
	unsigned int (*margin)(FILE *to, void *data);
	void *data;
	unsigned int indent;
	const char *between;
	unsigned int column;
	int fresh;
	size_t len;
	char line[TEXT_COLUMNS + 1];
};

/* Prints one word, which is not broken. */
void wrap_word(struct wrap *wrap, const char *word);

/* Prints words with blanks between them. */
void wrap_text(struct wrap *wrap, const char *text);

/* Prints "name value" as one word. */
void wrap_number(struct wrap *wrap, const char *name, int64_t value);

/* Ends the last line, if one has begun. */
void wrap_end(struct wrap *wrap);

#endif
