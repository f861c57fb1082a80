// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/array.h"
#include "frames.h"

#define PRESENT		(1ULL << 63)
#define SWAPPED		(1ULL << 62)
#define PAGE_SHIFT	12

static const struct frames {
	uint64_t first;
	uint64_t last;
	struct rmap_ab_page page;
} frames[] = {
	{ 100, 109, { .kind = RMAP_AB_KIND_ANON, .memcg = 7,
		      .flags = RMAP_AB_PAGE_ANON_EXCLUSIVE |
			       RMAP_AB_FOLIO_PINCOUNT_GUESSED,
		      .page_mapcount = 1, .large_mapcount = 1,
		      .nr_pages_mapped = 1, .refcount = 1 } },
	{ 512, 1023, { .kind = RMAP_AB_KIND_ANON, .order = 9, .head_pfn = 512,
		       .index = 0x400, .entire_mapcount = 1,
		       .large_mapcount = 1, .refcount = 1,
		       .flags = RMAP_AB_PAGE_ANON_EXCLUSIVE |
				RMAP_AB_FOLIO_ENTIRELY_MAPPED } },
	{ 1024, 1535, { .kind = RMAP_AB_KIND_ANON, .order = 9, .head_pfn = 1024,
			.index = 0x800, .page_mapcount = 2,
			.large_mapcount = 1018, .nr_pages_mapped = 509,
			.refcount = 1018,
			.flags = RMAP_AB_FOLIO_PARTIALLY_MAPPED |
				 RMAP_AB_FOLIO_DEFERRED_SPLIT } },
	{ 1100, 1102, { .kind = RMAP_AB_KIND_ANON, .order = 9, .head_pfn = 1024,
			.index = 0x800, .large_mapcount = 1018,
			.nr_pages_mapped = 509, .refcount = 1018,
			.flags = RMAP_AB_FOLIO_PARTIALLY_MAPPED |
				 RMAP_AB_FOLIO_DEFERRED_SPLIT } },
	{ 2048, 2063, { .kind = RMAP_AB_KIND_FILE, .order = 4, .head_pfn = 2048,
			.index = 16, .page_mapcount = 1, .large_mapcount = 16,
			.nr_pages_mapped = 16, .refcount = 33 } },
	{ 3000, 3000, { .kind = RMAP_AB_KIND_NOT_RMAPPABLE, .refcount = 2 } },
	{ 3001, 3001, { .flags = RMAP_AB_PAGE_SLAB } },
	{ 3002, 3002, { .flags = RMAP_AB_PAGE_TABLE } },
};

static struct rmap_ab_page make_page(const struct frames *f, uint64_t pfn)
{
	struct rmap_ab_page page = f->page;

	page.flags |= RMAP_AB_PAGE_PRESENT;
	if (!page.order) {
		page.head_pfn = pfn;
		page.index = 5000 + pfn - f->first;
	}
	/*
	 * The bit of the first page is for all pages of a folio that is mapped
	 * as a whole.
	 */
	if (page.entire_mapcount && pfn != f->first)
		page.flags &= ~RMAP_AB_PAGE_ANON_EXCLUSIVE;
	return page;
}

static int open_in(struct world *w, const char *path)
{
	char full[PATH_MAX];
	int fd;

	world_path(w, path, full);
	fd = open(full, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	return fd;
}

void frames_set(struct world *w, uint64_t pfn, const struct rmap_ab_page *page)
{
	int fd = open_in(w, PAGE_STATE);

	assert_int_equal(pwrite(fd, page, sizeof(*page), pfn * sizeof(*page)),
			 sizeof(*page));
	close(fd);
}

void frames_get(struct world *w, uint64_t pfn, struct rmap_ab_page *page)
{
	int fd = open_in(w, PAGE_STATE);

	assert_int_equal(pread(fd, page, sizeof(*page), pfn * sizeof(*page)),
			 sizeof(*page));
	close(fd);
}

static void make_page_state(struct world *w)
{
	static struct rmap_ab_page all[FRAMES];

	for (uint64_t i = 0; i < FRAMES; i++)
		all[i] = (struct rmap_ab_page){
			.head_pfn = i,
			.flags = RMAP_AB_PAGE_PRESENT | RMAP_AB_PAGE_FREE,
		};
	for (size_t f = 0; f < ARRAY_SIZE(frames); f++)
		for (uint64_t i = frames[f].first; i <= frames[f].last; i++)
			all[i] = make_page(&frames[f], i);
	all[3003] = (struct rmap_ab_page){ };
	world_write_bytes(w, PAGE_STATE, all, sizeof(all));
}

static void set_entry(int fd, uint64_t address, uint64_t entry)
{
	assert_int_equal(pwrite(fd, &entry, sizeof(entry),
				(address >> PAGE_SHIFT) * sizeof(entry)),
			 sizeof(entry));
}

static void map(int fd, uint64_t address, uint64_t pfn, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		set_entry(fd, address + (i << PAGE_SHIFT), PRESENT | (pfn + i));
}

/* Its address space ends at 64 MiB. */
static int begin_process(struct world *w, unsigned int pid, const char *maps)
{
	char path[PATH_MAX], full[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "proc/%u", pid);
	world_path(w, path, full);
	assert_int_equal(mkdir(full, 0755), 0);
	snprintf(path, sizeof(path), "proc/%u/status", pid);
	world_write(w, path, "Name:\ttest\nState:\tS (sleeping)\n");
	snprintf(path, sizeof(path), "proc/%u/comm", pid);
	world_write(w, path, "test\n");
	snprintf(path, sizeof(path), "proc/%u/maps", pid);
	world_write(w, path, maps);
	snprintf(path, sizeof(path), "proc/%u/pagemap", pid);
	fd = open_in(w, path);
	assert_int_equal(ftruncate(fd, 0x4000 * sizeof(uint64_t)), 0);
	return fd;
}

void frames_process(struct world *w, unsigned int pid, const char *maps,
		    const struct frames_mapping *mappings, size_t nr)
{
	int fd = begin_process(w, pid, maps);

	for (size_t i = 0; i < nr; i++)
		map(fd, mappings[i].address, mappings[i].pfn, mappings[i].nr);
	close(fd);
}

static void make_process(struct world *w)
{
	int fd = begin_process(w, 42,
			       "00400000-00a00000 rw-p 00000000 00:00 0 \n"
			       "01000000-01100000 rw-p 00000000 00:00 0        [heap]\n"
			       "02000000-02001000 rw-p 00000000 00:00 0 \n"
			       "03000000-03010000 r--p 00010000 08:01 12       /lib/x y\n");

	map(fd, 0x400000, 512, 512);
	map(fd, 0x800000, 1024, 512);
	for (size_t i = 0; i < 10; i++)
		map(fd, 0x1000000 + 2 * (i << PAGE_SHIFT), 109 - i, 1);
	set_entry(fd, 0x1001000, SWAPPED | 77 << 5);
	map(fd, 0x2000000, 512, 1);
	map(fd, 0x3000000, 2048, 16);
	close(fd);
}

static void make_boot_id(struct world *w)
{
	world_dir(w, "proc/sys");
	world_dir(w, "proc/sys/kernel");
	world_dir(w, "proc/sys/kernel/random");
	world_write(w, BOOT_ID, "0b0a5e1e-0000-4000-8000-000000000001\n");
}

int frames_setup(void **state)
{
	int ret = world_setup(state);

	if (!ret) {
		make_page_state(*state);
		make_process(*state);
		make_boot_id(*state);
	}
	return ret;
}
