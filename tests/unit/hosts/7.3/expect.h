/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EXPECT_H
#define EXPECT_H
/* What the tests expect of Linux 7.3, where other hosts differ. */

#include <linux/rmap.h>

struct model;

#define EXPECT_MLOCK_LARGE	1
#define EXPECT_SPLIT_DEVICE	0
#define EXPECT_DST_VMA		1
#define EXPECT_MM_IDS		1
#ifdef SHIM_LAYOUT
#define EXPECT_LAYOUTS		1
#else
#define EXPECT_LAYOUTS		0
#endif

static inline void expect_new_mm(struct mm_struct *mm)
{
	static mm_id_t last;

	mm->mm_id = ++last;
}

static inline void expect_new_folio(struct folio *folio)
{
	folio->_mm_ids = 0;
	folio->_mm_id_mapcount[0] = -1;
	folio->_mm_id_mapcount[1] = -1;
}

static inline void expect_mapped(struct folio *folio, struct vm_area_struct *vma,
				 int mappings)
{
	if (mappings)
		folio_add_large_mapcount(folio, mappings, vma);
}

/* The word of the MM IDs is `private' of a page that is no longer a tail. */
static inline const char *expect_freed(struct folio *folio)
{
	if (folio->_mm_ids)
		return "a folio that is freed has an MM ID, or a flag beside them";
	if (folio->_mm_id_mapcount[0] != -1 || folio->_mm_id_mapcount[1] != -1)
		return "a folio that is freed has the mapcount of an MM ID";
	return NULL;
}

bool expect_mm_ids(struct model *m);

/*
 * The rule is that of __wp_can_reuse_large_anon_folio(): all references are
 * those of mappings, and all mappings are those of one process. The caller holds
 * the lock of a page table that maps the folio.
 */
static inline bool expect_reuse(struct folio *folio)
{
	bool reuse;

	folio_lock_large_mapcount(folio);
	reuse = shim_large_mapcount(folio) > 1 &&
		!(folio->_mm_ids & FOLIO_MM_IDS_SHARED_BIT) &&
		shim_large_mapcount(folio) == folio_ref_count(folio);
	folio_unlock_large_mapcount(folio);
	return reuse;
}

/* Has the folio, which is large and not hugetlb, no page mapcounts? */
static inline bool expect_none(const struct folio *folio)
{
#ifdef SHIM_LAYOUT
	return folio->_mm_ids & FOLIO_MM_IDS_NONE_BIT;
#else
	(void)folio;
	return false;
#endif
}

static inline void expect_set_none(struct folio *folio)
{
#ifdef SHIM_LAYOUT
	folio->_mm_ids |= FOLIO_MM_IDS_NONE_BIT;
#else
	(void)folio;
#endif
}

static inline bool expect_locked(const struct folio *folio)
{
	return shim_large_mapcount_is_locked(folio);
}

#endif
