// SPDX-License-Identifier: GPL-2.0
/*
 * The walk over the VMAs that cover a range of pages of one mapping. It does
 * what rmap_walk() does for a folio, but for one or several folios, and in
 * turns. A turn ends when another task wants the lock, and the next turn
 * continues where it ended.
 *
 * The trees are the kernel's. The kernel exports no iterator, but it has the
 * header that makes one. Nothing here changes the trees.
 */

#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/interval_tree_generic.h>
#include <linux/pagemap.h>
#include <linux/rwsem.h>
#include <linux/sched/signal.h>

#include "hooks.h"
#include "host_read.h"
#include "walk.h"

/* Turns in a row without progress before giving up; us between two turns. */
#define WALK_TURNS		32
#define WALK_WAIT_US		100
/* A turn does at least 1 of so many VMAs that it has to pass first. */
#define WALK_SHARE		16

static inline pgoff_t file_first(struct vm_area_struct *vma)
{
	return host_start_index(vma, false);
}

static inline pgoff_t file_last(struct vm_area_struct *vma)
{
	return host_start_index(vma, false) + vma_pages(vma) - 1;
}

static inline pgoff_t anon_first(struct anon_vma_chain *avc)
{
	return host_start_index(avc->vma, true);
}

static inline pgoff_t anon_last(struct anon_vma_chain *avc)
{
	return host_start_index(avc->vma, true) + vma_pages(avc->vma) - 1;
}

INTERVAL_TREE_DEFINE(struct vm_area_struct, shared.rb, unsigned long,
		     shared.rb_subtree_last, file_first, file_last,
		     static inline, file_tree)
INTERVAL_TREE_DEFINE(struct anon_vma_chain, rb, unsigned long, rb_subtree_last,
		     anon_first, anon_last, static inline, anon_tree)

/**
 * struct walk_turn - one turn of a walk
 * @rwsem: the lock, held for reading
 * @nr: VMAs passed in this turn, including those of earlier turns
 * @hash: of those VMAs
 * @enough: the lock may be lent once @nr is that large
 */
struct walk_turn {
	struct rw_semaphore *rwsem;
	unsigned long nr, hash, enough;
};

static struct walk_turn walk_turn_begin(struct walk_vmas *v,
					struct rw_semaphore *rwsem, void *tree)
{
	struct walk_turn turn = {
		.rwsem = rwsem,
		.hash = (unsigned long)tree,
		.enough = v->nr + 1 + v->nr / WALK_SHARE,
	};

	if (!v->nr)
		v->hash = turn.hash;
	return turn;
}

static void walk_turn_pass(struct walk_turn *turn,
			   const struct vm_area_struct *vma)
{
	turn->nr++;
	turn->hash = hash_long(turn->hash ^ (unsigned long)vma, BITS_PER_LONG);
}

/*
 * Each turn makes progress by at least one VMA, however many tasks wait for the
 * lock. The more VMAs a turn has to pass first, the more it does, so that
 * passing does not become most of the work.
 */
static int walk_turn_vma(struct walk_vmas *v, struct walk_turn *turn,
			 struct vm_area_struct *vma)
{
	int err;

	cond_resched();
	if (turn->nr < v->nr) {
		walk_turn_pass(turn, vma);
		return turn->nr == v->nr && turn->hash != v->hash ? -ESTALE : 0;
	}
	if (walk_is_interrupted())
		return -EINTR;
	if (turn->nr >= turn->enough && rwsem_is_contended(turn->rwsem))
		return -EAGAIN;
	err = v->fn(vma, v->arg);
	if (err)
		return err;
	walk_turn_pass(turn, vma);
	v->nr = turn->nr;
	v->hash = turn->hash;
	return 0;
}

static int walk_turn_end(const struct walk_vmas *v,
			 const struct walk_turn *turn, int err)
{
	return err ?: turn->nr < v->nr ? -ESTALE : 0;
}

/**
 * walk_anon_vmas - call a function for each VMA of a range of an anon_vma
 * @anon_vma: locked, by walk_trylock_anon()
 * @v: what to do, and how much of it is done
 *
 * Context: Process context, sleeps only if the function does.
 * Return: 0; -EAGAIN if a task waits for the lock, or the function returned it:
 * release the lock, and call this again with the same @v; -ESTALE if the VMAs
 * that were walked have changed; -EINTR if there is a signal.
 */
int walk_anon_vmas(struct anon_vma *anon_vma, struct walk_vmas *v)
{
	struct walk_turn turn = walk_turn_begin(v, &anon_vma->root->rwsem,
						anon_vma);
	struct anon_vma_chain *avc;
	int err = 0;

	lockdep_assert_held(&anon_vma->root->rwsem);

	for (avc = anon_tree_iter_first(&anon_vma->rb_root, v->first, v->last);
	     avc && !err; avc = anon_tree_iter_next(avc, v->first, v->last))
		err = walk_turn_vma(v, &turn, avc->vma);
	return walk_turn_end(v, &turn, err);
}

/**
 * walk_file_vmas - call a function for each VMA of a range of a file
 * @mapping: of the file; its i_mmap_rwsem is held for reading
 * @v: what to do, and how much of it is done
 *
 * Context: Process context, sleeps only if the function does.
 * Return: as walk_anon_vmas().
 */
int walk_file_vmas(struct address_space *mapping, struct walk_vmas *v)
{
	struct walk_turn turn = walk_turn_begin(v, &mapping->i_mmap_rwsem,
						mapping);
	struct vm_area_struct *vma;
	int err = 0;

	lockdep_assert_held(&mapping->i_mmap_rwsem);

	for (vma = file_tree_iter_first(&mapping->i_mmap, v->first, v->last);
	     vma && !err; vma = file_tree_iter_next(vma, v->first, v->last))
		err = walk_turn_vma(v, &turn, vma);
	return walk_turn_end(v, &turn, err);
}

/**
 * walk_wait - let other tasks have the lock between two turns
 * @v: the walk
 *
 * This waits for a time, because other tasks do not tell when they release the
 * lock. Waiting in line for the lock would keep others from the folio lock,
 * which comes before it.
 *
 * Context: Process context, without the lock.
 * Return: false if the last turns made no progress: give up.
 */
bool walk_wait(struct walk_vmas *v)
{
	v->nr_stuck = v->nr == v->nr_waited ? v->nr_stuck + 1 : 0;
	v->nr_waited = v->nr;
	if (v->nr_stuck == WALK_TURNS || walk_is_interrupted())
		return false;
	usleep_range_state(WALK_WAIT_US, 2 * WALK_WAIT_US, TASK_INTERRUPTIBLE);
	return true;
}
