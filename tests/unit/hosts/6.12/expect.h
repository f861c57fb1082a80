/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EXPECT_H
#define EXPECT_H
/* What the tests expect of Linux 6.12, where other hosts differ. */

#include <linux/rmap.h>

struct model;

/* Is a large folio that one call maps as a whole mlocked? */
#define EXPECT_MLOCK_LARGE	0
/* Is a device-private folio queued for splitting? */
#define EXPECT_SPLIT_DEVICE	1
/* Is an operation of fork told in which VMA of the child the mappings are? */
#define EXPECT_DST_VMA		0
/* Does the kernel know which processes map a large folio? */
#define EXPECT_MM_IDS		0
/* Can large folios have no page mapcounts? */
#define EXPECT_LAYOUTS		0

static inline void expect_new_mm(struct mm_struct *mm)
{
	(void)mm;
}

static inline void expect_new_folio(struct folio *folio)
{
	(void)folio;
}

/* Makes the process one of those that have these mappings of a large folio. */
static inline void expect_mapped(struct folio *folio, struct vm_area_struct *vma,
				 int mappings)
{
	(void)folio;
	(void)vma;
	(void)mappings;
}

/* Return: what is wrong with a large folio that is freed, or NULL. */
static inline const char *expect_freed(struct folio *folio)
{
	(void)folio;
	return NULL;
}

static inline bool expect_mm_ids(struct model *m)
{
	(void)m;
	return true;
}

/* May a write fault reuse this page of a large folio, which a PTE maps? */
static inline bool expect_reuse(struct folio *folio)
{
	(void)folio;
	return false;
}

static inline bool expect_none(const struct folio *folio)
{
	(void)folio;
	return false;
}

static inline void expect_set_none(struct folio *folio)
{
	(void)folio;
}

/* Is _large_mapcount locked, if it has a lock? */
static inline bool expect_locked(const struct folio *folio)
{
	(void)folio;
	return true;
}

#endif
