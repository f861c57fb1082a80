/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STATE_H
#define STATE_H
/*
 * What rmap_ab says about page frames: the files page_state and folio.
 */

#include <linux/rmap_ab.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/suite.h"

/* What a test knows about a page and its folio. */
struct counts {
	enum rmap_ab_kind kind;
	unsigned int order;
	int page, entire, large, nr_pages_mapped;
};

/* Records of @nr page frames; not racy ones, unless they stay so. */
void state_read(uint64_t pfn, size_t nr, struct rmap_ab_page *records);

/* The record of the page at @p. */
struct rmap_ab_page state_of(const void *p);

/*
 * In a test: every counter must be as expected, all pages of the folio must be
 * what /proc says of them, and the file folio must say the same in words.
 */
void state_must(const void *p, struct counts expected, const char *when);

/* In a test: of these flags, exactly those in @set. */
void state_must_flags(const void *p, uint32_t flags, uint32_t set,
		      const char *when);

/* In a test: pages [first, first + nr) of the memory at @base have that count. */
void state_must_pages(const char *base, size_t first, size_t nr, int mapcount);

/* What /proc/kpagecount, kpageflags and kpagecgroup say of page frames. */
struct said {
	uint64_t *count, *flags, *cgroup;
};

/* Read them for @nr page frames; the arrays are the caller's. */
void said_read(uint64_t pfn, size_t nr, const struct said *said);

/*
 * Does entry @i, of page frame @pfn, say the same? NULL, or about what it says
 * something else.
 */
const char *said_otherwise(const struct said *said, size_t i, uint64_t pfn,
			   const struct rmap_ab_page *record);

/* The same for one page frame, as /proc says it now. */
const char *state_disagreement(uint64_t pfn, const struct rmap_ab_page *record);

/*
 * Write @pfn to the file folio and read the answer. Returns its length, or
 * -errno.
 */
long state_ask(uint64_t pfn, char *text, size_t size);

/* The value of "key: value" in such an answer; -1000 if there is none. */
long long state_field(const char *text, const char *key);

/*
 * Folios whose every counter a test knows, because it made them. Ends with an
 * entry without a name.
 */
extern const struct suite_case state_scenes[];

/* The same for their MM IDs. */
extern const struct suite_case state_mm_ids[];

#endif /* STATE_H */
