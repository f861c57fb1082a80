// SPDX-License-Identifier: GPL-2.0
/*
 * rmap_ab: other implementations of the rmap operations, and the switch.
 *
 * This file has the bring-up of the module, and its mirror.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/rmap_ab.h>

#include "control.h"
#include "error_log.h"
#include "events.h"
#include "gate.h"
#include "guard.h"
#include "hooks.h"
#include "register.h"
#include "stats.h"
#include "switch.h"

/*
 * The parameter `implementation`. At loading, it says what to use from the
 * start. From then on, writing to it switches, so that builtin can be reached
 * without debugfs, too. The lock of the module's parameters protects what
 * follows.
 */
static char wanted[RMAP_AB_NAME_MAX] = RMAP_AB_BUILTIN;
static bool wanted_is_taken;

/* Return: what shall be in use from the start. Later writes are switches. */
static const char *wanted_take(void)
{
	kernel_param_lock(THIS_MODULE);
	wanted_is_taken = true;
	kernel_param_unlock(THIS_MODULE);
	return wanted;
}

/* sysfs gives the name with a newline. */
static int implementation_set(const char *text, const struct kernel_param *kp)
{
	char buf[RMAP_AB_NAME_MAX + 1];
	const char *name;

	if (strscpy(buf, text, sizeof(buf)) < 0)
		return -EINVAL;
	name = strim(buf);
	if (wanted_is_taken)
		return gate_check() ?: switch_to_name(name);
	return strscpy(wanted, name, sizeof(wanted)) < 0 ? -EINVAL : 0;
}

static int implementation_get(char *text, const struct kernel_param *kp)
{
	struct switch_status status;
	const int err = gate_check();

	if (err)
		return err;
	switch_notice();
	switch_get_status(&status);
	return sysfs_emit(text, "%s\n", status.current_name);
}

static const struct kernel_param_ops implementation_param = {
	.set	= implementation_set,
	.get	= implementation_get,
};
module_param_cb(implementation, &implementation_param, NULL, 0600);
MODULE_PARM_DESC(implementation, "name of the implementation to use from the start (default: builtin); written later, it switches");

static int __init rmap_ab_init(void)
{
	const char *name = wanted_take();
	char why[ERROR_LOG_TEXT_MAX];
	int err = 0;

	if (!hooks_present()) {
		pr_err("this kernel has no CONFIG_RMAP_OPS: apply the hook patch for its version, enable the option, and boot that kernel\n");
		return -EOPNOTSUPP;
	}

	err = events_init();
	if (err) {
		pr_err("no generic netlink family, error %d\n", err);
		return err;
	}
	err = guard_init(switch_revert);
	if (err)
		goto no_guard;
	err = register_init();
	if (err)
		goto no_register;
	err = control_init();
	if (err)
		goto no_control;
	/*
	 * ORDER: after all steps that may fail, because from here on the
	 * module's code runs under page table locks.
	 */
	if (strcmp(name, RMAP_AB_BUILTIN))
		err = switch_to_name(name);
	if (err) {
		error_log_last(why, sizeof(why));
		pr_err("implementation=: %s\n", why);
		goto not_in_use;
	}
	/*
	 * ORDER: last, because nothing may fail once a file is open. So only
	 * this function can have switched, counted or guarded anything before.
	 */
	gate_open();
	pr_info("loaded, %s in use\n", name);
	return 0;

not_in_use:
	control_exit();
no_control:
	register_exit();
no_register:
	guard_exit();
no_guard:
	events_exit();
	return err;
}
module_init(rmap_ab_init);

static void __exit rmap_ab_exit(void)
{
	/*
	 * ORDER: first, because the parameter exists until this function has
	 * returned. The lock makes sure that no task is still switching.
	 */
	kernel_param_lock(THIS_MODULE);
	gate_close();
	kernel_param_unlock(THIS_MODULE);
	/*
	 * An implementation or a layer in use pins the module, so none is in
	 * use now. But the last finding of the guard may still be pending, and
	 * its work sends an event. So events_exit() comes after guard_exit().
	 */
	control_exit();
	register_exit();
	guard_exit();
	stats_exit();
	events_exit();
	pr_info("unloaded\n");
}
module_exit(rmap_ab_exit);

MODULE_DESCRIPTION("Switchable implementations of the reverse-mapping core");
MODULE_AUTHOR("rmap_ab developers");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(RMAP_OPS_NS);
