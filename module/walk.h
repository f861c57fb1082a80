/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_WALK_H
#define _RMAP_AB_WALK_H
/*
 * Who maps a folio: the reverse map walked, for those that only look.
 */

#include <linux/mm_types.h>
#include <linux/rmap_ab.h>
#include <linux/sched/signal.h>
#include <linux/types.h>

struct address_space;
struct anon_vma;

/**
 * enum walk_level - by what a folio is mapped
 * @WALK_PTE: pages of it, by page table entries
 * @WALK_PMD: all of it, by one PMD
 * @WALK_HUGETLB: all of it, by an entry of hugetlb, whatever the table
 * @NR_WALK_LEVELS: number of levels
 */
enum walk_level {
	WALK_PTE,
	WALK_PMD,
	WALK_HUGETLB,
	NR_WALK_LEVELS
};

/**
 * struct walk_entry - one page table entry that maps a folio
 * @address: where
 * @first: the first page of the folio that it maps
 * @nr: how many
 * @level: by what
 * @writable: by the CPU, as the entry stands
 * @anon_exclusive: of the page (PMD, hugetlb: the folio)
 * @migration: no mapping, but the place of one: it comes back
 */
struct walk_entry {
	unsigned long address;
	unsigned int first, nr;
	enum walk_level level;
	bool writable, anon_exclusive, migration;
};

/* Entries of the table by which aliases are told apart; a power of 2. */
#define WALK_SEEN_SLOTS		2048

/**
 * struct walk_seen - what a walk has seen already
 * @turn: the walk; what earlier ones left counts as empty
 * @nr: used in this turn
 * @slot: hashed, open addressing
 *
 * The walk of a KSM folio comes along some mappings twice, and several VMAs can
 * have the same page table of hugetlb.
 */
struct walk_seen {
	unsigned int turn, nr;
	struct {
		const void *owner;
		unsigned long where;
		unsigned int turn;
	} slot[WALK_SEEN_SLOTS];
};

/* A page table that several VMAs share counts once: as the mapcounts do. */
#define WALK_TABLES_ONCE	BIT(0)
/* Migration entries, too. */
#define WALK_MIGRATION		BIT(1)
/*
 * Give up (-EAGAIN) if a VMA of the walk belongs to an mm that is being changed:
 * khugepaged detaches page tables whose entries are still counted, but has
 * mmap_lock for writing all the while.
 */
#define WALK_SETTLED		BIT(2)

/**
 * struct walk - one walk over the mappings of a folio
 * @folio: which; the caller has a reference
 * @flags: WALK_TABLES_ONCE, ...
 * @seen: memory to work with; may be NULL if the folio is anon, and not KSM
 * @vma: called for each VMA that covers the folio, before its entries: must not
 *	 sleep; or NULL
 * @entry: called for each entry, under its page table lock: must not sleep
 * @moving: set if a VMA is a stack that exec() has not put in its place yet:
 *	    where the reverse map expects the pages, they may not be
 * @overflow: set if @seen was too small, so that there may be more mappings
 * @searching: set while VMAs are tried that may have nothing to do with it
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
 * walk_is_interrupted - shall what the current process has asked for end?
 *
 * Task work, as io_uring's, is no signal: it waits.
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

struct anon_vma *walk_trylock_anon(const struct folio *folio, bool *unmapped);
void walk_unlock_anon(struct anon_vma *anon_vma);

/**
 * struct walk_vmas - a walk over the VMAs of a range of pages, in turns
 * @first: the first page
 * @last: the last one
 * @fn: called for each VMA; what is not 0 ends the turn, and is returned.
 *	-EAGAIN: the next turn begins with this VMA
 * @arg: for @fn
 * @nr: VMAs that are done
 * @hash: of those, so that one notices if they change between two turns
 * @nr_waited: used by walk_wait()
 * @nr_stuck: used by walk_wait()
 *
 * All from @nr on is 0 at first.
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
