// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "cli/wrap.h"
#include "folio/show.h"

static void wrap_begin(struct wrap *wrap)
{
	if (wrap->margin)
		wrap->column = wrap->margin(wrap->to, wrap->data);
	else
		for (wrap->column = 0; wrap->column < wrap->indent;)
			wrap->column += !!putc_unlocked(' ', wrap->to);
	wrap->fresh = 1;
}

static void put_words(struct wrap *wrap, const char *words, size_t len)
{
	fwrite_unlocked(words, 1, len, wrap->to);
	wrap->column += len;
}

static void wrap_put(struct wrap *wrap, const char *word, size_t len)
{
	const char *between = wrap->between ? wrap->between : "  ";

	if (wrap->column &&
	    wrap->column + strlen(between) + len > SHOW_COLUMNS)
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

char *put_number(char *to, int64_t value)
{
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char digits[20];
	size_t nr = 0;

	if (value < 0)
		*to++ = '-';
	do {
		digits[sizeof(digits) - ++nr] = '0' + rest % 10;
		rest /= 10;
	} while (rest);
	return mempcpy(to, digits + sizeof(digits) - nr, nr);
}

char *put_hex(char *to, uint64_t value)
{
	int shift = 60;

	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[value >> shift & 0xf];
	return to;
}

void wrap_number(struct wrap *wrap, const char *name, int64_t value)
{
	char word[64], *end = stpcpy(word, name);

	*end++ = ' ';
	wrap_put(wrap, word, put_number(end, value) - word);
}

void wrap_end(struct wrap *wrap)
{
	if (wrap->column)
		putc_unlocked('\n', wrap->to);
	wrap->column = 0;
}
