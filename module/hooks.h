/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_HOOKS_H
#define _RMAP_AB_HOOKS_H
/*
 * The hooks in the host kernel, and what else depends on which kernel that is.
 */

#include <linux/kconfig.h>

#ifndef CONFIG_RMAP_OPS
#error "No CONFIG_RMAP_OPS here: apply the hooks patch for this kernel, and enable it"
#endif

#include <linux/mm.h>
#include <linux/rmap_ops.h>

/* hosts/6.12/host.h, or that of the kernel that is being built for. */
#include "host.h"

/*
 * These symbols are exported by kernel-hooks.patch. They are weak, so that a
 * kernel without the patch loads the module as far as its init function. That
 * function says what is missing; "Unknown symbol" alone would not help.
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
 * Context: Any. If it does not, no symbol above may be used.
 * Return: true if it does.
 */
static inline bool hooks_present(void)
{
	return __rmap_ops_install;
}

#endif /* _RMAP_AB_HOOKS_H */
