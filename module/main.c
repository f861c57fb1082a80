// SPDX-License-Identifier: GPL-2.0
/*
 * rmap_ab: other implementations of the rmap operations, and the switch.
 *
 * Bring-up, and its mirror.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/rmap_ab.h>

#include "control.h"
#include "error_log.h"
#include "events.h"
#include "gate.h"
#include "guard.h"
#include "hooks.h"
#include "stats.h"
#include "switch.h"

static char *implementation = RMAP_AB_BUILTIN;
module_param(implementation, charp, 0444);
MODULE_PARM_DESC(implementation, "name of the implementation to use from the start (default: builtin)");

static int __init rmap_ab_init(void)
{
	char why[ERROR_LOG_TEXT_MAX];
	int err = 0;

	if (!hooks_present()) {
		pr_err("this kernel has no CONFIG_RMAP_OPS: apply kernel-hooks.patch to Linux 6.12, enable the option, and boot that kernel\n");
		return -EOPNOTSUPP;
	}

	err = events_init();
	if (err) {
		pr_err("no generic netlink family, error %d\n", err);
		return err;
	}
	guard_init(switch_revert);
	err = control_init();
	if (err)
		goto no_control;
	/*
	 * ORDER: after all that may fail, because from here on the module's code
	 * runs under page table locks.
	 */
	if (strcmp(implementation, RMAP_AB_BUILTIN))
		err = switch_to_name(implementation);
	if (err) {
		error_log_last(why, sizeof(why));
		pr_err("implementation=: %s\n", why);
		goto not_in_use;
	}
	/*
	 * ORDER: last, because nothing may fail once a file is open. So nobody
	 * but this function has switched, counted or guarded anything before.
	 */
	gate_open();
	pr_info("loaded, %s in use\n", implementation);
	return 0;

not_in_use:
	control_exit();
no_control:
	events_exit();
	return err;
}
module_init(rmap_ab_init);

static void __exit rmap_ab_exit(void)
{
	/*
	 * While an implementation or a layer is in use the module is pinned:
	 * none is. But what the guard has found last may still be pending, and
	 * then there is something to tell.
	 */
	control_exit();
	guard_flush();
	stats_exit();
	events_exit();
	pr_info("unloaded\n");
}
module_exit(rmap_ab_exit);

MODULE_DESCRIPTION("Switchable implementations of the reverse-mapping core");
MODULE_AUTHOR("rmap_ab developers");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(RMAP_OPS);
