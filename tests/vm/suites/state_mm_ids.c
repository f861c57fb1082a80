// SPDX-License-Identifier: GPL-2.0
/*
 * Who maps a large folio, by its MM IDs: a test knows the processes, and how many
 * mappings each of them has.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/files.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/text.h"
#include "lib/tool.h"
#include "suites/state.h"

#define MM_IDS RMAP_AB RMAP_AB_FILE_MM_IDS
#define ALL (RMAP_AB_FOLIO_MM_IDS | RMAP_AB_FOLIO_MM_SHARED)

/* A slot: whose it is, 0 for nobody's, and its mappings. */
struct slot {
	pid_t pid;
	int mapcount;
};

/* The MM ID of a process, as the file mm_ids says; 0 if it is not there. */
static unsigned int mm_id_of(pid_t pid)
{
	static char text[1 << 16];
	unsigned int id;
	char *line, *rest;
	int of;

	must(text_read(MM_IDS, text, sizeof(text)) > 0, "read %s", MM_IDS);
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		must(sscanf(line, "mm_id=%u pid=%d comm=", &id, &of) == 2,
		     "a line of mm_ids: %s", line);
		must(id, "every process here has an mm: %s", line);
		if (of == pid)
			return id;
	}
	return 0;
}

static void check_text(uint64_t pfn, const struct rmap_ab_page *r,
		       const char *when)
{
	static char text[1 << 16];
	char key[32];
	int i;

	must(state_ask(pfn, text, sizeof(text)) > 0, "%s: ask", when);
	for (i = 0; i < 2; i++) {
		snprintf(key, sizeof(key), "mm_id_%d", i);
		must(state_field(text, key) == r[i].mm_id, "%s: %s in:\n%s", when,
		     key, text);
		snprintf(key, sizeof(key), "mm_mapcount_%d", i);
		must(state_field(text, key) == r[i].mm_mapcount,
		     "%s: %s in:\n%s", when, key, text);
	}
	must(state_field(text, "mm_shared") ==
	     !!(r->flags & RMAP_AB_FOLIO_MM_SHARED), "%s: mm_shared in:\n%s",
	     when, text);
}

/* The folio whose first page is at @pfn. */
static void slots_must(uint64_t pfn, struct slot first, struct slot second,
		       bool shared, const char *when)
{
	const struct slot *const slots[] = { &first, &second };
	struct rmap_ab_page r[4];
	int i;

	state_read(pfn, 4, r);
	must((r->flags & ALL) == (RMAP_AB_FOLIO_MM_IDS |
				  (shared ? RMAP_AB_FOLIO_MM_SHARED : 0)),
	     "%s: shared: %d, flags %#x", when, shared, r->flags);
	for (i = 0; i < 4; i++)
		must(r[i].mm_id == (slots[i % 2]->pid ?
				    mm_id_of(slots[i % 2]->pid) : 0) &&
		     r[i].mm_mapcount == slots[i % 2]->mapcount,
		     "%s: page %d: slot %d is of %d, with %d; not mm_id %u, %d",
		     when, i, i % 2, slots[i % 2]->pid, slots[i % 2]->mapcount,
		     r[i].mm_id, r[i].mm_mapcount);
	check_text(pfn, r, when);
}

#define NOBODY ((struct slot){ 0 })
#define OF(pid, mapcount) ((struct slot){ pid, mapcount })

static void pause_twice(struct peer *self, void *arg)
{
	(void)arg;
	peer_pause(self);
	peer_pause(self);
}

static void unmap_half(struct peer *self, void *arg)
{
	peer_pause(self);
	pages_unmap(arg, PMD / 2);
	peer_pause(self);
}

static void one_and_two(void)
{
	const pid_t me = getpid();
	struct peer child;
	char *p = thp_map(1);
	uint64_t pfn;

	pages_fill(p, 0, PMD_PAGES, 1);
	pfn = page_frame(p);
	slots_must(pfn, OF(me, 1), NOBODY, false, "by a PMD");
	must(!mprotect(p, PAGE, PROT_READ), "mprotect a page");
	slots_must(pfn, OF(me, 512), NOBODY, false, "by PTEs");
	peer_start(&child, unmap_half, p);
	slots_must(pfn, OF(me, 512), OF(child.pid, 512), true, "after fork");
	peer_step(&child);
	slots_must(pfn, OF(me, 512), OF(child.pid, 256), true,
		   "the child unmapped half of it");
	pages_unmap(p + PMD / 2, PMD / 2);
	slots_must(pfn, OF(me, 256), OF(child.pid, 256), true,
		   "and this process the other half");
	peer_finish(&child);
	slots_must(pfn, OF(me, 256), NOBODY, false, "after exit");
}

/* A third one is in no slot, and so the folio stays shared without need. */
static void a_third(void)
{
	const pid_t me = getpid();
	struct peer second, third;
	char *p = thp_map(1);
	uint64_t pfn;

	pages_fill(p, 0, PMD_PAGES, 1);
	must(!mprotect(p, PAGE, PROT_READ), "mapped by PTEs");
	pfn = page_frame(p);
	peer_start(&second, pause_twice, NULL);
	peer_start(&third, unmap_half, p);
	slots_must(pfn, OF(me, 512), OF(second.pid, 512), true, "three");
	peer_step(&third);
	slots_must(pfn, OF(me, 512), OF(second.pid, 512), true,
		   "three, less half of it");
	peer_step(&second);
	peer_finish(&second);
	slots_must(pfn, OF(me, 512), NOBODY, true, "the second one is gone");
	pages_unmap(p, PMD);
	slots_must(pfn, NOBODY, NOBODY, true, "the third one alone");
	peer_finish(&third);
}

/* What rmapctl says of the folio, on one line each. */
static void rmapctl_says(uint64_t pfn, const char *words, const char *when)
{
	char text[4096];

	must(!tool_ask(text, sizeof(text), "folio --pfn %llu",
		       (unsigned long long)pfn), "%s: %s", when, text);
	must(strstr(text, words), "%s: '%s' in:\n%s", when, words, text);
}

static void by_rmapctl(void)
{
	struct peer second, third;
	char *p = thp_map(1), words[128];
	uint64_t pfn;

	pages_fill(p, 0, PMD_PAGES, 1);
	pfn = page_frame(p);
	snprintf(words, sizeof(words), "mapcount 1  pid %d rmap_state_test\n",
		 getpid());
	rmapctl_says(pfn, words, "one");
	rmapctl_says(pfn, "maybe_mapped_shared no (exact)", "one");
	peer_start(&second, pause_twice, NULL);
	peer_start(&third, pause_twice, NULL);
	rmapctl_says(pfn, words, "three");
	snprintf(words, sizeof(words), "mapcount 1  pid %d rmap_state_test\n",
		 second.pid);
	rmapctl_says(pfn, words, "three");
	rmapctl_says(pfn, "maybe_mapped_shared yes (exact)", "three");
	peer_step(&second);
	peer_finish(&second);
	rmapctl_says(pfn, "maybe_mapped_shared yes (not exact)", "two");
	peer_step(&third);
	peer_finish(&third);
	rmapctl_says(pfn, "maybe_mapped_shared no (exact)", "one again");
}

/* Two areas of one process over the same file are one mm. */
static void of_a_file(void)
{
	const int fd = file_huge(1);
	char *p = pages_map_fd(PMD, PMD, MAP_SHARED, fd), *q;
	uint64_t pfn;

	pages_fill(p, 0, PMD_PAGES, 1);
	pfn = page_frame(p);
	slots_must(pfn, OF(getpid(), 1), NOBODY, false, "a file");
	q = pages_map_fd(PMD / 2, PAGE, MAP_SHARED, fd);
	must(!madvise(q, PMD / 2, MADV_POPULATE_READ), "populate");
	slots_must(pfn, OF(getpid(), 257), NOBODY, false, "twice");
	pages_unmap(p, PMD);
	slots_must(pfn, OF(getpid(), 256), NOBODY, false, "half of it");
}

/* Small folios, and hugetlb, have none. */
static void none(void)
{
	char *small = small_map(2);
	char *huge = pages_map_fd(PMD, PMD, MAP_PRIVATE | MAP_ANONYMOUS |
				  MAP_HUGETLB, -1);
	static char text[1 << 16];
	const struct {
		const char *what;
		const char *p;
	} where[] = {
		{ "small", small }, { "small", small + PAGE },
		{ "hugetlb", huge }, { "hugetlb", huge + PAGE },
	};
	struct rmap_ab_page r;
	size_t i;

	pages_fill(small, 0, 2, 1);
	pages_fill(huge, 0, PMD_PAGES, 1);
	for (i = 0; i < sizeof(where) / sizeof(where[0]); i++) {
		r = state_of(where[i].p);
		must(!(r.flags & ALL) && !r.mm_id && !r.mm_mapcount, "%s",
		     where[i].what);
		must(state_ask(page_frame(where[i].p), text, sizeof(text)) > 0 &&
		     !strstr(text, "mm_"), "%s:\n%s", where[i].what, text);
	}
}

/* The file mm_ids has every process that has memory, and only those. */
static void whose(void)
{
	struct peer child;

	must(mm_id_of(1), "init");
	must(!mm_id_of(2), "kthreadd has no memory of its own");
	peer_start(&child, pause_twice, NULL);
	must(mm_id_of(child.pid) && mm_id_of(child.pid) != mm_id_of(getpid()),
	     "a child has another one");
	peer_step(&child);
	peer_finish(&child);
	must(!mm_id_of(child.pid), "it is gone");
}

const struct suite_case state_mm_ids[] = {
	{ "one-and-two", one_and_two, NEED_MM_IDS | NEED_THP },
	{ "a-third", a_third, NEED_MM_IDS | NEED_THP },
	{ "rmapctl", by_rmapctl, NEED_MM_IDS | NEED_THP },
	{ "file", of_a_file, NEED_MM_IDS | NEED_SHMEM_THP },
	{ "none", none, NEED_HUGETLB },
	{ "whose", whose, NEED_MM_IDS },
	{ 0 }
};
