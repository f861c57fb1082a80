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

/* Anonymous private memory, aligned, with a gap on both sides. */
char *pages_map(size_t len, size_t align);

/* The same for any mapping. */
char *pages_map_fd(size_t len, size_t align, int flags, int fd);

void pages_unmap(void *p, size_t len);

/* Without folios larger than a page. */
char *small_map(size_t nr);

/* @nr areas of PMD size in which folios of PMD size are wanted. */
char *thp_map(size_t nr);

/*
 * Every page gets contents of its own, made from @seed and its index. @first
 * and @nr are pages, counted from @base.
 */
void pages_fill(char *base, size_t first, size_t nr, uint64_t seed);
void pages_verify(const char *base, size_t first, size_t nr, uint64_t seed);
void page_fill(char *page, size_t index, uint64_t seed);
bool page_holds(const char *page, size_t index, uint64_t seed);
void pages_verify_zero(const char *base, size_t first, size_t nr);

/* Read one byte of each page. */
void pages_touch(const char *base, size_t first, size_t nr);

/* What /proc/self/pagemap says about the page at @p. */
uint64_t page_entry(const void *p);
bool page_present(const void *p);
bool page_swapped(const void *p);
uint64_t page_frame(const void *p);

/* /proc/kpageflags and /proc/kpagecount of the frame at @p. */
uint64_t page_flags(const void *p);
uint64_t page_mapcount(const void *p);

/* Is the folio (by its first page) marked as belonging to one process? */
bool page_exclusive(const void *p);

/* Is its folio mlocked? On one CPU, so that no other one's batch matters. */
bool page_mlocked(const void *p);

/* Is @p mapped by a PMD (or by a hugetlb entry)? */
bool page_by_pmd(const void *p);

/* The number of pages of the folio that is mapped at @p. */
size_t folio_pages(const void *p);

/* The same without being sure: a page may come and go. It may be if it is away. */
bool page_maybe_in_large_folio(const void *p);

/*
 * Ask the kernel to split the folios that are mapped there. Returns 0 or an
 * error of the request; a folio that somebody else holds stays as it is.
 */
int folios_split(const char *p, size_t len);

/* From now on, the process runs on that CPU only. */
void stay_on_cpu(int cpu);

/* On whichever it is, so that its LRU batch is known. */
void stay_on_one_cpu(void);

#endif /* PAGES_H */
