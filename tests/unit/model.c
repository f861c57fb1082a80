// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "expect.h"
#include "model.h"

void model_init(struct model *m, int order, enum mem_kind kind,
		unsigned long vm_flags)
{
	memset(m, 0, sizeof(*m));
	m->kind = kind;
	m->order = order;
	m->nr_pages = 1 << order;
	m->folio = mem_alloc_folio(order);
	mem_init_folio(m->folio, order, kind);
	for (int mm = 0; mm < MODEL_MMS; mm++) {
		/*
		 * Only one VMA has the flags: it matters whose VMA an operation
		 * gets.
		 */
		mem_init_mm(&m->mms[mm], mm ? 0 : vm_flags);
		set_bit(MMF_HAS_PINNED, &m->mms[mm].mm.flags);
	}
	if (mem_is_file(kind) || kind == MEM_KSM)
		m->cache = m->nr_pages;
	atomic_set(&m->folio->_refcount, model_refs(m));
	memset(&kernel_seen, 0, sizeof(kernel_seen));
}

void model_exit(struct model *m)
{
	mem_free_folio(m->folio);
	m->folio = NULL;
}

int model_page_mapcount(const struct model *m, int page)
{
	int nr = 0;

	for (int mm = 0; mm < MODEL_MMS; mm++)
		nr += m->pte[mm][page];
	return nr;
}

int model_entire_mapcount(const struct model *m)
{
	int nr = 0;

	for (int mm = 0; mm < MODEL_MMS; mm++)
		nr += m->pmd[mm];
	return nr;
}

/* The number of pages with a PTE mapping, and the number of all PTE mappings. */
static int nr_pte_mapped(const struct model *m, int *mappings)
{
	int pages = 0;

	*mappings = 0;
	for (int i = 0; i < m->nr_pages; i++) {
		int nr = model_page_mapcount(m, i);

		pages += nr > 0;
		*mappings += nr;
	}
	return pages;
}

/* The number of pages that have any mapping. */
int model_nr_mapped(const struct model *m)
{
	int mappings;

	return model_entire_mapcount(m) ? m->nr_pages
					: nr_pte_mapped(m, &mappings);
}

bool model_has_entries(const struct model *m)
{
	for (int mm = 0; mm < MODEL_MMS; mm++) {
		if (m->pmd_entry[mm])
			return true;
		for (int i = 0; i < m->nr_pages; i++)
			if (m->pte_entry[mm][i])
				return true;
	}
	return false;
}

/* A device's entry keeps the reference of the mapping that it replaced. */
static int nr_device_entries(const struct model *m)
{
	int nr = 0;

	for (int mm = 0; mm < MODEL_MMS; mm++)
		for (int i = 0; i < m->nr_pages; i++)
			nr += m->pte_entry[mm][i] == ENTRY_DEVICE;
	return nr;
}

int model_refs(const struct model *m)
{
	int mappings;

	nr_pte_mapped(m, &mappings);
	return mappings + model_entire_mapcount(m) + nr_device_entries(m) +
	       m->delayed + m->swapcache + m->gets + m->cache +
	       m->pins * (m->order ? 1 : (int)GUP_PIN_COUNTING_BIAS);
}

bool model_is_mapped(const struct model *m)
{
	return model_nr_mapped(m);
}

void model_takes_layout(struct model *m)
{
	if (!model_is_mapped(m))
		m->none = EXPECT_LAYOUTS && m->order && !mem_is_hugetlb(m->kind) &&
			  shim_layouts_vary && shim_layout_none;
}

/*
 * Is a part of the folio known to be unmapped? With page mapcounts, each page that
 * loses its last mapping tells. Without them, Documentation/mm/transhuge.rst promises
 * as much as follows from the average: fewer mappings than pages.
 */
static bool is_known_partial(const struct model *m, int before, int after)
{
	int mappings;

	if (!m->none)
		return after < before && after;
	nr_pte_mapped(m, &mappings);
	return !model_entire_mapcount(m) && mappings && mappings < m->nr_pages;
}

void model_removed(struct model *m, int mm, int before)
{
	const int after = model_nr_mapped(m);

	m->munlocks += !!(m->mms[mm].vma.vm_flags & VM_LOCKED) &&
		       !mem_is_hugetlb(m->kind);
	if (mem_is_file(m->kind) || mem_is_hugetlb(m->kind))
		return;
	if (m->kind == MEM_DEVICE && !EXPECT_SPLIT_DEVICE)
		return;
	if (is_known_partial(m, before, after) && !m->partially_mapped) {
		m->splits++;
		m->partially_mapped = true;
	}
}

void model_added(struct model *m, int mm, int count)
{
	const bool whole = count == m->nr_pages && !mem_is_hugetlb(m->kind);

	m->mlocks += whole && (EXPECT_MLOCK_LARGE || !m->order) &&
		     (m->mms[mm].vma.vm_flags & (VM_LOCKED | VM_SPECIAL)) ==
		     VM_LOCKED;
}

/*
 * No other CPU can count if all references are the caller's, or if the one PMD
 * mapping is exclusive. In both cases, one process at most has it mapped.
 */
static bool is_alone(const struct model *m)
{
	int mms = 0;

	for (int mm = 0; mm < MODEL_MMS; mm++) {
		bool maps = m->pmd[mm];

		for (int i = 0; i < m->nr_pages; i++)
			maps |= m->pte[mm][i];
		mms += maps;
	}
	return mms <= 1 && (m->owned_by_bit ||
			    (m->owned && m->owned == atomic_read(&m->folio->_refcount)));
}

static struct model *watched;

static void look_at_lock(const void *counter)
{
	struct model *m = watched;

	if (m->order && !mem_is_hugetlb(m->kind) &&
	    counter == &m->folio->_large_mapcount &&
	    !expect_locked(m->folio) && !is_alone(m) && !m->why[0])
		model_wrong(m, "_large_mapcount changes without its lock, and %d references of %d are the caller's",
			    m->owned, atomic_read(&m->folio->_refcount));
}

void model_calls(struct model *m, int owned, bool pmd)
{
	m->owned = owned;
	m->owned_by_bit = pmd && m->exclusive[0] && model_entire_mapcount(m) == 1;
	watched = m;
	kernel_changes = EXPECT_MM_IDS ? look_at_lock : NULL;
}

void model_called(void)
{
	kernel_changes = NULL;
}

bool model_wrong(struct model *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(m->why, sizeof(m->why), format, args);
	va_end(args);
	return false;
}

static bool agrees(struct model *m, const char *what, long is, long must)
{
	return is == must ||
	       model_wrong(m, "%s is %ld, must be %ld", what, is, must);
}

static bool pages_agree(struct model *m)
{
	for (int i = 0; i < m->nr_pages; i++) {
		struct page *page = folio_page(m->folio, i);
		int is = atomic_read(&page->_mapcount) + 1;
		int must = m->none ? 0 : model_page_mapcount(m, i);

		/*
		 * In a hugetlb folio's first page, that word holds the type of
		 * the folio.
		 */
		if (is != must && (i || !mem_is_hugetlb(m->kind)))
			return model_wrong(m, "_mapcount + 1 of page %d is %d, must be %d",
					   i, is, must);
		is = test_bit(PG_anon_exclusive, shim_flags(page));
		if (is != m->exclusive[i])
			return model_wrong(m, "page %d is %sanon-exclusive", i,
					   is ? "" : "not ");
	}
	return true;
}

static bool folio_agrees(struct model *m)
{
	int mappings, pages = nr_pte_mapped(m, &mappings);
	int entire = model_entire_mapcount(m);

	if (mem_is_hugetlb(m->kind) || m->none)
		pages = 0;
	else if (entire)
		pages += ENTIRELY_MAPPED;
	return agrees(m, "_entire_mapcount + 1",
		      atomic_read(&m->folio->_entire_mapcount) + 1, entire) &&
	       agrees(m, "_large_mapcount + 1",
		      atomic_read(&m->folio->_large_mapcount) + 1,
		      mappings + entire) &&
	       agrees(m, "_nr_pages_mapped",
		      atomic_read(&m->folio->_nr_pages_mapped), pages) &&
	       agrees(m, "partially mapped",
		      folio_test_partially_mapped(m->folio),
		      m->partially_mapped) &&
	       (mem_is_hugetlb(m->kind) ||
		agrees(m, "without page mapcounts", expect_none(m->folio),
		       m->none && model_is_mapped(m)));
}

/* Of a folio without page mapcounts, the kernel takes all pages for mapped if one is. */
static int nr_in_statistics(const struct model *m)
{
	if (m->none)
		return model_is_mapped(m) ? m->nr_pages : 0;
	return model_nr_mapped(m);
}

static bool stats_agree(struct model *m)
{
	const bool counted = !mem_is_hugetlb(m->kind);
	const bool file = mem_is_file(m->kind);
	const int nr = counted ? nr_in_statistics(m) : 0;
	const int pmd = counted && model_entire_mapcount(m) ? m->nr_pages : 0;
	const long *stats = kernel_seen.stats;

	return agrees(m, "NR_ANON_MAPPED", stats[NR_ANON_MAPPED],
		      file ? 0 : nr) &&
	       agrees(m, "NR_FILE_MAPPED", stats[NR_FILE_MAPPED],
		      file ? nr : 0) &&
	       agrees(m, "NR_ANON_THPS", stats[NR_ANON_THPS],
		      file ? 0 : pmd) &&
	       agrees(m, "NR_FILE_PMDMAPPED", stats[NR_FILE_PMDMAPPED],
		      m->kind == MEM_FILE ? pmd : 0) &&
	       agrees(m, "NR_SHMEM_PMDMAPPED", stats[NR_SHMEM_PMDMAPPED],
		      m->kind == MEM_SHMEM ? pmd : 0);
}

static bool calls_agree(struct model *m)
{
	if (kernel_seen.warning)
		return model_wrong(m, "warning: %s", kernel_seen.warning);
	return agrees(m, "calls of mlock_folio()", kernel_seen.mlocks,
		      m->mlocks) &&
	       agrees(m, "calls of munlock_folio()", kernel_seen.munlocks,
		      m->munlocks) &&
	       agrees(m, "calls of deferred_split_folio()", kernel_seen.splits,
		      m->splits);
}

bool model_agrees(struct model *m)
{
	return !m->why[0] && pages_agree(m) && (!m->order || folio_agrees(m)) &&
	       expect_mm_ids(m) &&
	       stats_agree(m) && calls_agree(m) &&
	       agrees(m, "the reference count",
		      atomic_read(&m->folio->_refcount), model_refs(m));
}
