// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family. It has one request, which asks for the present
 * state, and events with the same attributes, which are sent when something has
 * changed.
 *
 * Events are numbered in the order in which they are sent. If a reader does not
 * get a number, it has missed that event, wherever the event was lost: in a
 * full receive buffer, or here for lack of memory.
 *
 * Faults can be injected often, and in contexts that must not sleep. The event
 * of a fault waits in a ring until work sends it. If there is no room in the
 * ring, the event is lost, but its number is still used.
 */

#include <linux/capability.h>
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <linux/rmap_ab.h>

#include "audit.h"
#include "error_log.h"
#include "events.h"
#include "inject.h"
#include "layout.h"

/* A power of two. */
#define EVENTS_MAX_FAULTS	64U
/* The length of the longest constant word here. */
#define EVENTS_WORD_MAX		64

/**
 * struct events_fault - an injected fault
 * @name: name of the fault, a constant; NULL: there was no fault
 * @operation: what failed, a constant
 */
struct events_fault {
	const char *name;
	const char *operation;
};

/**
 * struct events_audit - an audit that has ended
 * @state: the word for its state, a constant; NULL: there was no audit
 * @statistics: the word for the statistics, a constant
 * @start: the first page frame, as in struct audit_result
 * @end: the page frame after the last one
 * @us: the time it took
 * @checked: number of folios that were checked
 * @mismatched: number of folios that had a wrong counter
 */
struct events_audit {
	const char *state;
	const char *statistics;
	unsigned long start, end;
	u64 us, checked, mismatched;
};

/*
 * Protects what follows. It is held while an event is sent, so that readers
 * receive the numbers in order. It is taken inside switch_lock.
 */
static DEFINE_MUTEX(events_lock);
static bool events_open;			/* there is a family */
static u64 events_seq;
static struct events_audit last_audit;
static struct events_fault last_fault;

/* Protects what follows. It is also taken under page table locks. */
static DEFINE_SPINLOCK(faults_lock);
static struct events_fault faults[EVENTS_MAX_FAULTS];
static unsigned int faults_head, faults_tail;	/* waiting: tail to head */
static unsigned int faults_lost;		/* since the last that waits */

static void faults_send(struct work_struct *work);
static DECLARE_WORK(faults_work, faults_send);

static struct genl_family events_family;

enum { GROUP_EVENTS };

static size_t message_size(void)
{
	const size_t number = nla_total_size(sizeof(u64));
	const size_t word = nla_total_size(EVENTS_WORD_MAX);

	return 4 * number + word +			/* the status */
	       2 * nla_total_size(RMAP_AB_NAME_MAX) +
	       nla_total_size(ERROR_LOG_TEXT_MAX) +
	       nla_total_size(SWITCH_LAYERS_MAX) +
	       nla_total_size(0) + 2 * word + 5 * number + /* the audit */
	       nla_total_size(0) + 2 * word +		/* the fault */
	       word + number;				/* the layout */
}

static int put_status(struct sk_buff *skb)
{
	struct switch_status status;

	switch_get_status(&status);
	if (nla_put_string(skb, RMAP_AB_A_STATE,
			   switch_state_text(status.state)) ||
	    nla_put_string(skb, RMAP_AB_A_CURRENT, status.current_name) ||
	    nla_put_string(skb, RMAP_AB_A_PREVIOUS, status.previous_name) ||
	    nla_put_uint(skb, RMAP_AB_A_SWITCH_SEQ, status.seq) ||
	    nla_put_uint(skb, RMAP_AB_A_LAST_SWITCH_US, status.last_us) ||
	    nla_put_uint(skb, RMAP_AB_A_NR_REVERTS, status.nr_reverts) ||
	    nla_put_string(skb, RMAP_AB_A_LAST_REVERT, status.last_revert) ||
	    nla_put_string(skb, RMAP_AB_A_INSTRUMENTED, status.instrumented))
		return -EMSGSIZE;
	return 0;
}

static int put_audit(struct sk_buff *skb)
{
	const struct events_audit *audit = &last_audit;
	struct nlattr *nest;

	if (!audit->state)
		return 0;
	nest = nla_nest_start(skb, RMAP_AB_A_AUDIT);
	if (!nest ||
	    nla_put_string(skb, RMAP_AB_A_AUDIT_STATE, audit->state) ||
	    nla_put_uint(skb, RMAP_AB_A_AUDIT_START, audit->start) ||
	    nla_put_uint(skb, RMAP_AB_A_AUDIT_END, audit->end) ||
	    nla_put_uint(skb, RMAP_AB_A_AUDIT_ELAPSED_US, audit->us) ||
	    nla_put_uint(skb, RMAP_AB_A_AUDIT_CHECKED, audit->checked) ||
	    nla_put_uint(skb, RMAP_AB_A_AUDIT_MISMATCHED, audit->mismatched) ||
	    nla_put_string(skb, RMAP_AB_A_AUDIT_STATISTICS, audit->statistics))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_fault(struct sk_buff *skb)
{
	struct nlattr *nest;

	if (!last_fault.name)
		return 0;
	nest = nla_nest_start(skb, RMAP_AB_A_FAULT);
	if (!nest ||
	    nla_put_string(skb, RMAP_AB_A_FAULT_NAME, last_fault.name) ||
	    nla_put_string(skb, RMAP_AB_A_FAULT_OPERATION, last_fault.operation))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_layout(struct sk_buff *skb)
{
	if (nla_put_string(skb, RMAP_AB_A_LAYOUT, layout_name()) ||
	    nla_put_uint(skb, RMAP_AB_A_NR_FOLIOS_NONE, layout_nr_none()))
		return -EMSGSIZE;
	return 0;
}

/* The attributes of every message. */
static int put_all(struct sk_buff *skb)
{
	int err;

	lockdep_assert_held(&events_lock);

	err = nla_put_uint(skb, RMAP_AB_A_EVENT_SEQ, events_seq);
	err = err ?: put_status(skb);
	err = err ?: put_audit(skb);
	err = err ?: put_fault(skb);
	return err ?: put_layout(skb);
}

/* Return: the message, or NULL without memory. */
static struct sk_buff *message_new(u32 portid, u32 seq, u8 cmd)
{
	struct sk_buff *skb = NULL;
	void *header;

	/* A fault in the message about a fault would cause the next message. */
	if (cmd == RMAP_AB_CMD_FAULT_NTF || !inject_fail(__func__))
		skb = genlmsg_new(message_size(), GFP_KERNEL);
	if (!skb)
		return NULL;
	header = genlmsg_put(skb, portid, seq, &events_family, 0, cmd);
	if (WARN_ON_ONCE(!header || put_all(skb))) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, header);
	return skb;
}

/* An event that cannot be sent is lost: readers notice the missing number. */
static void event_send(enum rmap_ab_cmd cmd)
{
	struct sk_buff *skb;

	lockdep_assert_held(&events_lock);

	events_seq++;
	if (!events_open || !genl_has_listeners(&events_family, &init_net, GROUP_EVENTS))
		return;
	skb = message_new(0, 0, cmd);
	if (skb)
		genlmsg_multicast(&events_family, skb, 0, GROUP_EVENTS,
				  GFP_KERNEL);
}

/**
 * events_switch - send an event: the implementation or its layers have changed
 * @change: what has changed
 *
 * Context: Process context, may sleep.
 */
void events_switch(enum switch_change change)
{
	static const enum rmap_ab_cmd cmds[] = {
		[SWITCH_CHANGED]	= RMAP_AB_CMD_SWITCH_NTF,
		[SWITCH_LAYERED]	= RMAP_AB_CMD_LAYERS_NTF,
		[SWITCH_IS_REVERTED]	= RMAP_AB_CMD_REVERT_NTF,
		[SWITCH_CLEARED]	= RMAP_AB_CMD_CLEAR_NTF,
	};

	mutex_lock(&events_lock);
	event_send(cmds[change]);
	mutex_unlock(&events_lock);
}

/**
 * events_layout - send an event: first mappings get another layout
 *
 * Context: Process context, may sleep.
 */
void events_layout(void)
{
	mutex_lock(&events_lock);
	event_send(RMAP_AB_CMD_LAYOUT_NTF);
	mutex_unlock(&events_lock);
}

/**
 * events_audit - send an event: an audit has ended
 * @result: its result
 *
 * Context: Process context, may sleep.
 */
void events_audit(const struct audit_result *result)
{
	mutex_lock(&events_lock);
	last_audit = (struct events_audit){
		.state = audit_state_text(result),
		.statistics = audit_statistics_text(result),
		.start = result->start,
		.end = result->end,
		.us = div_u64(result->ns, NSEC_PER_USEC),
		.checked = result->verdicts[AUDIT_FINE] +
			   result->verdicts[AUDIT_MISMATCH],
		.mismatched = result->verdicts[AUDIT_MISMATCH],
	};
	event_send(RMAP_AB_CMD_AUDIT_NTF);
	mutex_unlock(&events_lock);
}

/* Take a fault from the ring. Return: false if it is empty; then @lost is set. */
static bool fault_take(struct events_fault *fault, unsigned int *lost)
{
	bool is_there;

	spin_lock(&faults_lock);
	is_there = faults_tail != faults_head;
	*lost = 0;
	if (is_there)
		*fault = faults[faults_tail++ % EVENTS_MAX_FAULTS];
	else
		swap(*lost, faults_lost);
	spin_unlock(&faults_lock);
	return is_there;
}

/*
 * Faults can come as fast as they are sent. So the lock is released after one
 * ring of them, for other tasks that wait for it, such as a switch.
 *
 * Return: true if there may be more.
 */
static bool faults_send_ring(void)
{
	struct events_fault fault;
	unsigned int lost = 0, nr;

	mutex_lock(&events_lock);
	for (nr = 0; nr < EVENTS_MAX_FAULTS && fault_take(&fault, &lost); nr++) {
		last_fault = fault;
		event_send(RMAP_AB_CMD_FAULT_NTF);
		cond_resched();
	}
	events_seq += lost;
	mutex_unlock(&events_lock);
	return nr == EVENTS_MAX_FAULTS;
}

static void faults_send(struct work_struct *work)
{
	if (faults_send_ring())
		queue_work(system_unbound_wq, work);
}

/**
 * events_fault - queue an event: a fault was injected
 * @name: name of the fault, a constant
 * @operation: what failed, a constant
 *
 * Context: Any but NMI and interrupts.
 */
void events_fault(const char *name, const char *operation)
{
	spin_lock(&faults_lock);
	if (!faults_lost && faults_head - faults_tail < EVENTS_MAX_FAULTS)
		faults[faults_head++ % EVENTS_MAX_FAULTS] =
			(struct events_fault){ name, operation };
	else
		faults_lost++;
	spin_unlock(&faults_lock);
	queue_work(system_unbound_wq, &faults_work);
}

/* The request is as strict as the files in debugfs, and as the group. */
static int events_pre_doit(const struct genl_split_ops *ops,
			   struct sk_buff *skb, struct genl_info *info)
{
	if (netlink_capable(skb, CAP_SYS_ADMIN))
		return 0;
	NL_SET_ERR_MSG(info->extack, "only with CAP_SYS_ADMIN");
	return -EPERM;
}

static int events_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb;

	switch_notice();
	mutex_lock(&events_lock);
	skb = message_new(info->snd_portid, info->snd_seq, RMAP_AB_CMD_GET);
	mutex_unlock(&events_lock);
	if (!skb) {
		NL_SET_ERR_MSG(info->extack, "no memory for the reply");
		return -ENOMEM;
	}
	return genlmsg_reply(skb, info);
}

static const struct nla_policy get_policy[] = {
	[1] = { .type = NLA_REJECT, .reject_message = "get takes no attributes" },
};

static const struct genl_split_ops events_ops[] = {
	{
		.cmd		= RMAP_AB_CMD_GET,
		.doit		= events_get_doit,
		.policy		= get_policy,
		.maxattr	= ARRAY_SIZE(get_policy) - 1,
		.flags		= GENL_CMD_CAP_DO,
		.pre_doit	= events_pre_doit,
	},
};

static const struct genl_multicast_group events_groups[] = {
	[GROUP_EVENTS] = {
		.name	= RMAP_AB_MCGRP_EVENTS,
		.flags	= GENL_MCAST_CAP_SYS_ADMIN,
	},
};

static struct genl_family events_family __ro_after_init = {
	.name		= RMAP_AB_FAMILY_NAME,
	.version	= RMAP_AB_FAMILY_VERSION,
	.module		= THIS_MODULE,
	.parallel_ops	= true,
	.split_ops	= events_ops,
	.n_split_ops	= ARRAY_SIZE(events_ops),
	.mcgrps		= events_groups,
	.n_mcgrps	= ARRAY_SIZE(events_groups),
};

static void events_set_open(bool open)
{
	mutex_lock(&events_lock);
	events_open = open;
	mutex_unlock(&events_lock);
}

/**
 * events_init - start sending events
 *
 * Context: Process context, before anything can change.
 * Return: 0 or -errno.
 */
int events_init(void)
{
	int err = inject_err(genl_register_family(&events_family));

	if (err)
		return err;
	events_set_open(true);
	switch_set_listener(events_switch);
	layout_set_listener(events_layout);
	audit_set_listener(events_audit);
	inject_set_listener(events_fault);
	return 0;
}

/**
 * events_exit - send the events that wait, then stop
 *
 * Context: Process context, when nothing can change any more.
 */
void events_exit(void)
{
	audit_set_listener(NULL);
	layout_set_listener(NULL);
	switch_set_listener(NULL);
	inject_set_listener(NULL);
	cancel_work_sync(&faults_work);
	while (faults_send_ring())
		;
	/* A request may still run into a fault. */
	events_set_open(false);
	genl_unregister_family(&events_family);
	cancel_work_sync(&faults_work);
}
