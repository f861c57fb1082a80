/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_RMAP_H
#define SHIM_LINUX_RMAP_H
/*
 * _large_mapcount and the two MM IDs of a large folio, which change together
 * under a bit spinlock.
 *
 * ThreadSanitizer does not see the lock's own accesses, only what it orders: so
 * it reports a CPU that changes the counters without the lock while another one
 * holds it.
 */

#include <linux/mm.h>
#include <linux/processor.h>

#ifdef __SANITIZE_THREAD__
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
#define shim_acquired(p)	__tsan_acquire(p)
#define shim_releases(p)	__tsan_release(p)
#define shim_locks()		sched_yield()
#define shim_unlocks()		((void)0)
#elif defined(SHIM_DEBUG_VM)
#define shim_acquired(p)	((void)0)
#define shim_releases(p)	((void)0)
/* What the lock protects needs no other barrier. The lock serves for nothing else. */
static inline void shim_locks(void)
{
	shim_seen.locks++;
	shim_seen.locked++;
	shim_seen.fenced_outside = shim_seen.fenced;
	shim_fenced(true);
	shim_watch();
}

static inline void shim_unlocks(void)
{
	shim_seen.unlocks++;
	shim_fenced(shim_seen.fenced && shim_seen.fenced_outside);
	shim_watch();
}
#else
#define shim_acquired(p)	((void)0)
#define shim_releases(p)	((void)0)
#define shim_locks()		((void)0)
#define shim_unlocks()		((void)0)
#endif

#define SHIM_MM_IDS_LOCK	BIT(FOLIO_MM_IDS_LOCK_BITNUM)

/* A plain store may leave it locked for ever. The test must end all the same. */
static shim_unseen void folio_lock_large_mapcount(struct folio *folio)
{
	int patience = 5000000;

	shim_locks();
	while (__atomic_fetch_or(&folio->_mm_ids, SHIM_MM_IDS_LOCK, __ATOMIC_ACQUIRE) &
	       SHIM_MM_IDS_LOCK) {
		cpu_relax();
		if (!patience--) {
			shim_warn("nobody unlocks _large_mapcount", __FILE__, __LINE__);
			break;
		}
	}
	shim_acquired(&folio->_mm_ids);
}

static shim_unseen void folio_unlock_large_mapcount(struct folio *folio)
{
	shim_releases(&folio->_mm_ids);
	__atomic_fetch_and(&folio->_mm_ids, ~SHIM_MM_IDS_LOCK, __ATOMIC_RELEASE);
	shim_unlocks();
}

static shim_unseen bool shim_large_mapcount_is_locked(const struct folio *folio)
{
	return READ_ONCE(folio->_mm_ids) & SHIM_MM_IDS_LOCK;
}

static __always_inline mm_id_t folio_mm_id(const struct folio *folio, int slot)
{
	return folio->_mm_id[slot] & MM_ID_MASK;
}

static __always_inline void shim_set_mm_id(struct folio *folio, int slot, mm_id_t id)
{
	folio->_mm_id[slot] = (folio->_mm_id[slot] & ~MM_ID_MASK) | id;
}

/* Return: the slot of this MM, or -1. */
static __always_inline int shim_slot_of(const struct folio *folio, mm_id_t id)
{
	for (int slot = 0; slot < 2; slot++)
		if (folio_mm_id(folio, slot) == id)
			return slot;
	return -1;
}

static __always_inline int shim_large_mapcount(const struct folio *folio)
{
	return atomic_read(&folio->_large_mapcount) + 1;
}

static __always_inline void
__folio_large_mapcount_sanity_checks(const struct folio *folio, int diff, mm_id_t id)
{
	VM_WARN_ON_ONCE(!folio_test_large(folio) || folio_test_hugetlb(folio));
	VM_WARN_ON_ONCE(diff <= 0 || diff > folio_nr_pages(folio));
	VM_WARN_ON_ONCE(id == MM_ID_DUMMY || id > MM_ID_MASK);
	for (int slot = 0; slot < 2; slot++)
		VM_WARN_ON_ONCE((folio_mm_id(folio, slot) == MM_ID_DUMMY) !=
				(folio->_mm_id_mapcount[slot] == -1));
	VM_WARN_ON_ONCE(!shim_large_mapcount(folio) &&
			folio->_mm_ids & FOLIO_MM_IDS_SHARED_BIT);
}

/* Of a folio that no other CPU can see. */
static __always_inline void folio_set_large_mapcount(struct folio *folio, int mapcount,
						     struct vm_area_struct *vma)
{
	__folio_large_mapcount_sanity_checks(folio, mapcount, vma->vm_mm->mm_id);
	VM_WARN_ON_ONCE(folio_mm_id(folio, 0) || folio_mm_id(folio, 1));
	atomic_set(&folio->_large_mapcount, mapcount - 1);
	folio->_mm_id_mapcount[0] = mapcount - 1;
	shim_set_mm_id(folio, 0, vma->vm_mm->mm_id);
}

/* An MM that finds no free slot is not known. The flag then says that. */
static __always_inline void shim_add_locked(struct folio *folio, int diff,
					    struct vm_area_struct *vma)
{
	const mm_id_t id = vma->vm_mm->mm_id;
	int slot;

	__folio_large_mapcount_sanity_checks(folio, diff, id);
	atomic_set(&folio->_large_mapcount, atomic_read(&folio->_large_mapcount) + diff);
	slot = shim_slot_of(folio, id);
	if (slot < 0) {
		slot = shim_slot_of(folio, MM_ID_DUMMY);
		if (slot >= 0)
			shim_set_mm_id(folio, slot, id);
		if (slot >= 0 && shim_large_mapcount(folio) != diff)
			folio->_mm_ids |= FOLIO_MM_IDS_SHARED_BIT;
	}
	if (slot >= 0)
		folio->_mm_id_mapcount[slot] += diff;
}

static __always_inline void folio_add_large_mapcount(struct folio *folio, int diff,
						     struct vm_area_struct *vma)
{
	folio_lock_large_mapcount(folio);
	shim_add_locked(folio, diff, vma);
	folio_unlock_large_mapcount(folio);
}

/* A slot may know too few mappings, so its count ends at -1. */
static __always_inline void shim_sub_locked(struct folio *folio, int diff,
					    struct vm_area_struct *vma)
{
	const mm_id_t id = vma->vm_mm->mm_id;
	int large, slot;

	__folio_large_mapcount_sanity_checks(folio, diff, id);
	large = atomic_read(&folio->_large_mapcount) - diff;
	atomic_set(&folio->_large_mapcount, large);
	slot = shim_slot_of(folio, id);
	if (slot >= 0) {
		folio->_mm_id_mapcount[slot] = max(folio->_mm_id_mapcount[slot] - diff, -1);
		if (folio->_mm_id_mapcount[slot] < 0)
			shim_set_mm_id(folio, slot, MM_ID_DUMMY);
	}
	if (slot < 0 || folio->_mm_id_mapcount[slot] < 0)
		for (slot = 0; slot < 2; slot++)
			if (folio->_mm_id_mapcount[slot] == large)
				folio->_mm_ids &= ~FOLIO_MM_IDS_SHARED_BIT;
}

static __always_inline void folio_sub_large_mapcount(struct folio *folio, int diff,
						     struct vm_area_struct *vma)
{
	folio_lock_large_mapcount(folio);
	shim_sub_locked(folio, diff, vma);
	folio_unlock_large_mapcount(folio);
}

#ifdef CONFIG_RMAP_LAYOUT

/* The program that links the sources decides both. */
extern bool shim_layouts_vary;
extern bool shim_layout_none;

enum rmap_layout {
	RMAP_LAYOUT_PAGE,
	RMAP_LAYOUT_NONE,
};

static __always_inline bool rmap_layout_varies(void)
{
	return __atomic_load_n(&shim_layouts_vary, __ATOMIC_RELAXED);
}

/* The bit is stable for whoever asks; the rest of the word is not. */
static shim_unseen enum rmap_layout folio_large_layout(const struct folio *folio)
{
	return READ_ONCE(folio->_mm_ids) & FOLIO_MM_IDS_NONE_BIT ? RMAP_LAYOUT_NONE :
								   RMAP_LAYOUT_PAGE;
}

/*
 * While nothing maps the folio, what belongs to one of the layouts is at rest:
 * nobody may have changed it before the first mapping was in _large_mapcount, or
 * after the last one was not.
 */
static __always_inline void shim_check_rest(const struct folio *folio)
{
	VM_WARN_ON_ONCE(atomic_read(&folio->_entire_mapcount) != -1);
	VM_WARN_ON_ONCE(atomic_read(&folio->_nr_pages_mapped));
	for (long i = 0; i < folio_nr_pages(folio); i++)
		VM_WARN_ON_ONCE(atomic_read(&folio_page(folio, i)->_mapcount) != -1);
}

static __always_inline void __folio_choose_layout(struct folio *folio)
{
	VM_WARN_ON_ONCE(folio->_mm_ids & FOLIO_MM_IDS_NONE_BIT);
	shim_check_rest(folio);
	if (__atomic_load_n(&shim_layout_none, __ATOMIC_RELAXED))
		folio->_mm_ids |= FOLIO_MM_IDS_NONE_BIT;
}

static __always_inline void __folio_forget_layout(struct folio *folio)
{
	shim_check_rest(folio);
	folio->_mm_ids &= ~FOLIO_MM_IDS_NONE_BIT;
}

/* Return: true if the folio has page mapcounts. Nobody else sees it. */
static __always_inline bool folio_choose_layout(struct folio *folio)
{
	if (!rmap_layout_varies())
		return true;
	if (__atomic_load_n(&shim_layout_none, __ATOMIC_RELAXED))
		folio->_mm_ids |= FOLIO_MM_IDS_NONE_BIT;
	return !(folio->_mm_ids & FOLIO_MM_IDS_NONE_BIT);
}

static __always_inline int folio_raise_large_mapcount(struct folio *folio, int nr,
						      struct vm_area_struct *vma)
{
	int now;

	folio_lock_large_mapcount(folio);
	shim_add_locked(folio, nr, vma);
	now = shim_large_mapcount(folio);
	if (now == nr)
		__folio_choose_layout(folio);
	folio_unlock_large_mapcount(folio);
	return now;
}

static __always_inline int folio_lower_large_mapcount(struct folio *folio, int nr,
						      struct vm_area_struct *vma)
{
	int left;

	folio_lock_large_mapcount(folio);
	shim_sub_locked(folio, nr, vma);
	left = shim_large_mapcount(folio);
	if (!left)
		__folio_forget_layout(folio);
	folio_unlock_large_mapcount(folio);
	return left;
}

/* The tests do not change the layout by way of the module. */
int rmap_layout_set(enum rmap_layout layout);
enum rmap_layout rmap_layout_get(void);
unsigned long rmap_layout_nr_none(void);

#endif /* CONFIG_RMAP_LAYOUT */

#include_next <linux/rmap.h>

#endif
