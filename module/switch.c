// SPDX-License-Identifier: GPL-2.0
/*
 * The switch: from one implementation to another while the machine runs.
 *
 * The kernel's hooks do the delicate steps, see mm/rmap_ops.c there: they pin
 * this module, change the call targets, and wait until no CPU executes the
 * previous ones. `builtin` is the safe state. Reaching it needs no memory, and
 * it can always be reached from our own implementations.
 *
 * What is installed is an implementation, or a frame with layers around one. To
 * the hooks, a change of either is a switch. To users, only a change of the
 * implementation is one.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "error_log.h"
#include "inject.h"
#include "instrument.h"
#include "registry.h"
#include "switch.h"
#include "trace.h"

static const char *const switch_state_texts[] = {
	[SWITCH_BUILTIN]	= RMAP_AB_STATE_BUILTIN,
	[SWITCH_ACTIVE]		= RMAP_AB_STATE_ACTIVE,
	[SWITCH_SWITCHING]	= RMAP_AB_STATE_SWITCHING,
	[SWITCH_FOREIGN]	= RMAP_AB_STATE_FOREIGN,
	[SWITCH_REVERTED]	= RMAP_AB_STATE_REVERTED,
};

static_assert(ARRAY_SIZE(switch_state_texts) == NR_SWITCH_STATES);

/* Held during a switch, which sleeps. There is one switch at a time. */
static DEFINE_MUTEX(switch_lock);

/*
 * The result of the last switch, and whether one is under way. It is written
 * with switch_lock and status_lock held, and read with either, so that a reader
 * does not wait for a grace period.
 */
static DEFINE_SPINLOCK(status_lock);
static struct {
	struct implementation in_use;	/* its owner is pinned */
	/* These stay when it goes, and its module. */
	char current_name[RMAP_AB_NAME_MAX];
	char previous_name[RMAP_AB_NAME_MAX];
	unsigned int layers;		/* around it */
	bool switching;
	bool reverted;			/* and not cleared */
	u64 seq;
	u64 last_us;
	u64 nr_reverts;
	char last_revert[ERROR_LOG_TEXT_MAX];
} now = {
	.current_name = RMAP_AB_BUILTIN,
	.previous_name = RMAP_AB_BUILTIN,
	.last_revert = "none",
};

static const struct implementation builtin;

/* It is told of each change when it is over, with switch_lock held. */
static void (*switch_listener)(enum switch_change change);

/**
 * switch_set_listener - set the function that is told of each change
 * @listener: called in process context, may sleep and look at the status, but
 *	      must change nothing; NULL: nobody is told
 *
 * Context: Before anything can change, or when nothing can any more.
 */
void switch_set_listener(void (*listener)(enum switch_change change))
{
	switch_listener = listener;
}

static void tell(enum switch_change change)
{
	lockdep_assert_held(&switch_lock);

	if (switch_listener)
		switch_listener(change);
}

static const char *ops_name(const struct rmap_ops *ops)
{
	return ops ? ops->name : RMAP_AB_BUILTIN;
}

/* Say why an implementation cannot be put in use. */
static void note_not_found(const char *name, int err)
{
	char names[ERROR_LOG_TEXT_MAX];

	if (err == -EINVAL) {
		registry_list(names, sizeof(names));
		error_log_add("unknown implementation '%s'; there are: %s",
			      name, names);
	} else {
		error_log_add("%s: refused: its module is being %sloaded", name,
			      err == -EAGAIN ? "" : "un");
	}
}

static void switch_begin(void)
{
	lockdep_assert_held(&switch_lock);

	spin_lock(&status_lock);
	now.switching = true;
	spin_unlock(&status_lock);
}

static void switch_end(const struct implementation *to, unsigned int layers,
		       u64 us)
{
	lockdep_assert_held(&switch_lock);

	spin_lock(&status_lock);
	now.switching = false;
	now.layers = layers;
	if (to->ops != now.in_use.ops) {
		strscpy(now.previous_name, now.current_name);
		strscpy(now.current_name, ops_name(to->ops));
		now.in_use = *to;
		now.last_us = us;
		now.seq++;
	}
	spin_unlock(&status_lock);
}

static void note_revert(const char *reason)
{
	spin_lock(&status_lock);
	now.reverted = true;
	now.nr_reverts++;
	strscpy(now.last_revert, reason, sizeof(now.last_revert));
	spin_unlock(&status_lock);
	error_log_add("reverted from %s to builtin: %s", now.current_name,
		      reason);
	trace_rmap_revert(now.current_name, reason);
	pr_warn("reverted from %s to builtin: %s\n", now.current_name, reason);
}

/* Return: the module whose operations are installed; NULL: the kernel's own. */
static struct module *installed_owner(void)
{
	struct module *owner;

	rmap_ops_get(&owner);
	module_put(owner);
	return owner;
}

/* The emergency key restores builtin without telling this module. */
static void notice_emergency(void)
{
	const struct implementation was = now.in_use;

	lockdep_assert_held(&switch_lock);

	if ((!was.ops && !now.layers) || installed_owner() == THIS_MODULE)
		return;
	note_revert("the kernel has put its own code back (SysRq-B)");
	switch_end(&builtin, 0, 0);
	tell(SWITCH_IS_REVERTED);
	/* The kernel has waited for its operations. */
	registry_put(&was);
}

/**
 * switch_notice - notice if the kernel has put its own code back
 *
 * Callers that are about to ask for the status call this first.
 *
 * Context: Process context, may sleep. During a switch, this does nothing: the
 * switch itself has looked first.
 */
void switch_notice(void)
{
	if (!mutex_trylock(&switch_lock))
		return;
	notice_emergency();
	mutex_unlock(&switch_lock);
}

static void note_refusal(const struct rmap_ops *to, int err)
{
	struct module *owner;
	const struct rmap_ops *installed = rmap_ops_get(&owner);

	if (err == -EBUSY)
		error_log_add("%s: refused: remove the module whose '%s' is installed first",
			      ops_name(to), installed->name);
	else if (err == -EOPNOTSUPP)
		error_log_add("%s: refused: it does not know folios without page mapcounts (.layouts), and there may be some: choose the layout page, and wait until none of them is mapped",
			      ops_name(to));
	else
		error_log_add("%s: refused by the kernel's hooks, error %d",
			      ops_name(to), err);
	module_put(owner);
}

/* Check: after a revert, nothing of ours runs before a user has cleared it. */
static int check_reverted(const struct rmap_ops *to, unsigned int layers)
{
	lockdep_assert_held(&switch_lock);

	if (!now.reverted || (!to && !layers))
		return 0;
	error_log_add("%s: refused after a revert: see status, then write clear to guard",
		      ops_name(to));
	return -EUCLEAN;
}

/* Commit: it cannot fail half-way. An error means that nothing has changed. */
static int install(const struct implementation *to, unsigned int layers,
		   const struct rmap_ops *wrapped)
{
	const struct implementation from = now.in_use;
	const unsigned int layers_from = now.layers;
	u64 start, us;
	int err;

	lockdep_assert_held(&switch_lock);

	switch_begin();
	start = ktime_get_ns();
	err = to->ops || layers ? inject_err(rmap_ops_install(wrapped)) :
				  rmap_ops_restore();
	us = div_u64(ktime_get_ns() - start, NSEC_PER_USEC);
	if (!err)
		instrument_installed(wrapped);
	switch_end(err ? &from : to, err ? layers_from : layers, us);

	if (err) {
		note_refusal(to->ops, err);
		return err;
	}
	trace_rmap_switch(ops_name(from.ops), ops_name(to->ops), layers, us);
	if (to->ops != from.ops) {
		pr_notice("%s in use after %llu us\n", ops_name(to->ops), us);
		tell(SWITCH_CHANGED);
	}
	if (layers != layers_from)
		tell(SWITCH_LAYERED);
	/* Last: from here on, it may go. */
	if (to->ops != from.ops)
		registry_put(&from);
	return 0;
}

/* The pin of @to becomes that of what is in use, if @to is not that already. */
static int switch_locked(const struct implementation *to, unsigned int layers)
{
	const struct rmap_ops *wrapped;
	int err;

	lockdep_assert_held(&switch_lock);

	err = check_reverted(to->ops, layers);
	if (err)
		return err;
	/* Not for builtin: another module may have installed operations. */
	if (to->ops == now.in_use.ops && layers == now.layers &&
	    (to->ops || layers))
		return 0;

	/* Prepare: what is installed does not change. */
	err = instrument_wrap(to->ops ?: &rmap_builtin_ops, layers, &wrapped);
	if (err) {
		error_log_add("%s: a layer around it is not available, error %d",
			      ops_name(to->ops), err);
		return err;
	}
	if (to->ops != now.in_use.ops)
		pr_notice("switching from %s to %s\n", now.current_name,
			  ops_name(to->ops));
	return install(to, layers, wrapped);
}

/**
 * switch_to_name - put an implementation in use
 * @name: its name; nothing happens if it is already in use
 *
 * When this returns 0, no CPU executes the previous implementation any more.
 * Refusals are explained in the error log.
 *
 * Context: Process context, no locks of mm held. May sleep, for an RCU grace
 * period.
 * Return: 0; -EINVAL if there is no such implementation; -EAGAIN or -ENODEV if
 * its module is being loaded or unloaded; -EBUSY if another module has installed
 * operations; -EOPNOTSUPP if layouts vary and it does not know that; -EUCLEAN
 * after a revert, for anything but builtin; -EINTR if a signal came while another
 * switch was under way.
 */
int switch_to_name(const char *name)
{
	struct implementation to;
	bool is_new;
	int err;

	err = mutex_lock_interruptible(&switch_lock);
	if (err)
		return err;
	err = registry_get(name, &to);
	if (err) {
		note_not_found(name, err);
		goto unlock;
	}
	notice_emergency();
	is_new = to.ops != now.in_use.ops;
	err = switch_locked(&to, now.layers);
	if (err || !is_new)
		registry_put(&to);
unlock:
	mutex_unlock(&switch_lock);
	return err;
}

/**
 * switch_layer - put a layer around the implementation in use, or take it away
 * @layer: the layer; nothing changes if it is already as @on says
 * @on: true to put it there, false to take it away
 *
 * When this returns 0, every call of an operation passes the layer, or none
 * does. Later switches keep it. It pins the module, even around builtin.
 *
 * Context: Process context, no locks of mm held. May sleep, for an RCU grace
 * period.
 * Return: 0; otherwise as switch_to_name().
 */
int switch_layer(enum layer_id layer, bool on)
{
	unsigned int wanted;
	int err;

	err = mutex_lock_interruptible(&switch_lock);
	if (err)
		return err;
	notice_emergency();
	wanted = on ? now.layers | BIT(layer) : now.layers & ~BIT(layer);
	err = wanted == now.layers ? 0 : switch_locked(&now.in_use, wanted);
	mutex_unlock(&switch_lock);
	return err;
}

/**
 * switch_has_layer - is a layer around the implementation in use?
 * @layer: which
 *
 * Context: Process context.
 * Return: true if so.
 */
bool switch_has_layer(enum layer_id layer)
{
	unsigned int layers;

	spin_lock(&status_lock);
	layers = now.layers;
	spin_unlock(&status_lock);
	return layers & BIT(layer);
}

static void revert_locked(const char *reason)
{
	lockdep_assert_held(&switch_lock);

	if (now.reverted)
		return;
	note_revert(reason);
	if (now.in_use.ops || now.layers)
		switch_locked(&builtin, 0);
	tell(SWITCH_IS_REVERTED);
}

/**
 * switch_revert - go back to the kernel's own code, because something is wrong
 * @reason: what is wrong, in one line
 *
 * The layers are removed, too: nothing of ours runs before switch_clear().
 * After a revert, further reasons are not noted.
 *
 * Context: Process context, no locks of mm held. May sleep, for an RCU grace
 * period.
 */
void switch_revert(const char *reason)
{
	mutex_lock(&switch_lock);
	revert_locked(reason);
	mutex_unlock(&switch_lock);
}

/**
 * switch_forget - make sure that an implementation is not in use
 * @ops: its operations; nobody finds it by its name any more
 *
 * If it is in use, that is an error: see switch_revert().
 *
 * Context: As switch_revert().
 */
void switch_forget(const struct rmap_ops *ops)
{
	mutex_lock(&switch_lock);
	notice_emergency();
	if (now.in_use.ops == ops)
		revert_locked("its module takes it away while it is in use");
	mutex_unlock(&switch_lock);
}

/**
 * switch_clear - note that a user has seen the revert
 *
 * Implementations and layers can be used again. None is put in use: the user
 * decides that.
 *
 * Context: Process context, may sleep.
 */
void switch_clear(void)
{
	bool was_reverted;

	mutex_lock(&switch_lock);
	spin_lock(&status_lock);
	was_reverted = now.reverted;
	now.reverted = false;
	spin_unlock(&status_lock);
	if (was_reverted)
		tell(SWITCH_CLEARED);
	mutex_unlock(&switch_lock);
}

/**
 * switch_is_foreign - are another module's operations installed?
 * @name: if so, filled in with their name; room for RMAP_AB_NAME_MAX bytes
 *
 * Context: Process context. May sleep, if another module is switching.
 * Return: true if so.
 */
bool switch_is_foreign(char *name)
{
	struct module *owner;
	const struct rmap_ops *ops = rmap_ops_get(&owner);
	bool foreign = ops != &rmap_builtin_ops && owner != THIS_MODULE;

	if (foreign)
		strscpy(name, ops->name, RMAP_AB_NAME_MAX);
	module_put(owner);
	return foreign;
}

/**
 * switch_get_status - get what is in use, and how the last switch went
 * @status: filled in
 *
 * Context: Process context. May sleep, if another module is switching.
 */
void switch_get_status(struct switch_status *status)
{
	bool switching, reverted, active;
	unsigned int layers;

	spin_lock(&status_lock);
	active = now.in_use.ops;
	strscpy(status->current_name, now.current_name);
	strscpy(status->previous_name, now.previous_name);
	switching = now.switching;
	reverted = now.reverted;
	status->seq = now.seq;
	status->last_us = now.last_us;
	layers = now.layers;
	status->nr_reverts = now.nr_reverts;
	strscpy(status->last_revert, now.last_revert,
		sizeof(status->last_revert));
	spin_unlock(&status_lock);

	if (!instrument_list(status->instrumented, sizeof(status->instrumented),
			     layers))
		strscpy(status->instrumented, "none",
			sizeof(status->instrumented));
	if (switching)
		status->state = SWITCH_SWITCHING;
	else if (active)
		status->state = SWITCH_ACTIVE;
	else if (reverted)
		status->state = SWITCH_REVERTED;
	else if (switch_is_foreign(status->current_name))
		status->state = SWITCH_FOREIGN;
	else
		status->state = SWITCH_BUILTIN;
}

/**
 * switch_state_text - return the word for a state
 * @state: the state
 *
 * Context: Any.
 * Return: the word that uapi/linux/rmap_ab.h has for it.
 */
const char *switch_state_text(enum switch_state state)
{
	return switch_state_texts[state];
}

/**
 * switch_show_names - list the implementations, the one in use in brackets
 * @m: where to
 *
 * There are no brackets if another module's operations are installed.
 *
 * Context: Process context. May sleep, if another module is switching.
 */
void switch_show_names(struct seq_file *m)
{
	struct switch_status status;

	switch_notice();
	switch_get_status(&status);
	registry_show(m, status.state == SWITCH_FOREIGN ? "" :
		      status.current_name);
}
