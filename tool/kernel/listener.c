// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rmap_ab.h>

#include "kernel/genl.h"
#include "kernel/listener.h"

static void tell(struct listener *l, enum event_news news,
		 const struct event *event, uint64_t lost)
{
	l->ops->tell(l->data, news, event, lost);
}

int listener_begin(struct listener *l)
{
	l->announce = NEWS_START;
	return l->ops->ask_family(l->data);
}

static void note_unloaded(struct listener *l)
{
	if (l->behind)
		tell(l, NEWS_LOST, NULL, 0);
	l->behind = false;
	l->family = 0;
	l->announce = NEWS_LOADED;
	/* The event numbers of the next module begin anew. */
	l->counted = true;
	l->seq = 0;
	tell(l, NEWS_UNLOADED, NULL, 0);
}

/*
 * Joins before asking, so that an event in between comes twice and is not lost.
 */
static int note_family(struct listener *l, const struct genl_family *family)
{
	int ret;

	if (l->family && l->family != family->id)
		note_unloaded(l);
	if (!l->family) {
		ret = l->ops->join(l->data, family->group);
		if (ret)
			return ret == -ENOENT ? 0 : ret;
		l->family = family->id;
		l->owes = true;
	}
	return l->ops->ask_status(l->data, l->family);
}

static int take_family(struct listener *l, const struct nlmsghdr *nlh)
{
	struct genl_family family;
	int ret = genl_parse_family(&family, RMAP_AB_MCGRP_EVENTS, nlh);

	/* Not everything from nlctrl is about a family. */
	if (ret || strcmp(family.name, RMAP_AB_FAMILY_NAME))
		return 0;
	if (family.cmd == CTRL_CMD_NEWFAMILY)
		return note_family(l, &family);
	if (family.cmd == CTRL_CMD_DELFAMILY && l->family == family.id)
		note_unloaded(l);
	return 0;
}

/* No event is lost if @seq is at most @next. */
static void count(struct listener *l, uint64_t next, uint64_t seq)
{
	if (l->counted && seq > next)
		tell(l, NEWS_LOST, NULL, seq - next);
	if (!l->counted || seq > l->seq)
		l->seq = seq;
	l->counted = true;
	l->behind = false;
}

static int take_event(struct listener *l, const struct nlmsghdr *nlh)
{
	struct event event;
	int ret = event_parse(&event, nlh);

	if (ret)
		return ret;
	if (event.cmd != RMAP_AB_CMD_GET) {
		count(l, l->seq + 1, event.event_seq);
		tell(l, NEWS_EVENT, &event, 0);
		return 0;
	}
	count(l, l->seq, event.event_seq);
	if (l->owes)
		tell(l, l->announce, &event, 0);
	l->owes = false;
	return 0;
}

static void note_no_family(struct listener *l)
{
	if (l->family)
		note_unloaded(l);
	else if (!l->waiting && l->announce == NEWS_START)
		tell(l, NEWS_WAITING, NULL, 0);
	l->waiting = true;
	l->announce = NEWS_LOADED;
	l->counted = true;
}

static int take_error(struct listener *l, const struct nlmsghdr *nlh,
		      const char **words)
{
	const int ret = genl_parse_error(nlh, words);
	const struct nlmsgerr *error = NLMSG_DATA(nlh);

	if (ret != -ENOENT)
		return ret;
	/*
	 * An error of the family means that it is going. nlctrl will report
	 * that.
	 */
	if (error->msg.nlmsg_type == GENL_ID_CTRL)
		note_no_family(l);
	return 0;
}

static int take_one(struct listener *l, const struct nlmsghdr *nlh,
		    const char **words)
{
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return take_error(l, nlh, words);
	if (nlh->nlmsg_type == GENL_ID_CTRL)
		return take_family(l, nlh);
	if (l->family && nlh->nlmsg_type == l->family)
		return take_event(l, nlh);
	/* The message is from a module that is gone. */
	return 0;
}

int listener_take(struct listener *l, const void *messages, size_t len,
		  const char **words)
{
	const struct nlmsghdr *nlh = messages;
	size_t step;
	int ret = 0;

	*words = NULL;
	while (!ret && len) {
		if (len < sizeof(*nlh) || nlh->nlmsg_len < sizeof(*nlh) ||
		    nlh->nlmsg_len > len)
			return -EBADMSG;
		ret = take_one(l, nlh, words);
		step = NLMSG_ALIGN(nlh->nlmsg_len);
		if (step >= len)
			break;
		len -= step;
		nlh = (const void *)((const char *)nlh + step);
	}
	return ret;
}

void listener_lost(struct listener *l)
{
	l->behind = true;
}

/* The module may have been unloaded, or loaded again, unnoticed. */
int listener_catch_up(struct listener *l)
{
	return l->ops->ask_family(l->data);
}
