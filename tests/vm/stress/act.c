// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/pages.h"
#include "lib/text.h"
#include "lib/uapi.h"
#include "stress/act.h"
#include "stress/disturb.h"

enum { DISTURB_ONE_IN = 48 };

struct part {
	struct area *area;
	size_t first, nr;
	char *p;
	size_t len;
};

static unsigned int state = 1;

void act_seed(unsigned int seed)
{
	state = seed;
}

unsigned int act_random(unsigned int n)
{
	return (unsigned int)rand_r(&state) % n;
}

static void write_it(struct part *part)
{
	area_write(part->area, part->first, part->nr, 1 + act_random(3));
}

static void verify_it(struct part *part)
{
	area_verify(part->area, part->first, part->nr);
}

static void discard(struct part *part)
{
	must(!madvise(part->p, part->len, MADV_DONTNEED), "MADV_DONTNEED");
	area_forget(part->area, part->first, part->nr);
}

/* Cuts a PMD mapping and makes it whole again: PTEs then map the folio. */
static void protect(struct part *part)
{
	must(!mprotect(part->p, part->len, PROT_READ), "mprotect");
	verify_it(part);
	must(!mprotect(part->p, part->len, PROT_READ | PROT_WRITE), "mprotect");
}

static void page_out(struct part *part)
{
	/* EINVAL: hugetlb does not have it. */
	(void)madvise(part->p, part->len, MADV_PAGEOUT);
}

static void collapse(struct part *part)
{
	/* It may fail for many reasons; then it has done nothing. */
	(void)madvise(part->area->p, part->area->nr * PAGE, MADV_COLLAPSE);
}

/* Moves to any node, whoever else has the page. The page may also stay. */
static void migrate(struct part *part)
{
	void *page = part->p;
	int node = act_random(2), status;

	(void)syscall(SYS_move_pages, 0, 1UL, &page, &node, &status,
		      MPOL_MF_MOVE_ALL);
}

static void split_folios(struct part *part)
{
	(void)folios_split(part->p, part->len);
}

/*
 * Moves all of the area to a place that fits as well. EFAULT: the area is
 * several mappings.
 */
static void move_away(struct part *part)
{
	struct area *area = part->area;
	const size_t len = area->nr * PAGE;
	char *to = pages_map(len, PMD);
	char *p = mremap(area->p, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, to);

	must(p == to || errno == EFAULT, "mremap");
	if (p == to)
		area->p = to;
}

/* Unmaps a part, and puts new memory in its place. */
static void replace(struct part *part)
{
	struct area *area = part->area;

	if (area->kind != AREA_SMALL && area->kind != AREA_THP)
		return;
	must(!munmap(part->p, part->len), "munmap");
	must(mmap(part->p, part->len, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		  MAP_ANONYMOUS | MAP_FIXED, -1, 0) == part->p, "map again");
	if (area->kind == AREA_THP)
		must(!madvise(part->p, part->len, MADV_HUGEPAGE),
		     "MADV_HUGEPAGE");
	area_forget(area, part->first, part->nr);
}

/* An act that appears more than once is chosen more often. */
static void (*const acts[])(struct part *) = {
	write_it, write_it, write_it, write_it, verify_it, verify_it, verify_it,
	discard, discard, protect, protect, page_out, collapse, migrate,
	migrate, split_folios, move_away, replace,
};

enum { NR_ACTS = sizeof(acts) / sizeof(acts[0]) };

static struct part random_part(struct area *area)
{
	const size_t units = area->nr / area->unit;
	/* Most parts are small, so that many different things happen to one folio. */
	const size_t most = act_random(4) ? 1 + units / 16 : units;
	const size_t nr = 1 + act_random(most);
	const size_t first = act_random(units - nr + 1);

	return (struct part){
		.area = area,
		.first = first * area->unit,
		.nr = nr * area->unit,
		.p = area->p + first * area->unit * PAGE,
		.len = nr * area->unit * PAGE,
	};
}

void act_once(struct area *area)
{
	struct part part = random_part(area);

	/*
	 * Leave hugetlb out: its folios do not come back once they are taken
	 * apart.
	 */
	if (area->unit == 1 && !act_random(DISTURB_ONE_IN))
		disturb(part.p);
	acts[act_random(NR_ACTS)](&part);
}
