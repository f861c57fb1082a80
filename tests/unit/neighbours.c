// SPDX-License-Identifier: GPL-2.0
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel.h"
#include "neighbours.h"

enum { MOST = 8 };

static struct folio *const *theirs;
static int nr_theirs;
static unsigned int is_set[MOST][HPAGE_PMD_NR];	/* the bits that are set, of each page */
static bool stop;
static int nr_lost;
static pthread_t thread;

/* One of the flags that this page may have. */
static unsigned int any_flag(int page, unsigned int random)
{
	static const unsigned int first[] = { PG_active, PG_workingset, PG_swapcache };

	if (random % 2)
		return PG_hwpoison;
	if (page > 1)
		return PG_hwpoison;
	return page ? PG_has_hwpoisoned : first[random / 2 % 3];
}

static void flip(int f, int i, unsigned int flag)
{
	unsigned long *const flags = shim_flags(folio_page(theirs[f], i));
	const unsigned long was = __atomic_fetch_xor(flags, BIT(flag), __ATOMIC_RELAXED);

	if (!(was & BIT(flag)) != !(is_set[f][i] & BIT(flag)))
		nr_lost++;
	is_set[f][i] = (is_set[f][i] & ~BIT(flag)) | (~was & BIT(flag));
}

static void *run(void *unused)
{
	unsigned int random = 1;

	(void)unused;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		const int f = (random >> 8) % nr_theirs;
		/* Every other time, one of the first pages, which are few. */
		const int nr = random & 1 << 28 ? folio_nr_pages(theirs[f]) : 4;
		const int i = (random >> 12) % nr;

		flip(f, i, any_flag(i, random >> 24));
		random = random * 1664525 + 1013904223;
	}
	return NULL;
}

void neighbours_start(struct folio *const *folios, int nr)
{
	if (nr > MOST)
		abort();
	theirs = folios;
	nr_theirs = nr;
	nr_lost = 0;
	stop = false;
	if (pthread_create(&thread, NULL, run, NULL))
		abort();
}

int neighbours_stop(void)
{
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	for (int f = 0; f < nr_theirs; f++)
		for (int i = 0; i < folio_nr_pages(theirs[f]); i++)
			for (unsigned int flag = 0; flag < 32; flag++)
				if (is_set[f][i] & BIT(flag))
					flip(f, i, flag);
	return nr_lost;
}
