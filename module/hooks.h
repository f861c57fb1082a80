/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_HOOKS_H
#define _RMAP_AB_HOOKS_H
/*
 * The host kernel: all that depends on which kernel this is.
 */

#include <linux/kconfig.h>

#ifndef CONFIG_RMAP_OPS
#error "No CONFIG_RMAP_OPS here: apply kernel-hooks.patch to Linux 6.12 and enable it"
#endif

#include <linux/mm.h>
#include <linux/rmap_ops.h>

/*
 * What kernel-hooks.patch exports. Weak, so that a kernel without the patch
 * loads the module as far as its init function, which can then say what is
 * missing; "Unknown symbol" would not help anybody.
 */
#pragma weak rmap_builtin_ops
#pragma weak __rmap_ops_install
#pragma weak __rmap_ops_restore
#pragma weak rmap_ops_get
#pragma weak mlock_folio
#pragma weak munlock_folio
#pragma weak rmap_walk
#pragma weak page_vma_mapped_walk
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
#pragma weak deferred_split_folio
#pragma weak mthp_stats
#endif

/**
 * hooks_present - does the running kernel have CONFIG_RMAP_OPS?
 *
 * Context: Any. Nothing above may be used if the answer is no.
 * Return: true if it has.
 */
static inline bool hooks_present(void)
{
	return __rmap_ops_install;
}

#endif /* _RMAP_AB_HOOKS_H */
