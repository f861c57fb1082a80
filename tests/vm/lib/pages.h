/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PAGES_H
#define PAGES_H
/*
 * Memory whose contents and folios a test knows.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096UL
#define PMD_PAGES 512UL
#define PMD (PMD_PAGES * PAGE)

/* Returns anonymous private memory, aligned, with a gap on both sides. */
char *pages_map(size_t len, size_t align);

/* Does the same for any mapping. */
char *pages_map_fd(size_t len, size_t align, int flags, int fd);

void pages_unmap(void *p, size_t len);

/* Does the same without folios larger than a page. */
char *small_map(size_t nr);

/* Returns @nr areas of PMD size that ask for folios of PMD size. */
char *thp_map(size_t nr);

/*
 * Gives every page contents of its own, made from @seed and its index. @first
 * and @nr are in pages, counted from @base.
 */
void pages_fill(char *base, size_t first, size_t nr, uint64_t seed);
void pages_verify(const char *base, size_t first, size_t nr, uint64_t seed);
void page_fill(char *page, size_t index, uint64_t seed);
bool page_holds(const char *page, size_t index, uint64_t seed);
void pages_verify_zero(const char *base, size_t first, size_t nr);

/* Reads one byte of each page. */
void pages_touch(const char *base, size_t first, size_t nr);

/* Returns what /proc/self/pagemap says about the page at @p. */
uint64_t page_entry(const void *p);
bool page_present(const void *p);
bool page_swapped(const void *p);
uint64_t page_frame(const void *p);

/* Return what /proc/kpageflags and /proc/kpagecount say about the frame at @p. */
uint64_t page_flags(const void *p);
uint64_t page_mapcount(const void *p);

/* Returns whether the kernel has marked that frame as failed. */
bool frame_failed(uint64_t pfn);

/*
 * Returns whether the page has this mapcount, or none of its own: the folio may
 * have no mapcounts of its pages (lib/layout.h).
 */
bool page_mapcount_is(const void *p, uint64_t nr);

/*
 * Returns whether the folio (by its first page) is marked as belonging to one
 * process.
 */
bool page_exclusive(const void *p);

/*
 * Returns whether its folio is mlocked. It stays on one CPU, so no other CPU's
 * batch matters.
 */
bool page_mlocked(const void *p);

/* Returns whether a PMD (or a hugetlb entry) maps @p. */
bool page_by_pmd(const void *p);

/* Returns the number of pages of the folio that is mapped at @p. */
size_t folio_pages(const void *p);

/*
 * Returns whether @p may be in a large folio. The page may come and go; true if
 * it is away.
 */
bool page_maybe_in_large_folio(const void *p);

/*
 * Asks the kernel to split the folios that are mapped there. Returns 0, or an
 * error of the request. A folio that somebody else holds stays as it is.
 */
int folios_split(const char *p, size_t len);

/*
 * Waits until the huge page at @thp is split, of which the page with the index @failed
 * has failed.
 *
 * When a huge page has a page that failed and could not be split, 6.12 frees
 * the huge page as a whole when it is unmapped, and uses the page that failed
 * again: a process that gets it is killed on the way (the patch of
 * <20260202194125.2191216-1-jiaqiyan@google.com> is for this). Once the huge
 * page is split, the kernel keeps that page for itself. Other holders of the
 * folio let it go after some time.
 */
void thp_take_apart(const char *thp, int failed);

/* Keeps the process on that CPU from now on. */
void stay_on_cpu(int cpu);

/* Keeps it on its present CPU, so that its LRU batch is known. */
void stay_on_one_cpu(void);

#endif /* PAGES_H */
