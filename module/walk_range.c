// SPDX-License-Identifier: GPL-2.0
/*
 * The VMAs that cover a range of pages of one mapping: what rmap_walk() does for
 * a folio, for several folios at once.
 *
 * The trees are the kernel's; it exports no iterator, but the header that makes
 * one. Nothing here changes them.
 */

#include <linux/fs.h>
#include <linux/interval_tree_generic.h>
#include <linux/pagemap.h>

#include "hooks.h"
#include "walk.h"

static inline pgoff_t file_first(struct vm_area_struct *vma)
{
	return vma->vm_pgoff;
}

static inline pgoff_t file_last(struct vm_area_struct *vma)
{
	return vma->vm_pgoff + vma_pages(vma) - 1;
}

static inline pgoff_t anon_first(struct anon_vma_chain *avc)
{
	return file_first(avc->vma);
}

static inline pgoff_t anon_last(struct anon_vma_chain *avc)
{
	return file_last(avc->vma);
}

INTERVAL_TREE_DEFINE(struct vm_area_struct, shared.rb, unsigned long,
		     shared.rb_subtree_last, file_first, file_last,
		     static inline, file_tree)
INTERVAL_TREE_DEFINE(struct anon_vma_chain, rb, unsigned long, rb_subtree_last,
		     anon_first, anon_last, static inline, anon_tree)

/**
 * walk_anon_vmas - call a function for each VMA of a range of an anon_vma
 * @anon_vma: locked, by walk_trylock_anon()
 * @first: the first page of the range
 * @last: the last one
 * @fn: the function
 * @arg: for @fn
 *
 * Context: Process context, sleeps only if @fn does.
 */
void walk_anon_vmas(struct anon_vma *anon_vma, pgoff_t first, pgoff_t last,
		    walk_vma_fn fn, void *arg)
{
	struct anon_vma_chain *avc;

	lockdep_assert_held(&anon_vma->root->rwsem);

	for (avc = anon_tree_iter_first(&anon_vma->rb_root, first, last); avc;
	     avc = anon_tree_iter_next(avc, first, last)) {
		cond_resched();
		if (!fn(avc->vma, arg))
			break;
	}
}

/**
 * walk_file_vmas - call a function for each VMA of a range of a file
 * @mapping: of the file, i_mmap_rwsem held for reading
 * @first: the first page of the range
 * @last: the last one
 * @fn: the function
 * @arg: for @fn
 *
 * Context: Process context, sleeps only if @fn does.
 */
void walk_file_vmas(struct address_space *mapping, pgoff_t first, pgoff_t last,
		    walk_vma_fn fn, void *arg)
{
	struct vm_area_struct *vma;

	lockdep_assert_held(&mapping->i_mmap_rwsem);

	for (vma = file_tree_iter_first(&mapping->i_mmap, first, last); vma;
	     vma = file_tree_iter_next(vma, first, last)) {
		cond_resched();
		if (!fn(vma, arg))
			break;
	}
}
