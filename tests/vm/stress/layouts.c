// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/layout.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"
#include "stress/layouts.h"

enum { LONGEST_MS = 300, LEAST_CHANGES = 4 };

/* Of PMD mappings. lib/truth.h compares the other statistics with page tables. */
static const char *const statistics[] = {
	"nr_anon_transparent_hugepages", "nr_shmem_pmdmapped", "nr_file_pmdmapped",
};

enum { NR_STATISTICS = sizeof(statistics) / sizeof(statistics[0]) };

static struct {
	const char *file;
	pthread_t thread;
	unsigned int state;
	atomic_bool stop;
	int changes, err;
	int with_none;			/* changes that found folios without page mapcounts */
	struct truth_folios seen;	/* in all pauses */
	long long before[NR_STATISTICS];
} layouts;

static void read_statistics(long long values[NR_STATISTICS])
{
	int i;

	text_write("/proc/sys/vm/stat_refresh", "1");
	for (i = 0; i < NR_STATISTICS; i++)
		values[i] = text_field("/proc/vmstat", statistics[i]);
}

static void *change_layouts(void *unused)
{
	struct timespec moment = { 0 };
	const char *layout;

	while (!atomic_load(&layouts.stop)) {
		layout = layouts.changes % 2 ? "page" : "none";
		layouts.with_none += layouts_nr_none() > 0;
		layouts.err = layouts.file ? text_write(layouts.file, layout) :
					     layouts_choose(layout);
		if (layouts.err)
			break;
		layouts.changes++;
		/* The moments are random, so that they fall anywhere in the load's work. */
		moment.tv_nsec = rand_r(&layouts.state) % LONGEST_MS * 1000000L;
		nanosleep(&moment, NULL);
	}
	return unused;
}

const char *layouts_start(const char *file, unsigned int seed)
{
	if (!layouts_open())
		return "the kernel has no CONFIG_RMAP_LAYOUT";
	layouts.file = file;
	layouts.state = seed;
	read_statistics(layouts.before);
	return pthread_create(&layouts.thread, NULL, change_layouts, NULL) ?
	       "no thread" : NULL;
}

void layouts_note(void)
{
	const struct truth_folios now = truth_folios();

	layouts.seen.page += now.page;
	layouts.seen.none += now.none;
}

static const char *judge_changes(void)
{
	static char words[96];

	if (layouts.err)
		snprintf(words, sizeof(words), "a change failed: %s", strerror(-layouts.err));
	else if (layouts.changes < LEAST_CHANGES)
		snprintf(words, sizeof(words), "only %d changes", layouts.changes);
	else
		return NULL;
	return words;
}

static const char *judge_folios(void)
{
	if (!layouts.seen.page)
		return "none with page mapcounts in any pause";
	return layouts.seen.none || layouts.with_none ? NULL : "none without page mapcounts";
}

static const char *judge_statistics(void)
{
	static char words[256];
	long long now[NR_STATISTICS];
	int i, used = 0;

	read_statistics(now);
	for (i = 0; i < NR_STATISTICS; i++)
		if (now[i] != layouts.before[i])
			used += snprintf(words + used, sizeof(words) - used, "%s %lld, then %lld; ",
					 statistics[i], layouts.before[i], now[i]);
	return used ? words : NULL;
}

void layouts_finish(void)
{
	atomic_store(&layouts.stop, true);
	pthread_join(layouts.thread, NULL);
	tap_note("%d changes of the layout, %d of them with folios without page mapcounts; in the pauses, %ld large folios with and %ld without",
		 layouts.changes, layouts.with_none, layouts.seen.page, layouts.seen.none);
	tap_result("the layout changed under load", judge_changes());
	tap_result("there were folios of both layouts", judge_folios());
	tap_result("no folio without page mapcounts is left, and the key is off",
		   layouts_settle());
	tap_result("the statistics of PMD mappings are as before", judge_statistics());
}
