// SPDX-License-Identifier: GPL-2.0
/*
 * Fault injection by the kernel's own means (lib/fault-inject.c): each fault
 * has a directory of knobs at the root of debugfs, and make-it-fail and
 * fail-nth work.
 *
 * An operation may refuse only if its caller has to be ready for that. These
 * are all callers in Linux 6.12, and what they do with -EBUSY:
 *
 * folio_try_dup_anon_rmap_ptes(), fork:
 *	copy_present_ptes(): takes its references back, returns -EAGAIN;
 *	copy_pte_range() allocates a page without locks and comes again, page by
 *	page, to the next one
 * folio_try_dup_anon_rmap_pte(), fork:
 *	copy_present_ptes(): copies to the page allocated before, or returns
 *	-EAGAIN for that to be done. The parent's PTE stays as it is
 *	copy_nonpresent_pte(), device-private: does not look at the result, so
 *	no fault is injected there
 * folio_try_dup_anon_rmap_pmd(), fork:
 *	copy_huge_pmd(): splits the parent's PMD, copy_pmd_range() goes on with
 *	the PTEs
 * hugetlb_try_dup_anon_rmap(), fork:
 *	copy_hugetlb_page_range(): allocates and copies a folio without locks;
 *	fork fails if none can be allocated
 * folio_try_share_anon_rmap_pte():
 *	try_to_unmap_one(), reclaim: frees the swap entry, puts the PTE back,
 *	ends the walk: the folio stays
 *	try_to_migrate_one(): puts the PTE back, ends the walk: the folio does
 *	not move, or is not split
 *	the same, device-private: warns of any result but 0, so no fault is
 *	injected there
 *	migrate_vma_collect_pmd(): puts the PTE back, leaves the page out. If
 *	the page is device-private, no fault is injected either
 *	write_protect_page(), KSM: puts the PTE back: the page is not merged
 * folio_try_share_anon_rmap_pmd():
 *	__split_huge_pmd_locked(): splits the PMD, but to present PTEs; a caller
 *	that wanted migration entries goes on with try_to_migrate_one()
 *	set_pmd_migration_entry(): puts the PMD back; try_to_migrate_one() ends
 *	the walk
 * hugetlb_try_share_anon_rmap():
 *	try_to_migrate_one(): puts the entry back, ends the walk
 *
 * No caller asks whether the page really is pinned, or anon-exclusive.
 */

#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/fault-inject.h>
#include <linux/kconfig.h>
#include <linux/sched.h>
#include <linux/rmap_ab.h>

#include "hooks.h"
#include "inject.h"
#include "trace.h"

static DECLARE_FAULT_ATTR(fail_rmap_try_dup);
static DECLARE_FAULT_ATTR(fail_rmap_try_share);
static DECLARE_FAULT_ATTR(fail_rmap_ab);

enum fault_id {
	FAULT_TRY_DUP,
	FAULT_TRY_SHARE,
	FAULT_AB,
	NR_FAULTS
};

/**
 * struct fault - what can be made to fail
 * @name: name of its directory
 * @attr: its knobs
 * @injected: how often it was injected; users may set it
 * @dir: its directory; NULL: there is none
 */
struct fault {
	const char *name;
	struct fault_attr *attr;
	atomic_t injected;
	struct dentry *dir;
};

static struct fault faults[] = {
	[FAULT_TRY_DUP] = {
		.name = RMAP_AB_FAULT_TRY_DUP,
		.attr = &fail_rmap_try_dup,
	},
	[FAULT_TRY_SHARE] = {
		.name = RMAP_AB_FAULT_TRY_SHARE,
		.attr = &fail_rmap_try_share,
	},
	[FAULT_AB] = {
		.name = RMAP_AB_FAULT_AB,
		.attr = &fail_rmap_ab,
	},
};

static_assert(ARRAY_SIZE(faults) == NR_FAULTS);

/* It is told of each injected fault. */
static void (*inject_listener)(const char *name, const char *operation);

/**
 * inject_set_listener - set the function that is told of each injected fault
 * @listener: also called under page table locks, so it must not sleep; both of
 *	      its arguments are constants. NULL: nobody is told
 *
 * Context: Process context. A call of the old listener may still be under way,
 * but none from an operation.
 */
void inject_set_listener(void (*listener)(const char *name,
					  const char *operation))
{
	WRITE_ONCE(inject_listener, listener);
}

/*
 * Count an injected fault, and report it to the tracepoint and to the listener.
 * Context: Any, also under page table locks: must not sleep.
 */
static void inject_report(struct fault *fault, const char *operation)
{
	void (*listener)(const char *name, const char *operation);

	atomic_inc(&fault->injected);
	trace_fault(current, fault->name, operation);
	listener = READ_ONCE(inject_listener);
	if (listener)
		listener(fault->name, operation);
}

/* @size: the knob "space" is reduced by this. */
static bool fault_hits(struct fault *fault, ssize_t size, const char *operation)
{
	if (!should_fail(fault->attr, size))
		return false;
	inject_report(fault, operation);
	return true;
}

/* If the caller cannot cope with a fault, the knobs are not even asked. */
static bool may_inject(const struct call *call)
{
	return call_may_fail(call) && !folio_is_device_private(call->folio);
}

static int inject_before(struct call *call)
{
	struct fault *fault = &faults[call->kind == CALL_DUP ? FAULT_TRY_DUP :
				      FAULT_TRY_SHARE];

	if (may_inject(call) &&
	    fault_hits(fault, call->nr_pages, call_op_names[call->op]))
		return -EBUSY;
	return 0;
}

const struct layer inject_layer = {
	.name	= "fault",
	.before	= inject_before,
};

/**
 * inject_fail - shall the next step of the module's own work fail?
 * @operation: what fails, as text for people: the name of a function
 *
 * Context: Process context.
 * Return: true if it shall.
 */
bool inject_fail(const char *operation)
{
	return fault_hits(&faults[FAULT_AB], 1, operation);
}

static int fault_create(struct fault *fault)
{
	struct dentry *dir;

	dir = inject_ptr(fault_create_debugfs_attr(fault->name, NULL,
						   fault->attr));
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	fault->dir = dir;
	debugfs_create_atomic_t("injected", 0600, dir, &fault->injected);
	return 0;
}

/**
 * inject_init - create the knobs of the faults
 *
 * Context: Process context. debugfs is there.
 * Return: 0, also if this kernel has no knobs for faults; or -errno, and then
 * there are no knobs.
 */
int inject_init(void)
{
	int i, err;

	if (!IS_ENABLED(CONFIG_FAULT_INJECTION_DEBUG_FS))
		return 0;
	for (i = 0; i < NR_FAULTS; i++) {
		err = fault_create(&faults[i]);
		if (err) {
			inject_exit();
			return err;
		}
	}
	return 0;
}

/**
 * inject_exit - remove the knobs
 *
 * Context: Process context. Waits for operations on the files to end.
 */
void inject_exit(void)
{
	int i;

	for (i = 0; i < NR_FAULTS; i++) {
		debugfs_remove(faults[i].dir);
		faults[i].dir = NULL;
	}
}
