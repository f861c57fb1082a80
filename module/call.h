/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_CALL_H
#define _RMAP_AB_CALL_H
/*
 * The description of a call of an rmap operation. The layers around an
 * implementation look at it. The end of this file has one description for each
 * operation.
 */

#include "hooks.h"

/* OP_folio_add_new_anon_rmap and so on, in the order of RMAP_OPS_TABLE. */
#define CALL_OP(ret, name, ...)	OP_##name,
enum call_op {
	RMAP_OPS_TABLE(CALL_OP)
	NR_CALL_OPS
};

/**
 * enum call_kind - what a call does to the mappings
 * @CALL_NEW: it adds the first mapping of a new folio
 * @CALL_ADD: it adds one mapping
 * @CALL_DUP: it adds one beside an existing mapping; both page tables are
 *	locked
 * @CALL_SHARE: it adds and removes none; the mapping may be shared from now on
 * @CALL_REMOVE: it removes one mapping
 */
enum call_kind {
	CALL_NEW,
	CALL_ADD,
	CALL_DUP,
	CALL_SHARE,
	CALL_REMOVE,
};

/**
 * enum call_level - which counter the mapping is counted in
 * @LEVEL_PTE: _mapcount of each page of the range
 * @LEVEL_PMD: _entire_mapcount
 * @LEVEL_PUD: _entire_mapcount; only DAX has such mappings
 * @LEVEL_HUGETLB: _entire_mapcount, and _nr_pages_mapped stays 0
 * @NR_CALL_LEVELS: number of levels
 */
enum call_level {
	LEVEL_PTE,
	LEVEL_PMD,
	LEVEL_PUD,
	LEVEL_HUGETLB,
	NR_CALL_LEVELS
};

/**
 * enum call_memory - the folios that an operation is for
 * @MEMORY_ANY: all folios
 * @MEMORY_ANON: anon folios
 * @MEMORY_FILE: folios of files, of shmem, or of a driver
 */
enum call_memory {
	MEMORY_ANY,
	MEMORY_ANON,
	MEMORY_FILE,
};

/**
 * struct call - one call of an operation
 * @implementation: the implementation that the operation belongs to
 * @folio: argument of the operation; the caller's reference lasts for the whole
 *	call
 * @page: first page
 * @vma: argument of the operation; at fork the parent's; NULL if it has none
 * @address: of @page in @vma; 0 if the operation has no such argument
 * @op: the operation
 * @kind: what it does
 * @level: level of the mapping
 * @memory: what @folio has to be
 * @nr_pages: pages of the range; the whole folio if @level is not LEVEL_PTE
 * @flags: argument of the operation, or none
 * @result: 0 or -EBUSY; 0 if the operation returns nothing
 * @owns_folio: for the guard: all references of the folio belong to the
 *		mappings that this call removes
 */
struct call {
	const struct rmap_ops *implementation;
	struct folio *folio;
	struct page *page;
	struct vm_area_struct *vma;
	unsigned long address;
	enum call_op op;
	enum call_kind kind;
	enum call_level level;
	enum call_memory memory;
	int nr_pages;
	rmap_t flags;
	int result;
	bool owns_folio;
};

/**
 * call_first - return the position of the first page
 * @call: the call
 *
 * Context: During the call.
 * Return: its number in the folio.
 */
static inline unsigned long call_first(const struct call *call)
{
	return folio_page_idx(call->folio, call->page);
}

/**
 * call_may_fail - may the operation return -EBUSY?
 * @call: the call
 *
 * Context: Any.
 * Return: true for CALL_DUP and CALL_SHARE of operations that are for anon
 * memory.
 */
static inline bool call_may_fail(const struct call *call)
{
	return call->memory == MEMORY_ANON &&
	       (call->kind == CALL_DUP || call->kind == CALL_SHARE);
}

extern const char *const call_op_names[NR_CALL_OPS];

/*
 * The descriptions: initializers for those members of struct call that differ
 * from operation to operation. They use the names of the parameters in
 * RMAP_OPS_TABLE.
 */
#define CALL_IS(kind_, memory_, level_)				\
	.kind = CALL_##kind_, .memory = MEMORY_##memory_, .level = level_
#define CALL_RANGE(page_, nr_pages_)				\
	.page = page_, .nr_pages = nr_pages_
#define CALL_WHOLE(folio_)					\
	CALL_RANGE(&(folio_)->page, folio_nr_pages(folio_))
#define CALL_AT(vma_, address_)	.vma = vma_, .address = address_
#define CALL_LEVEL_OF_NEW(folio_)				\
	(folio_test_pmd_mappable(folio_) ? LEVEL_PMD : LEVEL_PTE)

#define CALL_folio_add_new_anon_rmap				\
	CALL_IS(NEW, ANON, CALL_LEVEL_OF_NEW(folio)),		\
	CALL_WHOLE(folio), CALL_AT(vma, address), .flags = flags
#define CALL_folio_add_anon_rmap_pte				\
	CALL_IS(ADD, ANON, LEVEL_PTE),				\
	CALL_RANGE(page, 1), CALL_AT(vma, address), .flags = flags
#define CALL_folio_add_anon_rmap_ptes				\
	CALL_IS(ADD, ANON, LEVEL_PTE),				\
	CALL_RANGE(page, nr_pages), CALL_AT(vma, address), .flags = flags
#define CALL_folio_add_anon_rmap_pmd				\
	CALL_IS(ADD, ANON, LEVEL_PMD),				\
	CALL_RANGE(page, folio_nr_pages(folio)), CALL_AT(vma, address), .flags = flags
#define CALL_folio_try_dup_anon_rmap_pte			\
	CALL_IS(DUP, ANON, LEVEL_PTE), CALL_RANGE(page, 1), .vma = src_vma
#define CALL_folio_try_dup_anon_rmap_ptes			\
	CALL_IS(DUP, ANON, LEVEL_PTE), CALL_RANGE(page, nr_pages), .vma = src_vma
#define CALL_folio_try_dup_anon_rmap_pmd			\
	CALL_IS(DUP, ANON, LEVEL_PMD), CALL_RANGE(page, folio_nr_pages(folio)), .vma = src_vma
#define CALL_folio_try_share_anon_rmap_pte			\
	CALL_IS(SHARE, ANON, LEVEL_PTE), CALL_RANGE(page, 1)
#define CALL_folio_try_share_anon_rmap_pmd			\
	CALL_IS(SHARE, ANON, LEVEL_PMD), CALL_RANGE(page, folio_nr_pages(folio))
#define CALL_folio_add_file_rmap_pte				\
	CALL_IS(ADD, FILE, LEVEL_PTE), CALL_RANGE(page, 1), .vma = vma
#define CALL_folio_add_file_rmap_ptes				\
	CALL_IS(ADD, FILE, LEVEL_PTE), CALL_RANGE(page, nr_pages), .vma = vma
#define CALL_folio_add_file_rmap_pmd				\
	CALL_IS(ADD, FILE, LEVEL_PMD), CALL_RANGE(page, folio_nr_pages(folio)), .vma = vma
#define CALL_folio_add_file_rmap_pud				\
	CALL_IS(ADD, FILE, LEVEL_PUD), CALL_RANGE(page, folio_nr_pages(folio)), .vma = vma
#define CALL_folio_dup_file_rmap_pte				\
	CALL_IS(DUP, FILE, LEVEL_PTE), CALL_RANGE(page, 1)
#define CALL_folio_dup_file_rmap_ptes				\
	CALL_IS(DUP, FILE, LEVEL_PTE), CALL_RANGE(page, nr_pages)
#define CALL_folio_dup_file_rmap_pmd				\
	CALL_IS(DUP, FILE, LEVEL_PMD), CALL_RANGE(page, folio_nr_pages(folio))
#define CALL_folio_remove_rmap_pte				\
	CALL_IS(REMOVE, ANY, LEVEL_PTE), CALL_RANGE(page, 1), .vma = vma
#define CALL_folio_remove_rmap_ptes				\
	CALL_IS(REMOVE, ANY, LEVEL_PTE), CALL_RANGE(page, nr_pages), .vma = vma
#define CALL_folio_remove_rmap_pmd				\
	CALL_IS(REMOVE, ANY, LEVEL_PMD), CALL_RANGE(page, folio_nr_pages(folio)), .vma = vma
#define CALL_folio_remove_rmap_pud				\
	CALL_IS(REMOVE, ANY, LEVEL_PUD), CALL_RANGE(page, folio_nr_pages(folio)), .vma = vma
#define CALL_hugetlb_add_new_anon_rmap				\
	CALL_IS(NEW, ANON, LEVEL_HUGETLB),			\
	CALL_WHOLE(folio), CALL_AT(vma, address)
#define CALL_hugetlb_add_anon_rmap				\
	CALL_IS(ADD, ANON, LEVEL_HUGETLB),			\
	CALL_WHOLE(folio), CALL_AT(vma, address), .flags = flags
#define CALL_hugetlb_try_dup_anon_rmap				\
	CALL_IS(DUP, ANON, LEVEL_HUGETLB), CALL_WHOLE(folio), .vma = vma
#define CALL_hugetlb_try_share_anon_rmap			\
	CALL_IS(SHARE, ANON, LEVEL_HUGETLB), CALL_WHOLE(folio)
#define CALL_hugetlb_add_file_rmap				\
	CALL_IS(ADD, FILE, LEVEL_HUGETLB), CALL_WHOLE(folio)
#define CALL_hugetlb_remove_rmap				\
	CALL_IS(REMOVE, ANY, LEVEL_HUGETLB), CALL_WHOLE(folio)

#endif /* _RMAP_AB_CALL_H */
