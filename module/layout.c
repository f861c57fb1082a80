// SPDX-License-Identifier: GPL-2.0
/*
 * The layout of mapcounts: which one do large folios get at their first mapping?
 *
 * The kernel keeps the choice, and does the delicate steps (mm/rmap_layout.c
 * there): a folio has its layout until its last mapping has gone, and operations
 * of both layouts go on all the time. The kernel's own operations, and all
 * implementations of this module, can deal with both. So a layout has no owner: it stays
 * when an implementation changes, and when the module is unloaded.
 *
 * A set of operations of another module may know nothing of this, registered or
 * not. The kernel refuses `none` while such a set is installed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/rmap_ab.h>

#include "error_log.h"
#include "hooks.h"
#include "layout.h"
#include "switch.h"
#include "trace.h"

/* By what host_layout_get() returns. */
static const char *const layout_names[] = {
	[false]	= RMAP_AB_LAYOUT_PAGE,
	[true]	= RMAP_AB_LAYOUT_NONE,
};

/* Held during a change, which sleeps. Events are then in the order of changes. */
static DEFINE_MUTEX(layout_lock);

/* It is told of each change when it is over, with layout_lock held. */
static void (*layout_listener)(void);

/**
 * layout_set_listener - set the function that is told of each change
 * @listener: called in process context, may sleep, but must change nothing; NULL:
 *	      nobody is told
 *
 * Context: Before anything can change, or when nothing can any more.
 */
void layout_set_listener(void (*listener)(void))
{
	layout_listener = listener;
}

/**
 * layout_name - return the layout that first mappings get now
 *
 * Context: Any.
 * Return: its name, a constant.
 */
const char *layout_name(void)
{
	return layout_names[host_layout_get()];
}

/**
 * layout_nr_none - return how many folios have no page mapcounts
 *
 * Context: Any.
 * Return: number of mapped folios. It is exact if nothing is mapped or unmapped
 * meanwhile, and whenever it is 0 while first mappings get page mapcounts.
 */
unsigned long layout_nr_none(void)
{
	return host_nr_none();
}

/* Say why the kernel has refused. */
static void layout_explain(bool none, int err)
{
	struct switch_status status;

	if (!HOST_HAS_LAYOUTS) {
		error_log_add("layout %s: refused: this kernel has no CONFIG_RMAP_LAYOUT, which needs Linux 7.3 with hosts/7.3/layout.patch",
			      layout_names[none]);
	} else if (err == -EBUSY) {
		switch_get_status(&status);
		error_log_add("layout %s: refused: '%s' of another module does not know folios without page mapcounts (.layouts of its struct rmap_ops); %s first",
			      layout_names[none], status.current_name,
			      status.state == SWITCH_FOREIGN ? "remove that module" :
			      "use another implementation");
	} else {
		error_log_add("layout %s: refused by the kernel, error %d",
			      layout_names[none], err);
	}
}

static int layout_change(bool none)
{
	const bool from = host_layout_get();
	u64 start, us;
	int err;

	lockdep_assert_held(&layout_lock);

	start = ktime_get_ns();
	/* Not only for a change: the key may be on without need. */
	err = host_layout_set(none);
	us = div_u64(ktime_get_ns() - start, NSEC_PER_USEC);
	if (err) {
		layout_explain(none, err);
		return err;
	}
	if (none == from)
		return 0;
	trace_rmap_layout(layout_names[from], layout_names[none],
			  host_nr_none(), us);
	pr_notice("layout %s after %llu us, was %s\n", layout_names[none], us,
		  layout_names[from]);
	if (layout_listener)
		layout_listener();
	return 0;
}

/**
 * layout_set - choose the layout that large folios get at their first mapping
 * @name: page or none
 *
 * When this returns 0, no first mapping gets the other layout. Folios that are
 * mapped already keep what they have. Refusals are explained in the error log.
 *
 * Context: Process context, no locks of mm held. May sleep, for RCU grace
 * periods.
 * Return: 0; -EINVAL if there is no such layout; -EOPNOTSUPP for none, on a
 * kernel without layouts; -EBUSY for none, if another module has installed
 * operations that do not know it; -EINTR if a signal came while another change was under way.
 */
int layout_set(const char *name)
{
	const int layout = match_string(layout_names, ARRAY_SIZE(layout_names),
					name);
	int err;

	if (layout < 0) {
		error_log_add("unknown layout '%s'; there are: %s %s", name,
			      RMAP_AB_LAYOUT_PAGE, RMAP_AB_LAYOUT_NONE);
		return -EINVAL;
	}
	err = mutex_lock_interruptible(&layout_lock);
	if (err)
		return err;
	err = layout_change(layout);
	mutex_unlock(&layout_lock);
	return err;
}

/**
 * layout_show_names - list the layouts that this kernel has, in brackets what
 *		       first mappings get now
 * @m: where to
 *
 * Context: Process context.
 */
void layout_show_names(struct seq_file *m)
{
	if (!HOST_HAS_LAYOUTS)
		seq_printf(m, "[%s]\n", RMAP_AB_LAYOUT_PAGE);
	else if (host_layout_get())
		seq_printf(m, "%s [%s]\n", RMAP_AB_LAYOUT_PAGE,
			   RMAP_AB_LAYOUT_NONE);
	else
		seq_printf(m, "[%s] %s\n", RMAP_AB_LAYOUT_PAGE,
			   RMAP_AB_LAYOUT_NONE);
}
