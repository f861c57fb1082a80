// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* Overlong forms, surrogates and what lies above U+10FFFF. */
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

/* Bytes of the character at @s, 0 if it is none; never looks behind a NUL. */
static size_t utf8_length(const char *str)
{
	const unsigned char *s = (const unsigned char *)str;
	size_t nr = sequence_length(s[0]);

	for (size_t i = 1; i < nr; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return nr > 1 && is_forbidden(s) ? 0 : nr;
}

/* C0, DEL and C1: a terminal would obey them. */
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

bool text_u64(const char *s, uint64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)s[0]) || (s[0] == '0' && s[1]))
		return false;
	errno = 0;
	*value = strtoull(s, &end, 10);
	return !errno && !*end;
}

const char *text_now(void)
{
	static char text[64];
	struct timespec now;
	struct tm tm;
	char zone[16];

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%FT%T", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), ".%06ld%s",
		 now.tv_nsec / 1000, zone);
	return text;
}
