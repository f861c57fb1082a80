// SPDX-License-Identifier: GPL-2.0
/*
 * The walk over the mappings of a folio, for readers.
 *
 * Every lock that comes after the folio lock is only tried, and given up as
 * soon as another task wants it. A reader must not make others wait, and
 * hugetlb takes the folio lock and i_mmap_rwsem in another order.
 */

#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/hugetlb.h>
#include <linux/idr.h>
#include <linux/memory_hotplug.h>
#include <linux/mmap_lock.h>
#include <linux/page-flags.h>
#include <linux/pagemap.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "hooks.h"
#include "host_read.h"
#include "snapshot.h"
#include "walk.h"

static const char *const level_texts[] = {
	[WALK_PTE]	= "pte",
	[WALK_PMD]	= "pmd",
	[WALK_PUD]	= "pud",
	[WALK_HUGETLB]	= "hugetlb",
};

static_assert(ARRAY_SIZE(level_texts) == NR_WALK_LEVELS);

/**
 * walk_level_text - return the word for a level
 * @level: the level
 *
 * Context: Any.
 * Return: the word.
 */
const char *walk_level_text(enum walk_level level)
{
	return level_texts[level];
}

/**
 * walk_kind - tell what a folio is to the rmap
 * @folio: the folio; the caller has a reference
 *
 * A driver may have mapped a folio that is not in the page cache. Such a folio
 * has no reverse map.
 *
 * Context: Any. Without the folio lock, the answer may be out of date.
 * Return: the kind.
 */
enum rmap_ab_kind walk_kind(const struct folio *folio)
{
	if (folio_is_zone_device(folio))
		return RMAP_AB_KIND_DEVICE;
	return snapshot_kind(READ_ONCE(*host_flags(folio)),
			     (unsigned long)READ_ONCE(folio->mapping),
			     atomic_read(&folio->_mapcount),
			     folio_ref_count(folio));
}

static struct folio *walk_try_get(struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!folio_try_get(folio))
		return NULL;
	if (page_folio(page) == folio)
		return folio;
	folio_put(folio);
	return NULL;
}

/**
 * walk_get_folio - take a reference on the folio of a page frame
 * @pfn: any number
 *
 * Context: Any.
 * Return: the folio, or NULL if the frame does not exist, is free, or frozen.
 */
struct folio *walk_get_folio(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	return page ? walk_try_get(page) : NULL;
}

/**
 * walk_get_device_folio - do the same for the memory of a device
 * @pfn: any number
 * @pgmap: set to the device's pagemap, with a reference. It keeps the device, and
 *	   so the inode that a folio of DAX points to. The caller puts it after
 *	   the folio
 *
 * Context: Process context.
 * Return: the folio; NULL if there is none, or if such memory cannot be walked.
 */
struct folio *walk_get_device_folio(unsigned long pfn,
				    struct dev_pagemap **pgmap)
{
	struct folio *folio = NULL;
	struct page *page;

	*pgmap = HOST_WALKS_DEVICES ? host_get_pgmap(pfn) : NULL;
	if (!*pgmap)
		return NULL;
	page = pfn_to_page(pfn);
	/* Other struct pages may not have been initialised yet. */
	if (!PagePoisoned(page) && host_pgmap(page_folio(page)) == *pgmap)
		folio = walk_try_get(page);
	if (!folio) {
		put_dev_pagemap(*pgmap);
		*pgmap = NULL;
	}
	return folio;
}

/* Return: true if that is new. Without room: false, and w->overflow is set. */
static bool walk_is_new(struct walk *w, const void *owner, unsigned long where)
{
	struct walk_seen *seen = w->seen;
	unsigned int i = hash_long((unsigned long)owner ^ where,
				   ilog2(WALK_SEEN_SLOTS));

	while (seen->slot[i].turn == seen->turn) {
		if (seen->slot[i].owner == owner &&
		    seen->slot[i].where == where)
			return false;
		i = (i + 1) % WALK_SEEN_SLOTS;
	}
	if (seen->nr >= WALK_SEEN_SLOTS * 3 / 4) {
		w->overflow = true;
		return false;
	}
	seen->nr++;
	seen->slot[i].turn = seen->turn;
	seen->slot[i].owner = owner;
	seen->slot[i].where = where;
	return true;
}

static void walk_forget(struct walk_seen *seen)
{
	seen->nr = 0;
	if (!++seen->turn) {
		memset(seen->slot, 0, sizeof(seen->slot));
		seen->turn = 1;
	}
}

/* A page table of hugetlb, one level above PTEs, may belong to several VMAs. */
static bool walk_is_shared(const struct page_vma_mapped_walk *pvmw)
{
	return huge_page_size(hstate_vma(pvmw->vma)) == PMD_SIZE &&
	       hugetlb_pmd_shared(pvmw->pte);
}

static bool walk_fill_leaf(swp_entry_t leaf, struct walk_entry *entry)
{
	if (host_leaf_is_migration(leaf)) {
		entry->migration = true;
		entry->writable = host_leaf_is_migration_write(leaf);
		entry->anon_exclusive = entry->writable ||
				host_leaf_is_migration_exclusive(leaf);
		return true;
	}
	/*
	 * An entry for private memory of a device is a mapping. Whether an
	 * entry for exclusive access of a device to our memory is one depends
	 * on the kernel.
	 */
	entry->writable = host_leaf_is_device_write(leaf);
	return host_leaf_is_device(leaf) || host_leaf_is_counted(leaf);
}

static bool walk_fill_pte(const struct page_vma_mapped_walk *pvmw,
			  struct folio *folio, struct walk_entry *entry)
{
	const pte_t pte = ptep_get(pvmw->pte);
	unsigned long pfn;

	if (pte_present(pte)) {
		/* A special PTE maps a frame number, and is not counted. */
		if (pte_special(pte))
			return false;
		pfn = pte_pfn(pte);
		entry->writable = pte_write(pte);
	} else {
		swp_entry_t leaf = host_leaf_of_pte(pte);

		if (!walk_fill_leaf(leaf, entry))
			return false;
		pfn = host_leaf_pfn(leaf);
	}
	entry->level = WALK_PTE;
	entry->first = pfn - folio_pfn(folio);
	entry->nr = 1;
	return entry->first < folio_nr_pages(folio);
}

static bool walk_fill_pmd(const struct page_vma_mapped_walk *pvmw,
			  struct folio *folio, struct walk_entry *entry)
{
	const pmd_t pmd = pmdp_get(pvmw->pmd);

	entry->level = WALK_PMD;
	entry->nr = folio_nr_pages(folio);
	if (!pmd_present(pmd))
		return walk_fill_leaf(host_leaf_of_pmd(pmd), entry);
	entry->writable = pmd_write(pmd);
	return true;
}

static bool walk_fill_hugetlb(const struct page_vma_mapped_walk *pvmw,
			      struct folio *folio, struct walk_entry *entry)
{
	const pte_t pte = huge_ptep_get(pvmw->vma->vm_mm, pvmw->address,
					pvmw->pte);

	entry->level = WALK_HUGETLB;
	entry->nr = folio_nr_pages(folio);
	if (!pte_present(pte))
		return walk_fill_leaf(host_leaf_of_pte(pte), entry);
	entry->writable = huge_pte_write(pte);
	return true;
}

static bool walk_fill(struct walk *w, const struct page_vma_mapped_walk *pvmw,
		      struct walk_entry *entry)
{
	struct folio *folio = w->folio;
	bool found;

	if (is_vm_hugetlb_page(pvmw->vma))
		found = walk_fill_hugetlb(pvmw, folio, entry);
	else if (pvmw->pte)
		found = walk_fill_pte(pvmw, folio, entry);
	else
		found = walk_fill_pmd(pvmw, folio, entry);
	if (found && !entry->migration && folio_test_anon(folio))
		entry->anon_exclusive =
			PageAnonExclusive(folio_page(folio, entry->first));
	return found;
}

static bool walk_counts(struct walk *w, const struct page_vma_mapped_walk *pvmw)
{
	if (folio_test_ksm(w->folio))
		return walk_is_new(w, pvmw->vma->vm_mm, pvmw->address);
	if (w->flags & WALK_TABLES_ONCE && is_vm_hugetlb_page(pvmw->vma) &&
	    walk_is_shared(pvmw))
		return walk_is_new(w, NULL, (unsigned long)pvmw->pte);
	return true;
}

/*
 * PVMW_SYNC takes the lock first. Without the lock, an entry may be clear for a
 * moment, while another CPU changes it. If VMAs are only tried, w->vma() is
 * called when the first entry is found in one.
 */
static void walk_entries(struct walk *w, struct vm_area_struct *vma,
			 unsigned long address, unsigned int flags)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, w->folio, vma, address, PVMW_SYNC | flags);
	bool told = !w->searching || !w->vma;

	while (page_vma_mapped_walk(&pvmw)) {
		struct walk_entry entry = { .address = pvmw.address };

		if (!walk_fill(w, &pvmw, &entry) || !walk_counts(w, &pvmw))
			continue;
		if (!told)
			w->vma(w, vma);
		told = true;
		w->has_found = true;
		w->entry(w, &entry);
	}
}

/*
 * Hugetlb aside, only a folio of a DAX device has this size. Such a device is
 * mapped by PUDs alone, which page_vma_mapped_walk() does not know.
 */
static bool walk_is_by_pud(const struct folio *folio)
{
	return folio_nr_pages(folio) == PUD_SIZE >> PAGE_SHIFT &&
	       !folio_test_hugetlb(folio);
}

/* The lock of the file keeps the page tables of its VMAs. */
static void walk_pud(struct walk *w, struct vm_area_struct *vma,
		     unsigned long address)
{
	struct walk_entry entry = {
		.address = address,
		.nr = folio_nr_pages(w->folio),
		.level = WALK_PUD,
	};
	pgd_t *pgd = pgd_offset(vma->vm_mm, address);
	p4d_t *p4d;
	pud_t *pudp, pud;

	if (!IS_ALIGNED(address, PUD_SIZE) || !pgd_present(*pgd))
		return;
	p4d = p4d_offset(pgd, address);
	if (!p4d_present(*p4d))
		return;
	pudp = pud_offset(p4d, address);
	spin_lock(pud_lockptr(vma->vm_mm, pudp));
	pud = pudp_get(pudp);
	if (pud_present(pud) && pud_leaf(pud) &&
	    pud_pfn(pud) == folio_pfn(w->folio)) {
		entry.writable = pud_write(pud);
		w->has_found = true;
		w->entry(w, &entry);
	}
	spin_unlock(pud_lockptr(vma->vm_mm, pudp));
}

/* Return: 0; -EAGAIN if the mm is being changed, and that matters. */
static int walk_vma(struct walk *w, struct vm_area_struct *vma,
		    unsigned long address)
{
	const bool settled = w->flags & WALK_SETTLED;

	if (settled && !mmap_read_trylock(vma->vm_mm))
		return -EAGAIN;
	w->moving |= vma_is_temporary_stack(vma);
	if (w->vma && !w->searching)
		w->vma(w, vma);
	if (walk_is_by_pud(w->folio)) {
		walk_pud(w, vma, address);
	} else {
		walk_entries(w, vma, address, 0);
		if (w->flags & WALK_MIGRATION)
			walk_entries(w, vma, address, PVMW_MIGRATION);
	}
	if (settled)
		mmap_read_unlock(vma->vm_mm);
	return 0;
}

/* Walk a VMA from where the folio, or its first page there, would be. */
static int walk_vma_of_folio(struct vm_area_struct *vma, void *arg)
{
	struct walk *w = arg;
	const pgoff_t start = host_start_index(vma, folio_test_anon(w->folio));
	const pgoff_t index = max(folio_pgoff(w->folio), start);

	return walk_vma(w, vma, vma->vm_start + ((index - start) << PAGE_SHIFT));
}

/**
 * walk_trylock_anon - lock the anon_vma by which an anon folio can be found
 * @folio: the folio; the caller has a reference
 * @unmapped: set if the folio is not mapped: then nothing keeps the anon_vma
 *	      alive, and it must not even be read
 *
 * It follows folio_lock_anon_vma_read() in mm/rmap.c, which waits for the lock.
 * A task that frees an anon_vma waits for those that locked it while its folio
 * was mapped.
 *
 * Context: Any. With HOST_ANON_NEEDS_LOCK, the folio is locked. Otherwise, the
 * folio lock is not needed.
 * Return: the anon_vma, locked for reading; NULL if that did not work.
 */
struct anon_vma *walk_trylock_anon(const struct folio *folio, bool *unmapped)
{
	struct anon_vma *anon_vma = NULL;
	struct rw_semaphore *rwsem;
	unsigned long mapping;

	/* The slab is SLAB_TYPESAFE_BY_RCU. */
	rcu_read_lock();
	mapping = (unsigned long)READ_ONCE(folio->mapping);
	*unmapped = !folio_mapped(folio);
	if ((mapping & HOST_MAPPING_FLAGS) != HOST_MAPPING_ANON || *unmapped)
		goto unlock;

	anon_vma = (struct anon_vma *)(mapping - HOST_MAPPING_ANON);
	rwsem = &READ_ONCE(anon_vma->root)->rwsem;
	if (!down_read_trylock(rwsem)) {
		anon_vma = NULL;
		goto unlock;
	}
	*unmapped = !folio_mapped(folio);
	/* The folio may have moved to another process's anon_vma meanwhile. */
	if (*unmapped || (unsigned long)READ_ONCE(folio->mapping) != mapping) {
		up_read(rwsem);
		anon_vma = NULL;
	}
unlock:
	rcu_read_unlock();
	return anon_vma;
}

/**
 * walk_unlock_anon - undo walk_trylock_anon()
 * @anon_vma: what walk_trylock_anon() returned
 *
 * Context: Any.
 */
void walk_unlock_anon(struct anon_vma *anon_vma)
{
	up_read(&anon_vma->root->rwsem);
}

static void walk_begin(struct walk *w)
{
	if (w->seen)
		walk_forget(w->seen);
	w->moving = false;
	w->overflow = false;
	w->searching = false;
	w->has_found = false;
	w->err = 0;
}

static struct walk_vmas walk_vmas_of_folio(struct walk *w)
{
	const pgoff_t first = folio_pgoff(w->folio);

	return (struct walk_vmas) {
		.first = first,
		.last = first + folio_nr_pages(w->folio) - 1,
		.fn = walk_vma_of_folio,
		.arg = w,
	};
}

/* Return: an mm of the process, with a reference, or NULL. */
static struct mm_struct *walk_get_mm(struct task_struct *process)
{
	struct task_struct *thread;
	struct mm_struct *mm;

	/* The first thread may be gone before the others. */
	for_each_thread(process, thread) {
		mm = get_task_mm(thread);
		if (mm)
			return mm;
	}
	return NULL;
}

/*
 * Find the first process from number @nr on, and take a reference on its mm, if
 * it has one. Return: false if there is no such process.
 */
static bool walk_next_mm(int *nr, struct mm_struct **mm)
{
	struct task_struct *process;
	struct pid *pid;

	*mm = NULL;
	rcu_read_lock();
	pid = idr_get_next(&init_pid_ns.idr, nr);
	process = pid ? pid_task(pid, PIDTYPE_TGID) : NULL;
	if (process)
		*mm = walk_get_mm(process);
	rcu_read_unlock();
	return pid;
}

static int walk_search_mm(struct walk *w, struct mm_struct *mm)
{
	const pgoff_t first = folio_pgoff(w->folio);
	struct vm_area_struct *vma;
	struct vma_iterator vmi;
	int err = 0;

	/* Processes can share an mm, as after vfork(). */
	if (w->seen && !walk_is_new(w, mm, 0))
		return 0;
	/* The folio lock is held, which comes after mmap_lock: only try. */
	if (!mmap_read_trylock(mm))
		return -EAGAIN;
	vma_iter_init(&vmi, mm, 0);
	for_each_vma(vmi, vma) {
		if (!vma->anon_vma ||
		    is_vm_hugetlb_page(vma) != folio_test_hugetlb(w->folio) ||
		    first + folio_nr_pages(w->folio) <=
		    host_start_index(vma, true) ||
		    first >= host_start_index(vma, true) + vma_pages(vma))
			continue;
		err = walk_vma_of_folio(vma, w);
		if (err)
			break;
	}
	mmap_read_unlock(mm);
	return err;
}

/*
 * No mapping is counted, so nothing keeps the anon_vma. If the folio has more
 * references than it should, one of them may belong to a mapping that was not
 * counted. Then all processes are searched.
 */
static int walk_uncounted(struct walk *w)
{
	struct folio *folio = w->folio;
	const int known = 1 + (folio_test_swapcache(folio) ?
			       folio_nr_pages(folio) : 0);
	struct mm_struct *mm;
	int nr, err = 0;

	if (folio_ref_count(folio) <= known)
		return -ENODATA;
	w->searching = true;
	for (nr = 1; !err && walk_next_mm(&nr, &mm); nr++) {
		if (walk_is_interrupted())
			err = -EINTR;
		if (mm && !err)
			err = walk_search_mm(w, mm);
		if (mm)
			/* The last reference must not go under our lock. */
			mmput_async(mm);
		cond_resched();
	}
	return err ?: w->has_found ? 0 : -ENODATA;
}

static int walk_anon(struct walk *w)
{
	struct walk_vmas v = walk_vmas_of_folio(w);
	struct anon_vma *anon_vma;
	bool unmapped;
	int err;

	do {
		err = -EAGAIN;
		anon_vma = walk_trylock_anon(w->folio, &unmapped);
		if (anon_vma) {
			err = walk_anon_vmas(anon_vma, &v);
			walk_unlock_anon(anon_vma);
		} else if (unmapped) {
			return v.nr ? -EAGAIN : walk_uncounted(w);
		}
	} while (err == -EAGAIN && walk_wait(&v));
	return err == -ESTALE ? -EAGAIN : err;
}

/* The folio lock or the inode keeps @mapping. */
static int walk_file(struct walk *w, struct address_space *mapping)
{
	struct walk_vmas v = walk_vmas_of_folio(w);
	int err;

	do {
		err = -EAGAIN;
		if (i_mmap_trylock_read(mapping)) {
			err = walk_file_vmas(mapping, &v);
			i_mmap_unlock_read(mapping);
		}
	} while (err == -EAGAIN && walk_wait(&v));
	return err == -ESTALE ? -EAGAIN : err;
}

static bool walk_ksm_vma(struct folio *folio, struct vm_area_struct *vma,
			 unsigned long address, void *arg)
{
	struct walk *w = arg;

	w->err = walk_is_interrupted() ? -EINTR : walk_vma(w, vma, address);
	return !w->err;
}

static int walk_ksm_done(struct folio *folio)
{
	return walk_is_interrupted();
}

/* Only the kernel knows where KSM's folios are mapped. */
static int walk_ksm(struct walk *w)
{
	struct rmap_walk_control rwc = {
		.arg = w,
		.rmap_one = walk_ksm_vma,
		.done = walk_ksm_done,
		.try_lock = true,
	};

	rmap_walk(w->folio, &rwc);
	if (walk_is_interrupted())
		return -EINTR;
	return rwc.contended ? -EAGAIN : w->err;
}

/* The inode keeps the mapping; inodes are freed by RCU, as GUP-fast relies on. */
static struct inode *walk_grab_inode(const struct folio *folio)
{
	struct address_space *mapping;
	struct inode *inode = NULL;

	rcu_read_lock();
	mapping = READ_ONCE(folio->mapping);
	if (mapping && !((unsigned long)mapping & HOST_MAPPING_FLAGS) &&
	    mapping->host)
		inode = igrab(mapping->host);
	rcu_read_unlock();
	return inode;
}

static int walk_by_inode(struct walk *w)
{
	struct inode *inode = walk_grab_inode(w->folio);
	int err;

	if (!inode)
		return -ENOENT;
	err = walk_file(w, inode->i_mapping);
	iput(inode);
	return err;
}

/* DAX does not use the folio lock, so that this does not keep the mapping. */
static int walk_device(struct walk *w)
{
	if (!HOST_WALKS_DEVICES)
		return -ENOENT;
	return folio_test_anon(w->folio) ? walk_anon(w) : walk_by_inode(w);
}

/**
 * walk_folio - find every mapping of a folio
 * @w: the walk; its callbacks get the results
 *
 * Mappings that change meanwhile may be missed, or seen twice. The walk lends
 * the locks of the reverse map to tasks that wait for them.
 *
 * Context: Process context. The folio is locked. No lock of mm held.
 * Return: 0; -EAGAIN if a lock could not be taken; -EINTR if there is a signal;
 * -ENODATA if the folio is anon, its counters say that it is not mapped, and
 * nothing is known that contradicts them; -ENOENT if it has no reverse map.
 */
int walk_folio(struct walk *w)
{
	walk_begin(w);
	switch (walk_kind(w->folio)) {
	case RMAP_AB_KIND_KSM:
		return walk_ksm(w);
	case RMAP_AB_KIND_ANON:
		return walk_anon(w);
	case RMAP_AB_KIND_HUGETLB:
		if (folio_test_anon(w->folio))
			return walk_anon(w);
		break;
	case RMAP_AB_KIND_FILE:
	case RMAP_AB_KIND_SHMEM:
		break;
	case RMAP_AB_KIND_DEVICE:
		return walk_device(w);
	default:
		return -ENOENT;
	}
	return w->folio->mapping ? walk_file(w, w->folio->mapping) : -ENOENT;
}

/**
 * walk_folio_unlocked - find the mappings of a folio that another task locks
 * @w: the walk
 *
 * This is for a folio in migration: its migration entries shall be seen, but
 * the folio lock cannot be taken. A KSM folio cannot be walked this way, nor
 * can a folio that KSM takes over meanwhile.
 *
 * Context: Process context. May sleep. No lock of mm held.
 * Return: 0; -EAGAIN if a lock could not be taken, or if an anon folio is not
 * mapped: the task that holds its lock may be about to map it again, or if the
 * kernel lets nobody walk an anon folio without its lock; -EINTR if there is a
 * signal; -ENOENT if it is in no file.
 */
int walk_folio_unlocked(struct walk *w)
{
	int err;

	walk_begin(w);
	if (folio_test_anon(w->folio)) {
		if (HOST_ANON_NEEDS_LOCK)
			return -EAGAIN;
		err = walk_anon(w);
		return err == -ENODATA ? -EAGAIN : err;
	}
	return walk_by_inode(w);
}
