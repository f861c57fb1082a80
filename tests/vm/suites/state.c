// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/pages.h"
#include "lib/row.h"
#include "suites/state.h"

#define PAGE_STATE RMAP_AB RMAP_AB_FILE_PAGE_STATE
#define FOLIO RMAP_AB RMAP_AB_FILE_FOLIO

/* No header for user space names them. */
#define KPF_RESERVED 32
#define KPF_MLOCKED 33
#define KPF_OWNER_2 34

/* LRU batches and the like come and go: what is racy may settle. */
enum { TRIES = 200 };

static int open_once(const char *path, int *fd)
{
	if (*fd < 0)
		*fd = open(path, O_RDONLY | O_CLOEXEC);
	must(*fd >= 0, "open %s", path);
	return *fd;
}

static bool any_racy(const struct rmap_ab_page *records, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (records[i].flags & RMAP_AB_PAGE_RACY)
			return true;
	return false;
}

void state_read(uint64_t pfn, size_t nr, struct rmap_ab_page *records)
{
	static int file = -1;
	const int fd = open_once(PAGE_STATE, &file);
	const size_t size = sizeof(*records);
	int i;

	for (i = 0; i < TRIES; i++) {
		must(pread(fd, records, nr * size, pfn * size) ==
		     (ssize_t)(nr * size), "%zu records from %#llx", nr,
		     (unsigned long long)pfn);
		if (!any_racy(records, nr))
			return;
		usleep(1000);
	}
}

struct rmap_ab_page state_of(const void *p)
{
	struct rmap_ab_page record;

	state_read(page_frame(p), 1, &record);
	return record;
}

long state_ask(uint64_t pfn, char *text, size_t size)
{
	const int fd = open(FOLIO, O_RDWR | O_CLOEXEC);
	char number[32];
	ssize_t got = 0;
	size_t len = 0;
	int err = 0;

	must(fd >= 0, "open %s", FOLIO);
	snprintf(number, sizeof(number), "%llu\n", (unsigned long long)pfn);
	if (write(fd, number, strlen(number)) < 0)
		err = -errno;
	while (!err && (got = read(fd, text + len, size - 1 - len)) > 0)
		len += got;
	if (got < 0)
		err = -errno;
	close(fd);
	text[len] = '\0';
	return err ?: (long)len;
}

/* The value after "\nKEY: ", or at the start. */
static const char *value_of(const char *text, const char *key)
{
	const size_t len = strlen(key);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, key, len) && text[len] == ':')
			return text + len + 2;
	}
	return NULL;
}

long long state_field(const char *text, const char *key)
{
	const char *value = value_of(text, key);

	return value ? strtoll(value, NULL, 10) : -1000;
}

static void entries_read(const char *path, int *file, uint64_t pfn, size_t nr,
			 uint64_t *entries)
{
	const ssize_t size = nr * sizeof(*entries);

	must(pread(open_once(path, file), entries, size,
		   pfn * sizeof(*entries)) == size, "read %s", path);
}

void said_read(uint64_t pfn, size_t nr, const struct said *said)
{
	static int files[3] = { -1, -1, -1 };

	entries_read("/proc/kpagecount", &files[0], pfn, nr, said->count);
	entries_read("/proc/kpageflags", &files[1], pfn, nr, said->flags);
	entries_read("/proc/kpagecgroup", &files[2], pfn, nr, said->cgroup);
}

/* Bits of /proc/kpageflags, and the flags that are the same fact. */
static const struct {
	int bit;
	uint32_t flag;
	const char *name;
} same_flags[] = {
	{ KPF_BUDDY, RMAP_AB_PAGE_FREE, "free" },
	{ KPF_SLAB, RMAP_AB_PAGE_SLAB, "slab" },
	{ KPF_PGTABLE, RMAP_AB_PAGE_TABLE, "page table" },
	{ KPF_OFFLINE, RMAP_AB_PAGE_OFFLINE, "offline" },
	{ KPF_RESERVED, RMAP_AB_PAGE_RESERVED, "reserved" },
	{ KPF_HWPOISON, RMAP_AB_PAGE_HWPOISON, "hwpoison" },
	{ KPF_LOCKED, RMAP_AB_FOLIO_LOCKED, "locked" },
	{ KPF_MLOCKED, RMAP_AB_FOLIO_MLOCKED, "mlocked" },
	{ KPF_SWAPCACHE, RMAP_AB_FOLIO_SWAP_CACHE, "swap cache" },
};

static bool is(uint64_t flags, int bit)
{
	return flags & (1ULL << bit);
}

static bool differ(bool a, bool b)
{
	return a != b;
}

static const char *flag_disagreement(uint64_t pfn, uint64_t flags,
				     const struct rmap_ab_page *r)
{
	size_t i;

	/* A free page's words may be anything. */
	for (i = 0; i < sizeof(same_flags) / sizeof(same_flags[0]); i++)
		if (is(flags, same_flags[i].bit) !=
		    !!(r->flags & same_flags[i].flag) &&
		    !(r->flags & RMAP_AB_PAGE_FREE &&
		      same_flags[i].flag != RMAP_AB_PAGE_FREE))
			return same_flags[i].name;
	if (r->flags & RMAP_AB_PAGE_FREE)
		return NULL;
	if (differ(is(flags, KPF_HUGE), r->kind == RMAP_AB_KIND_HUGETLB))
		return "hugetlb";
	if (differ(is(flags, KPF_COMPOUND_TAIL), r->head_pfn != pfn))
		return "tail page";
	if (differ(is(flags, KPF_COMPOUND_HEAD), r->head_pfn == pfn && r->order))
		return "head page";
	if (differ(is(flags, KPF_MMAP), r->large_mapcount > 0))
		return "mapped";
	if ((r->kind == RMAP_AB_KIND_ANON || r->kind == RMAP_AB_KIND_KSM) &&
	    !is(flags, KPF_ANON))
		return "anonymous";
	/* Of the whole folio, that file has the first page's flag. */
	if (r->kind == RMAP_AB_KIND_ANON && pfn == r->head_pfn &&
	    is(flags, KPF_OWNER_2) != !!(r->flags & RMAP_AB_PAGE_ANON_EXCLUSIVE))
		return "anon-exclusive";
	return NULL;
}

const char *said_otherwise(const struct said *said, size_t i, uint64_t pfn,
			   const struct rmap_ab_page *r)
{
	const uint64_t flags = said->flags[i];

	if (is(flags, KPF_NOPAGE) != !(r->flags & RMAP_AB_PAGE_PRESENT))
		return "present";
	if (!(r->flags & RMAP_AB_PAGE_PRESENT))
		return NULL;
	if ((int64_t)said->count[i] != r->page_mapcount + r->entire_mapcount)
		return "mapcount";
	if (!(r->flags & RMAP_AB_PAGE_FREE) && said->cgroup[i] != r->memcg)
		return "memory cgroup";
	return flag_disagreement(pfn, flags, r);
}

const char *state_disagreement(uint64_t pfn, const struct rmap_ab_page *r)
{
	uint64_t count, flags, cgroup;
	const struct said said = { &count, &flags, &cgroup };

	said_read(pfn, 1, &said);
	return said_otherwise(&said, 0, pfn, r);
}

static const char *describe(uint64_t pfn, const struct rmap_ab_page *r)
{
	static char text[512];

	snprintf(text, sizeof(text),
		 "frame %#llx: head %#llx order %u kind %u flags %#x page %d entire %d large %d nr_pages_mapped %d refs %d pins %d index %#llx",
		 (unsigned long long)pfn, (unsigned long long)r->head_pfn,
		 r->order, r->kind, r->flags, r->page_mapcount,
		 r->entire_mapcount, r->large_mapcount, r->nr_pages_mapped,
		 r->refcount, r->pincount, (unsigned long long)r->index);
	return text;
}

/* Both files say the same in words, at the same moment. */
static const char *text_disagreement(uint64_t pfn, const struct rmap_ab_page *r)
{
	static char text[65536];
	const struct {
		const char *key;
		long long value;
	} fields[] = {
		{ "pfn", pfn },
		{ "head_pfn", r->head_pfn },
		{ "order", r->order },
		{ "nid", r->nid },
		{ "memcg", r->memcg },
		{ "index", r->index },
		{ "refcount", r->refcount },
		{ "pincount", r->pincount },
		{ "entire_mapcount", r->entire_mapcount },
		{ "large_mapcount", r->large_mapcount },
		{ "nr_pages_mapped", r->nr_pages_mapped },
		{ "page_mapcount", r->page_mapcount },
		{ "anon_exclusive", !!(r->flags & RMAP_AB_PAGE_ANON_EXCLUSIVE) },
		{ "hwpoison", !!(r->flags & RMAP_AB_PAGE_HWPOISON) },
		{ "entirely_mapped", !!(r->flags & RMAP_AB_FOLIO_ENTIRELY_MAPPED) },
		{ "partially_mapped", !!(r->flags & RMAP_AB_FOLIO_PARTIALLY_MAPPED) },
		{ "deferred_split", !!(r->flags & RMAP_AB_FOLIO_DEFERRED_SPLIT) },
		{ "swap_cache", !!(r->flags & RMAP_AB_FOLIO_SWAP_CACHE) },
		{ "mlocked", !!(r->flags & RMAP_AB_FOLIO_MLOCKED) },
		{ "maybe_pinned", !!(r->flags & RMAP_AB_FOLIO_MAYBE_PINNED) },
		{ "pincount_guessed", !!(r->flags & RMAP_AB_FOLIO_PINCOUNT_GUESSED) },
		{ "racy", 0 },
	};
	size_t i;

	must(state_ask(pfn, text, sizeof(text)) > 0, "ask for frame %#llx",
	     (unsigned long long)pfn);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (state_field(text, fields[i].key) != fields[i].value)
			return fields[i].key;
	return NULL;
}

/* The runs of an answer must be these pages, all of them. */
static const char *run_disagreement(uint64_t head, const struct rmap_ab_page *records,
				    unsigned int nr)
{
	static char text[65536];
	unsigned int first, count, exclusive, poison, i, next = 0;
	const char *line;
	int mapcount;

	must(state_ask(head, text, sizeof(text)) > 0, "ask for frame %#llx",
	     (unsigned long long)head);
	for (line = strstr(text, "\nrun: "); line; line = strstr(line + 1, "\nrun: ")) {
		must(sscanf(line, "\nrun: first=%u count=%u page_mapcount=%d anon_exclusive=%u hwpoison=%u",
			    &first, &count, &mapcount, &exclusive, &poison) == 5,
		     "a run of pages: %s", line);
		if (first != next || !count || first + count > nr)
			return "runs";
		for (i = first; i < first + count; i++)
			if (records[i].page_mapcount != mapcount ||
			    !!(records[i].flags & RMAP_AB_PAGE_ANON_EXCLUSIVE) != exclusive)
				return "runs";
		next = first + count;
	}
	return next == nr ? NULL : "runs";
}

static bool counts_are(const struct rmap_ab_page *r, const struct counts *c)
{
	return r->kind == c->kind && r->order == c->order &&
	       r->page_mapcount == c->page &&
	       r->entire_mapcount == c->entire &&
	       r->large_mapcount == c->large &&
	       r->nr_pages_mapped == c->nr_pages_mapped &&
	       !(r->flags & RMAP_AB_PAGE_RACY);
}

/* What is wrong with a folio's pages, in one look at all of them. */
static const char *folio_disagreement(uint64_t pfn, unsigned int order)
{
	static struct rmap_ab_page records[PMD_PAGES];
	const uint64_t head = pfn & ~((1ULL << order) - 1);
	const unsigned int nr = 1U << order;
	const char *wrong = NULL;
	unsigned int i;

	must(nr <= PMD_PAGES, "a folio of %u pages", nr);
	state_read(head, nr, records);
	for (i = 0; i < nr && !wrong; i++) {
		if (records[i].head_pfn != head || records[i].order != order)
			return "head";
		wrong = state_disagreement(head + i, &records[i]);
	}
	wrong = wrong ?: text_disagreement(pfn, &records[pfn - head]);
	return wrong ?: run_disagreement(head, records, nr);
}

void state_must(const void *p, struct counts expected, const char *when)
{
	const uint64_t pfn = page_frame(p);
	const struct rmap_ab_page r = state_of(p);
	const char *wrong = NULL;
	int i;

	printf("%s: %s\n", when, describe(pfn, &r));
	must(counts_are(&r, &expected), "%s: %s, instead of kind %u order %u page %d entire %d large %d nr_pages_mapped %d",
	     when, describe(pfn, &r), expected.kind, expected.order,
	     expected.page, expected.entire, expected.large,
	     expected.nr_pages_mapped);
	for (i = 0; i < TRIES; i++) {
		wrong = folio_disagreement(pfn, r.order);
		if (!wrong)
			return;
		usleep(1000);
	}
	must(!wrong, "%s: %s: all agree about '%s'", when, describe(pfn, &r),
	     wrong);
}

void state_must_flags(const void *p, uint32_t flags, uint32_t set,
		      const char *when)
{
	const uint64_t pfn = page_frame(p);
	const struct rmap_ab_page r = state_of(p);

	must((r.flags & flags) == set, "%s: of flags %#x, these: %#x, but %s",
	     when, flags, set, describe(pfn, &r));
}

void state_must_pages(const char *base, size_t first, size_t nr, int mapcount)
{
	struct rmap_ab_page r;
	size_t i;

	for (i = first; i < first + nr; i++) {
		r = state_of(base + i * PAGE);
		must(r.page_mapcount == mapcount, "page %zu is mapped %d times by PTEs: %s",
		     i, mapcount, describe(page_frame(base + i * PAGE), &r));
	}
}
