// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "mem.h"

const char *const mem_kind_texts[NR_MEM_KINDS] = {
	[MEM_ANON]		= "anon",
	[MEM_DEVICE]		= "device-private",
	[MEM_KSM]		= "KSM",
	[MEM_FILE]		= "file",
	[MEM_SHMEM]		= "shmem",
	[MEM_HUGETLB_ANON]	= "hugetlb-anon",
	[MEM_HUGETLB_FILE]	= "hugetlb-file",
};

/* The size is exact: a small folio ends where the counters of a large one begin. */
struct folio *mem_alloc_folio(int order)
{
	struct folio *folio = aligned_alloc(sizeof(struct page),
					    sizeof(struct page) << order);

	if (!folio)
		abort();
	return folio;
}

void mem_free_folio(struct folio *folio)
{
	free(folio);
}

static void init_mapping(struct folio *folio, enum mem_kind kind)
{
	static struct anon_vma anon_vma = { .root = &anon_vma };
	unsigned long mapping = (unsigned long)&anon_vma;

	if (kind == MEM_KSM)
		mapping |= SHIM_MAPPING_KSM;
	else if (!mem_is_file(kind))
		return;		/* folio_add_new_anon_rmap() sets it */
	folio->mapping = (struct address_space *)mapping;
}

/* The state in which the page allocator returns it: no mapping, no reference. */
void mem_init_folio(struct folio *folio, int order, enum mem_kind kind)
{
	struct page *page = &folio->page;

	memset((void *)folio, 0, sizeof(struct page) << order);
	for (int i = 0; i < 1 << order; i++) {
		atomic_set(&page[i]._mapcount, -1);
		if (i)
			page[i].compound_head = (unsigned long)folio + 1;
	}
	if (order) {
		*shim_flags(folio) |= BIT(PG_head);
		folio->_folio_nr_pages = 1U << order;
		atomic_set(&folio->_large_mapcount, -1);
		atomic_set(&folio->_entire_mapcount, -1);
		expect_new_folio(folio);
	}
	if (mem_is_hugetlb(kind))
		folio->page.page_type = (unsigned int)PGTY_hugetlb << 24;
	if (kind == MEM_SHMEM)
		__folio_set_swapbacked(folio);
	if (kind == MEM_DEVICE)
		*shim_flags(folio) |= BIT(PG_device_private);
	init_mapping(folio, kind);
}

/* All of them descend from one process by fork. */
void mem_init_mm(struct mem_mm *mm, unsigned long vm_flags)
{
	static struct anon_vma family = { .root = &family };

	memset(mm, 0, sizeof(*mm));
	expect_new_mm(&mm->mm);
	mm->anon_vma.root = &family;
	mm->vma.vm_start = 1UL << 30;
	mm->vma.vm_end = (1UL << 30) + (HPAGE_PMD_NR << PAGE_SHIFT);
	mm->vma.vm_mm = &mm->mm;
	mm->vma.vm_flags = vm_flags;
	mm->vma.anon_vma = &mm->anon_vma;
}

const char *mem_check_free(struct folio *folio)
{
	const long nr_pages = folio_nr_pages(folio);

	for (long i = folio_test_hugetlb(folio); i < nr_pages; i++)
		if (atomic_read(&folio_page(folio, i)->_mapcount) != -1)
			return "a page that is freed has a _mapcount";
	if (nr_pages == 1)
		return NULL;
	if (atomic_read(&folio->_entire_mapcount) != -1)
		return "a folio that is freed has an _entire_mapcount";
	if (atomic_read(&folio->_large_mapcount) != -1)
		return "a folio that is freed has a _large_mapcount";
	if (atomic_read(&folio->_nr_pages_mapped))
		return "a folio that is freed has _nr_pages_mapped";
	return expect_freed(folio);
}
