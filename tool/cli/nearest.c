// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cli/nearest.h"

/* No name that rmapctl knows is longer; a longer word is near to none. */
#define MOST	64

static struct {
	const char *word;
	const char *best;
	size_t distance;
} search;

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * How many letters must be inserted, left out, replaced or exchanged with the next one
 * ("optimal string alignment"), by the usual table, of which three rows are kept.
 */
static size_t distance(const char *a, const char *b)
{
	const size_t nr_a = strlen(a), nr_b = strlen(b);
	size_t rows[3][MOST + 1];

	for (size_t j = 0; j <= nr_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= nr_a; i++) {
		const size_t *above = rows[(i - 1) % 3];
		size_t *row = rows[i % 3];

		row[0] = i;
		for (size_t j = 1; j <= nr_b; j++) {
			row[j] = least(least(above[j], row[j - 1]) + 1,
				       above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[nr_a % 3][nr_b];
}

void nearest_begin(const char *word)
{
	search.word = word;
	search.best = NULL;
	search.distance = SIZE_MAX;
}

void nearest_offer(const char *word)
{
	const size_t len = strlen(search.word);
	const size_t most = len < 6 ? 1 : len / 3;
	size_t far;

	if (!len || len > MOST || strlen(word) > MOST)
		return;
	far = distance(search.word, word);
	if (far > most && strncmp(word, search.word, len))
		return;
	if (far >= search.distance)
		return;
	search.distance = far;
	search.best = word;
}

const char *nearest_hint(const char *before)
{
	static char hint[MOST + 32];

	if (!search.best)
		return "";
	snprintf(hint, sizeof(hint), " (did you mean '%s%s'?)", before,
		 search.best);
	return hint;
}
