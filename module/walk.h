/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_WALK_H
#define _RMAP_AB_WALK_H
/*
 * The walk of the reverse map, for readers: it finds what maps a folio.
 */

#include <linux/mm_types.h>
#include <linux/rmap_ab.h>
#include <linux/sched/signal.h>
#include <linux/types.h>

struct address_space;
struct anon_vma;
struct dev_pagemap;

/**
 * enum walk_level - what maps a folio
 * @WALK_PTE: page table entries, each of which maps one page
 * @WALK_PMD: a PMD, which maps all of the folio
 * @WALK_PUD: a PUD, which maps all of the folio: that of a DAX device
 * @WALK_HUGETLB: an entry of hugetlb at any level, which maps all of the folio
 * @NR_WALK_LEVELS: number of levels
 */
enum walk_level {
	WALK_PTE,
	WALK_PMD,
	WALK_PUD,
	WALK_HUGETLB,
	NR_WALK_LEVELS
};

/**
 * struct walk_entry - one page table entry that maps a folio
 * @address: the virtual address
 * @first: the first page of the folio that it maps
 * @nr: the number of pages
 * @level: what kind of entry it is
 * @writable: the entry allows the CPU to write
 * @anon_exclusive: the page (PMD, hugetlb: the folio) is anon-exclusive
 * @migration: a migration entry: it is no mapping, but will become one again
 */
struct walk_entry {
	unsigned long address;
	unsigned int first, nr;
	enum walk_level level;
	bool writable, anon_exclusive, migration;
};

/* Slots of the table that recognises aliases; a power of 2. */
#define WALK_SEEN_SLOTS		2048

/**
 * struct walk_seen - what a walk has already seen
 * @turn: number of the walk; slots of earlier walks count as empty
 * @nr: number of slots used in this walk
 * @slot: hash table with open addressing
 *
 * The walk of a KSM folio passes some mappings twice, and several VMAs can
 * share a page table of hugetlb.
 */
struct walk_seen {
	unsigned int turn, nr;
	struct {
		const void *owner;
		unsigned long where;
		unsigned int turn;
	} slot[WALK_SEEN_SLOTS];
};

/* A page table that several VMAs share counts once, as in the mapcounts. */
#define WALK_TABLES_ONCE	BIT(0)
/* Report migration entries, too. */
#define WALK_MIGRATION		BIT(1)
/*
 * Give up (-EAGAIN) if a VMA of the walk belongs to an mm that is being
 * changed. khugepaged detaches page tables whose entries are still counted, but
 * holds mmap_lock for writing all the while.
 */
#define WALK_SETTLED		BIT(2)

/**
 * struct walk - one walk over the mappings of a folio
 * @folio: the folio; the caller has a reference
 * @flags: WALK_TABLES_ONCE, and so on
 * @seen: memory to work with; may be NULL if the folio is anon, and not KSM
 * @vma: called for each VMA that covers the folio, before its entries: must not
 *	 sleep; or NULL
 * @entry: called for each entry, under its page table lock: must not sleep
 * @moving: set if a VMA is a stack that exec() has not yet put in its place:
 *	    the pages may not be where the reverse map expects them
 * @overflow: set if @seen was too small, so that there may be more mappings
 * @searching: set while VMAs are tried that may have no page of the folio
 * @has_found: set if there was an entry
 * @err: why KSM's walk ended early
 */
struct walk {
	struct folio *folio;
	unsigned int flags;
	struct walk_seen *seen;
	void (*vma)(struct walk *w, struct vm_area_struct *vma);
	void (*entry)(struct walk *w, const struct walk_entry *entry);
	bool moving, overflow;
	bool searching, has_found;
	int err;
};

/**
 * walk_is_interrupted - must the work for the current process end?
 *
 * Task work, such as that of io_uring, is no signal: it waits.
 *
 * Context: Process context.
 * Return: true if there is a signal.
 */
static inline bool walk_is_interrupted(void)
{
	return task_sigpending(current);
}

int walk_folio(struct walk *w);
int walk_folio_unlocked(struct walk *w);
const char *walk_level_text(enum walk_level level);

enum rmap_ab_kind walk_kind(const struct folio *folio);
struct folio *walk_get_folio(unsigned long pfn);
struct folio *walk_get_device_folio(unsigned long pfn,
				    struct dev_pagemap **pgmap);

struct anon_vma *walk_trylock_anon(const struct folio *folio, bool *unmapped);
void walk_unlock_anon(struct anon_vma *anon_vma);

/**
 * struct walk_vmas - a walk over the VMAs of a range of pages, in turns
 * @first: the first page
 * @last: the last one
 * @fn: called for each VMA; a result other than 0 ends the turn and is
 *	returned. After -EAGAIN, the next turn begins with this VMA
 * @arg: for @fn
 * @nr: number of VMAs that are done
 * @hash: of those VMAs, to notice if they change between two turns
 * @nr_waited: used by walk_wait()
 * @nr_stuck: used by walk_wait()
 *
 * All members from @nr on are 0 at first.
 */
struct walk_vmas {
	pgoff_t first, last;
	int (*fn)(struct vm_area_struct *vma, void *arg);
	void *arg;
	unsigned long nr, hash;
	unsigned long nr_waited;
	unsigned int nr_stuck;
};

int walk_anon_vmas(struct anon_vma *anon_vma, struct walk_vmas *v);
int walk_file_vmas(struct address_space *mapping, struct walk_vmas *v);
bool walk_wait(struct walk_vmas *v);

#endif /* _RMAP_AB_WALK_H */
