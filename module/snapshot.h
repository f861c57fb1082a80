/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_SNAPSHOT_H
#define _RMAP_AB_SNAPSHOT_H
/*
 * What page frames and their folios look like at one moment.
 *
 * Nothing is locked and no reference is taken, because a reader must not change
 * what it looks at. One more reference makes a split or a migration fail, and
 * takes the fast path away from an implementation that asks who owns the
 * references. So everything may change meanwhile, as for /proc/kpageflags.
 * Therefore the words are read twice, and the record is marked as racy if they
 * do not stay the same.
 *
 * One case stays hidden. An operation changes several counters, one after the
 * other. If another CPU stops in the middle of an operation for the time of
 * both readings, the record shows the counters half changed and is not marked.
 */

#include <linux/bits.h>
#include <linux/page-flags.h>
#include <linux/types.h>
#include <linux/rmap_ab.h>

#include "host.h"

static inline bool snapshot_is_hugetlb(int type)
{
	return (unsigned int)type >> 24 == PGTY_hugetlb;
}

/**
 * snapshot_kind - tell what a folio is to the rmap, by words of its first page
 * @flags: PG_reserved, PG_swapbacked, PG_swapcache; others do not matter
 * @mapping: with the bits that say what it points to
 * @type: page_type or _mapcount: they are one word
 * @refcount: references
 *
 * The caller must recognise memory of a device before.
 *
 * Context: Any.
 * Return: the kind.
 */
static inline enum rmap_ab_kind snapshot_kind(unsigned long flags,
					      unsigned long mapping, int type,
					      int refcount)
{
	if (snapshot_is_hugetlb(type))
		return RMAP_AB_KIND_HUGETLB;
	if (page_type_has_type(type))
		return RMAP_AB_KIND_NONE;
	/* The vDSO is reserved, and is mapped. */
	if (flags & BIT(PG_reserved))
		return RMAP_AB_KIND_NOT_RMAPPABLE;
	switch (mapping & HOST_MAPPING_FLAGS) {
	case HOST_MAPPING_ANON:
		return RMAP_AB_KIND_ANON;
	case HOST_MAPPING_KSM:
		return RMAP_AB_KIND_KSM;
	case HOST_MAPPING_MOVABLE:
		return RMAP_AB_KIND_NOT_RMAPPABLE;
	}
	/* A folio in the swap cache has no mapping before it is mapped. */
	if (!mapping)
		return refcount && !(flags & BIT(PG_swapcache)) ?
		       RMAP_AB_KIND_NOT_RMAPPABLE : RMAP_AB_KIND_NONE;
	return flags & BIT(PG_swapbacked) ? RMAP_AB_KIND_SHMEM :
					    RMAP_AB_KIND_FILE;
}

unsigned long snapshot_end_pfn(void);
unsigned int snapshot_take(unsigned long pfn, unsigned int nr,
			   struct rmap_ab_page *records);
bool snapshot_same_folio(const struct rmap_ab_page *a,
			 const struct rmap_ab_page *b);
const char *snapshot_kind_text(enum rmap_ab_kind kind);

#endif /* _RMAP_AB_SNAPSHOT_H */
