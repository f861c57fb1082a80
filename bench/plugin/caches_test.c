// SPDX-License-Identifier: GPL-2.0
#include "tests.h"

#include "caches.h"

static void check_misses(struct caches *caches, uint64_t l1, uint64_t l2, uint64_t l3)
{
	const uint64_t *misses = caches_misses(caches);

	if (misses[0] != l1 || misses[1] != l2 || misses[2] != l3)
		fail_msg("%lu %lu %lu, not %lu %lu %lu", misses[0], misses[1],
			 misses[2], l1, l2, l3);
}

static void access_all(struct caches *caches, const uint64_t *lines, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		caches_access(caches, lines[i]);
}

#define ACCESS(caches, ...) \
	access_all(caches, (uint64_t[]){ __VA_ARGS__ }, \
		   sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

/* By hand. Sets of the first level: 8, of 2 lines; of the second one: 8, of 4. */
void caches_follow_a_trace(void **state)
{
	struct caches *caches = caches_new("1K/2:2K/4:64K/4");

	(void)state;
	assert_non_null(caches);
	ACCESS(caches, 0, 8, 0, 1);
	check_misses(caches, 3, 3, 3);
	/* 8 was used longest ago, not 0, which came first. */
	ACCESS(caches, 16, 0);
	check_misses(caches, 4, 4, 4);
	ACCESS(caches, 8);
	check_misses(caches, 5, 4, 4);
	/* Another set has not been touched meanwhile. */
	ACCESS(caches, 1);
	check_misses(caches, 5, 4, 4);
	/* The second level has 8, 0, 16 and 24; then 32 replaces 0. */
	ACCESS(caches, 16, 24, 8, 32, 0);
	check_misses(caches, 10, 7, 6);
	caches_free(caches);
}

/*
 * A level as one long list of what it holds and when it was used: slow, and nothing like
 * the sets of the simulator.
 */
struct held {
	uint64_t line, used;
};

struct list {
	uint64_t nr_sets, ways, nr;
	struct held held[512];
};

static int list_access(struct list *list, uint64_t line, uint64_t now)
{
	struct held *oldest = NULL;
	uint64_t in_set = 0;

	for (uint64_t i = 0; i < list->nr; i++) {
		struct held *held = &list->held[i];

		if (held->line == line) {
			held->used = now;
			return 1;
		}
		if (held->line % list->nr_sets != line % list->nr_sets)
			continue;
		in_set++;
		if (!oldest || held->used < oldest->used)
			oldest = held;
	}
	if (in_set < list->ways)
		oldest = &list->held[list->nr++];
	*oldest = (struct held){ line, now };
	return 0;
}

void caches_agree_with_a_list(void **state)
{
	static struct list lists[REGION_LEVELS];
	struct caches *caches = caches_new("1K/4:3K/3:16K/8");
	uint64_t misses[REGION_LEVELS] = { 0 };

	(void)state;
	lists[0] = (struct list){ .nr_sets = 4, .ways = 4 };
	lists[1] = (struct list){ .nr_sets = 16, .ways = 3 };
	lists[2] = (struct list){ .nr_sets = 32, .ways = 8 };
	srandom(1);
	for (uint64_t now = 0; now < 200000; now++) {
		/* Some lines more often than others. */
		uint64_t line = random() % (random() % 2 ? 24 : 400);
		int level = 0;

		caches_access(caches, line);
		while (level < REGION_LEVELS &&
		       !list_access(&lists[level], line, now))
			misses[level++]++;
		check_misses(caches, misses[0], misses[1], misses[2]);
	}
	assert_true(misses[2] > 10000 && misses[0] > misses[1] && misses[1] > misses[2]);
	caches_free(caches);
}

void caches_are_emptied(void **state)
{
	struct caches *caches = caches_new(CACHES_DEFAULT);

	(void)state;
	assert_non_null(caches);
	ACCESS(caches, 5, 5);
	check_misses(caches, 1, 1, 1);
	caches_clear(caches);
	ACCESS(caches, 5, 5);
	check_misses(caches, 2, 2, 2);
	caches_free(caches);
}

void wrong_sizes_are_refused(void **state)
{
	static const char *const texts[] = {
		"", "32K/8", "32K/8:1M/8", "32K/8:1M/8:32M/16:64M/16",
		"32K/8,1M/8,32M/16", "32/8:1M/8:32M/16", "32K:1M/8:32M/16",
		"32K/0:1M/8:32M/16", "0K/8:1M/8:32M/16", "1K/5:1M/8:32M/16",
		"32K/8:1M/8:32M/16 ", "-32K/8:1M/8:32M/16", "32K/-8:1M/8:32M/16",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (caches_new(texts[i]))
			fail_msg("'%s' is taken", texts[i]);
}
