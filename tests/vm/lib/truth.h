/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TRUTH_H
#define TRUTH_H
/*
 * Do the kernel's mapcounts agree with the page tables?
 *
 * The page tables of every process (/proc/PID/pagemap) say how often each page
 * frame is mapped. That number must be what /proc/kpagecount says, and the
 * number of distinct frames mapped must be what /proc/vmstat says:
 * nr_anon_pages for anonymous memory (KSM included), nr_mapped for the page
 * cache and shmem. Hugetlb frames have a mapcount, but are in neither
 * statistic. And a folio is mapped, as /proc/kpageflags shows, exactly if one of
 * its pages is.
 *
 * On a kernel with CONFIG_RMAP_LAYOUT, a large folio may have no mapcounts of its
 * pages (lib/layout.h). Then its large and entire mapcounts must agree with the
 * page tables, /proc/kpagecount has the average for each of its pages, and the
 * statistics have all of its pages if one is mapped.
 *
 * What the kernel maps without counting is not compared: the zero pages, and
 * frames in mappings without struct page semantics (vvar, /dev/mem). pagemap
 * marks the latter, neither file nor anonymous. Migration and swap entries are
 * not mappings. Entries for private memory of a device are, but only the
 * statistic can be compared.
 *
 * Nothing is stopped for it: one look during which all agrees proves that all
 * agrees, while a wrong count stays wrong however often one looks. So the
 * check repeats while the system is restless, a bounded number of times. Tasks
 * that keep changing their page tables must be parked by the caller. Two
 * processes that share one mm (vfork) would be counted twice.
 *
 * Memory: 9 bytes for each page frame, allocated once.
 */

#include <stddef.h>

/* Allocate, open files. The process and its children may check afterwards. */
void truth_open(void);

/*
 * Look at every frame that is mapped. Returns 0 if all agrees, otherwise the
 * number of differences of the last attempt, with the first ones in @report.
 */
long truth_check_mapped(char *report, size_t size);

/* The same for every frame there is, with mapcounts that no page table explains. */
long truth_check_all(char *report, size_t size);

/* Large folios that were found mapped, hugetlb aside: with mapcounts of pages, without. */
struct truth_folios {
	long page, none;
};

/* Those of the last look of this process. */
struct truth_folios truth_folios(void);

/* In a test: fail, saying that the counts are wrong @when. */
void counts_agree(const char *when);

/*
 * From now on, each counts_agree() calls @hook after it has looked, and looks
 * again after that.
 */
void truth_set_hook(void (*hook)(void));

#endif /* TRUTH_H */
