// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/text.h"

#define REPLACEMENT	"\xef\xbf\xbd"

static size_t sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2)
		return 0;
	if (first < 0xe0)
		return 2;
	if (first < 0xf0)
		return 3;
	return first < 0xf5 ? 4 : 0;
}

/* Is it an overlong form, a surrogate, or above U+10FFFF? */
static bool is_forbidden(const unsigned char *s)
{
	switch (s[0]) {
	case 0xe0:
		return s[1] < 0xa0;
	case 0xed:
		return s[1] >= 0xa0;
	case 0xf0:
		return s[1] < 0x90;
	case 0xf4:
		return s[1] >= 0x90;
	}
	return false;
}

/* Returns the bytes of the character at @s, or 0. Never reads beyond a NUL. */
static size_t utf8_length(const char *str)
{
	const unsigned char *s = (const unsigned char *)str;
	size_t nr = sequence_length(s[0]);

	for (size_t i = 1; i < nr; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return nr > 1 && is_forbidden(s) ? 0 : nr;
}

/* Is it C0, DEL or C1? A terminal would obey those. */
static bool is_control(const char *str, size_t nr)
{
	const unsigned char *s = (const unsigned char *)str;

	if (nr == 1)
		return s[0] < 0x20 || s[0] == 0x7f;
	return s[0] == 0xc2 && s[1] < 0xa0;
}

static void put_escaped(FILE *to, const char *s, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		fprintf(to, "\\x%02x", (unsigned char)s[i]);
}

void text_put(FILE *to, const char *s)
{
	size_t nr;

	for (; *s; s += nr) {
		nr = utf8_length(s);
		if (nr && !is_control(s, nr)) {
			fwrite(s, 1, nr, to);
			continue;
		}
		if (!nr)
			nr = 1;
		put_escaped(to, s, nr);
	}
}

char *text_utf8(const char *s)
{
	char *copy = malloc(strlen(s) * strlen(REPLACEMENT) + 1);
	char *to = copy;
	size_t nr;

	if (!copy)
		return NULL;
	while (*s) {
		nr = utf8_length(s);
		to = mempcpy(to, nr ? s : REPLACEMENT,
			     nr ? nr : strlen(REPLACEMENT));
		s += nr ? nr : 1;
	}
	*to = '\0';
	return copy;
}

char *text_number(char *to, int64_t value)
{
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char digits[20];
	size_t nr = 0;

	/* Most counters have one digit. */
	if (rest < 10 && value >= 0) {
		*to = '0' + rest;
		return to + 1;
	}
	if (value < 0)
		*to++ = '-';
	do {
		digits[sizeof(digits) - ++nr] = '0' + rest % 10;
		rest /= 10;
	} while (rest);
	return mempcpy(to, digits + sizeof(digits) - nr, nr);
}

char *text_hex(char *to, uint64_t value)
{
	int shift = 60;

	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[value >> shift & 0xf];
	return to;
}

static void wrap_begin(struct wrap *wrap)
{
	if (wrap->margin)
		wrap->column = wrap->margin(wrap->to, wrap->data);
	else
		for (wrap->column = 0; wrap->column < wrap->indent;)
			wrap->column += !!putc_unlocked(' ', wrap->to);
	wrap->fresh = 1;
}

/* Prints the line. There is always room for its end. */
static void put_line(struct wrap *wrap)
{
	fwrite_unlocked(wrap->line, 1, wrap->len, wrap->to);
	wrap->len = 0;
}

static void put_words(struct wrap *wrap, const char *words, size_t len)
{
	wrap->column += len;
	if (wrap->len + len >= sizeof(wrap->line))
		put_line(wrap);
	if (len >= sizeof(wrap->line)) {
		fwrite_unlocked(words, 1, len, wrap->to);
		return;
	}
	memcpy(wrap->line + wrap->len, words, len);
	wrap->len += len;
}

static void wrap_put(struct wrap *wrap, const char *word, size_t len)
{
	const char *between = wrap->between ? wrap->between : "  ";

	if (wrap->column &&
	    wrap->column + strlen(between) + len > TEXT_COLUMNS)
		wrap_end(wrap);
	if (!wrap->column)
		wrap_begin(wrap);
	if (!wrap->fresh)
		put_words(wrap, between, strlen(between));
	put_words(wrap, word, len);
	wrap->fresh = 0;
}

void wrap_word(struct wrap *wrap, const char *word)
{
	wrap_put(wrap, word, strlen(word));
}

void wrap_text(struct wrap *wrap, const char *text)
{
	size_t len;

	for (; *text; text += len + strspn(text + len, " ")) {
		len = strcspn(text, " ");
		wrap_put(wrap, text, len);
	}
}

void wrap_number(struct wrap *wrap, const char *name, int64_t value)
{
	char word[64], *end = stpcpy(word, name);

	*end++ = ' ';
	wrap_put(wrap, word, text_number(end, value) - word);
}

void wrap_end(struct wrap *wrap)
{
	if (!wrap->column)
		return;
	wrap->line[wrap->len++] = '\n';
	put_line(wrap);
	wrap->column = 0;
}
