// SPDX-License-Identifier: GPL-2.0
/* The lines of a set are in the order of their last use, the latest first. */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "caches.h"
#include "lines.h"


struct level {
	uint64_t *lines;	/* @ways for each set */
	uint64_t nr_sets;
	uint64_t ways;
};

struct caches {
	struct level levels[REGION_LEVELS];
	uint64_t misses[REGION_LEVELS];
};

static void level_clear(struct level *level)
{
	/* No line has the number that this writes. */
	memset(level->lines, 0xff,
	       level->nr_sets * level->ways * sizeof(*level->lines));
}

/* Parses "SIZE/WAYS", and returns what follows it; NULL if it is not that. */
static const char *level_parse(struct level *level, const char *text)
{
	uint64_t size;
	char *end;

	if (!isdigit((unsigned char)*text))
		return NULL;
	size = strtoull(text, &end, 10);
	if (*end != 'K' && *end != 'M')
		return NULL;
	size <<= *end == 'K' ? 10 : 20;
	if (end[1] != '/' || !isdigit((unsigned char)end[2]))
		return NULL;
	level->ways = strtoull(end + 2, &end, 10);
	if (!level->ways || !size || size % (level->ways << LINE_SHIFT))
		return NULL;
	level->nr_sets = size / (level->ways << LINE_SHIFT);
	return end;
}

static bool parse(struct caches *caches, const char *text)
{
	for (int i = 0; i < REGION_LEVELS; i++) {
		text = level_parse(&caches->levels[i], text);
		if (!text || *text != (i < REGION_LEVELS - 1 ? ':' : '\0'))
			return false;
		text++;
	}
	return true;
}

struct caches *caches_new(const char *text)
{
	struct caches *caches = calloc(1, sizeof(*caches));

	if (!caches)
		return NULL;
	if (!parse(caches, text))
		goto free;
	for (int i = 0; i < REGION_LEVELS; i++) {
		struct level *level = &caches->levels[i];

		level->lines = calloc(level->nr_sets * level->ways,
				      sizeof(*level->lines));
		if (!level->lines)
			goto free;
		level_clear(level);
	}
	return caches;
free:
	caches_free(caches);
	return NULL;
}

void caches_free(struct caches *caches)
{
	for (int i = 0; i < REGION_LEVELS; i++)
		free(caches->levels[i].lines);
	free(caches);
}

void caches_clear(struct caches *caches)
{
	for (int i = 0; i < REGION_LEVELS; i++)
		level_clear(&caches->levels[i]);
}

/* Puts the line first in its set. Returns whether it was there. */
static bool level_access(struct level *level, uint64_t line)
{
	uint64_t *set = &level->lines[line % level->nr_sets * level->ways];
	uint64_t at = 0;
	bool hit;

	while (at < level->ways - 1 && set[at] != line)
		at++;
	hit = set[at] == line;
	memmove(set + 1, set, at * sizeof(*set));
	set[0] = line;
	return hit;
}

void caches_access(struct caches *caches, uint64_t line)
{
	for (int i = 0; i < REGION_LEVELS; i++) {
		if (level_access(&caches->levels[i], line))
			return;
		caches->misses[i]++;
	}
}

const uint64_t *caches_misses(const struct caches *caches)
{
	return caches->misses;
}
