/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Simulated data caches of one CPU: levels that are set-associative, each with
 * its own least recently used line to be replaced. A line that misses a level is
 * put into it. There is no prefetcher, no write-back and no inclusion: what one
 * level drops stays in the others.
 */
#ifndef BENCH_CACHES_H
#define BENCH_CACHES_H

#include <stdint.h>

#include "region.h"

struct caches;

/*
 * As those of a core of AMD's Zen 4 (EPYC 9004): Software Optimization Guide for
 * the AMD Zen4 Microarchitecture, publication 57647, 2.6. There, the last level is
 * filled with what the second one drops, and eight cores share it.
 */
#define CACHES_DEFAULT	"32K/8:1M/8:32M/16"

/**
 * caches_new() - make caches, all of them empty
 * @text: size and ways of each level, as in CACHES_DEFAULT
 *
 * Return: NULL if @text is not that, or memory ran out.
 */
struct caches *caches_new(const char *text);
void caches_free(struct caches *caches);

/* Empties them; misses are kept. */
void caches_clear(struct caches *caches);

/* An access to a line; adds to what caches_misses() returns. */
void caches_access(struct caches *caches, uint64_t line);

/* Returns the misses of each level, from the first one on. */
const uint64_t *caches_misses(const struct caches *caches);

#endif
