/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_RMAP_OPS_H
#define _LINUX_RMAP_OPS_H
/*
 * The rmap interface as a set of operations that can be replaced while the
 * system runs. The functions' own documentation, in linux/rmap.h and mm/rmap.c,
 * is part of the contract.
 */

#include <linux/jump_label.h>
#include <linux/rcupdate.h>
#include <linux/rmap.h>
#include <linux/rmap_ops_list.h>
#include <linux/static_call.h>

struct module;

/*
 * OP(return type, name, (parameters), (arguments), ...) for every operation.
 *
 * Context: the page table lock of the entries concerned is held (fork: that of
 * the child, too), which implies an RCU read-side critical section. No sleeping.
 * With PREEMPT_RT, operations on one CPU may preempt each other.
 *
 * References: the caller holds at least one on the folio. The references that
 * new mappings need are taken before a mapping is added or duplicated (file
 * folios: sometimes after), and dropped after it has been removed.
 *
 * Layout: at every return, _mapcount, _entire_mapcount, _large_mapcount,
 * _nr_pages_mapped, PG_anon_exclusive, and the NR_*_MAPPED statistics are what
 * the kernel's own functions would have left: operations of different sets
 * follow one another on the same folio. No set may defer or cache counts.
 *
 * The page range is [page, page + nr_pages), within one folio. *_pte is one
 * page; those that have @nr_pages are always told 1. *_pmd is the whole folio,
 * of HPAGE_PMD_NR pages, by one PMD entry; *_pud, by a PUD's; hugetlb_*, by any.
 *
 * *_add_new_anon_rmap: first mapping of a new folio, all of it: by one PMD if
 *	that fits, else by PTEs. Nobody else can map it yet. Sets up mapping and
 *	index. The folio is locked unless @flags has RMAP_EXCLUSIVE.
 * *_add_anon_rmap: further mapping of pages of an anon (or KSM) folio. With
 *	RMAP_EXCLUSIVE in @flags, they become anon-exclusive. An anon folio is
 *	locked, or, while one process splits its own PMD mapping, stable by the
 *	page table lock.
 * *_try_dup_anon_rmap: at fork, one more mapping of each page, in @dst_vma (NULL if
 *	unknown), beside that in @src_vma, whose vm_mm->write_protect_seq is held
 *	for writing; clears anon-exclusive. Returns 0, or -EBUSY, with nothing
 *	changed, if a page is anon-exclusive and the folio may be pinned.
 * *_try_share_anon_rmap: clear anon-exclusive of a page whose entry has been
 *	cleared, before KSM, swap, or migration. Ordered against GUP-fast as
 *	linux/rmap.h explains. Returns 0, or -EBUSY, with nothing changed, if the
 *	folio may be pinned. Neither is ever -EBUSY for device-private folios.
 * *_add_file_rmap: mapping of a file, shmem or driver folio; hugetlb: at fork,
 *	too. *_dup_file_rmap: at fork. Of a PMD: no caller yet.
 * *_remove_rmap: a mapping of each page is gone. The last one of some page of an
 *	anon folio, while another is still mapped, queues it for deferred split.
 */
#define RMAP_OPS_TABLE(OP)	RMAP_OPS_LIST(OP, OP, OP, OP, OP)

/* One implementation of the rmap interface: every operation of the table. */
struct rmap_ops {
	const char *name;	/* for people */
#define RMAP_OP_MEMBER(ret, op, params, ...)	ret (*op)params;
	RMAP_OPS_TABLE(RMAP_OP_MEMBER)
#undef RMAP_OP_MEMBER
};

extern const struct rmap_ops rmap_builtin_ops;

int __rmap_ops_install(const struct rmap_ops *ops, struct module *owner);
int __rmap_ops_restore(struct module *owner);
#define rmap_ops_install(ops)	__rmap_ops_install(ops, THIS_MODULE)
#define rmap_ops_restore()	__rmap_ops_restore(THIS_MODULE)
const struct rmap_ops *rmap_ops_get(struct module **owner);

/*
 * The dispatchers have the kernel's names and prototypes. A function is called at
 * any rate: the call itself changes, unless that would mean to load a pointer. What
 * is inlined is so behind one no-op; with a set installed, it is a direct call.
 * (Not static_branch_unlikely(): moving the call out of line costs fork more.)
 */
DECLARE_STATIC_KEY_FALSE(rmap_ops_key);

/* Macros, which have to be functions. builtin has no code just for one page. */
#undef folio_add_anon_rmap_pte
#undef folio_add_file_rmap_pte
#undef folio_remove_rmap_pte
#define folio_add_anon_rmap_pte_builtin	folio_add_anon_rmap_ptes_builtin
#define folio_add_file_rmap_pte_builtin	folio_add_file_rmap_ptes_builtin
#define folio_remove_rmap_pte_builtin	folio_remove_rmap_ptes_builtin

#define RMAP_DISPATCH(ret, op, params, call, own_args, is_function, given)	\
	DECLARE_STATIC_CALL(rmap_##op, *((struct rmap_ops *)0)->op);		\
	static __always_inline ret op params					\
	{									\
		given;								\
		RCU_LOCKDEP_WARN(!rcu_read_lock_any_held(),			\
				 #op "() without a page table lock");		\
		if ((is_function && IS_ENABLED(CONFIG_HAVE_STATIC_CALL_INLINE)) || \
		    static_key_false(&rmap_ops_key.key))			\
			return call;						\
		return op##_builtin own_args;					\
	}
#define RMAP_OP_FUNCTION(ret, op, params, args)					\
	RMAP_DISPATCH(ret, op, params, static_call(rmap_##op) args, args, true, )
#define RMAP_OP_ONE_PAGE(ret, op, params, args, own)				\
	RMAP_DISPATCH(ret, op, own, static_call(rmap_##op) args, args, true, const int nr_pages = 1)
#define RMAP_OP_INLINED(ret, op, params, args)					\
	RMAP_DISPATCH(ret, op, params, static_call(rmap_##op) args, args, false, )
/* An argument more here would cost builtin, in registers: so it is added elsewhere. */
#define RMAP_OP_ADAPTED(ret, op, params, args, own, own_args)			\
	ret op##_adapted own;							\
	RMAP_DISPATCH(ret, op, own, op##_adapted own_args, own_args, false, )
#define RMAP_OP_NONE(...)
RMAP_OPS_LIST(RMAP_OP_FUNCTION, RMAP_OP_ONE_PAGE, RMAP_OP_INLINED, RMAP_OP_ADAPTED, RMAP_OP_NONE)
#undef RMAP_DISPATCH
#undef RMAP_OP_FUNCTION
#undef RMAP_OP_ONE_PAGE
#undef RMAP_OP_INLINED
#undef RMAP_OP_ADAPTED

#endif	/* _LINUX_RMAP_OPS_H */
