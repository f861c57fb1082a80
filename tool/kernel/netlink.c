// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rmap_ab.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "cli/complain.h"
#include "kernel/netlink.h"

/* ---- the socket ---- */

/* This is room for some thousand events. */
#define RECEIVE_BUFFER	0x100000

static int complain_nl(int err, const char *what)
{
	complain("%s: %s", what, nl_geterror(err));
	return -EIO;
}

static struct nl_sock *genl_fail(struct nl_sock *sock, int err, const char *what)
{
	complain_nl(err, what);
	nl_socket_free(sock);
	return NULL;
}

/* Exceeds the general limit if this process has the privilege. */
static void enlarge(struct nl_sock *sock)
{
	const int size = RECEIVE_BUFFER, fd = nl_socket_get_fd(sock);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

struct nl_sock *genl_open(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	const int on = 1;
	int err;

	if (!sock) {
		complain_errno(ENOMEM, "netlink socket");
		return NULL;
	}
	err = genl_connect(sock);
	if (err)
		return genl_fail(sock, err, "no generic netlink socket");
	enlarge(sock);
	/* This fails on old kernels, which send no error text. */
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &on,
		   sizeof(on));
	err = nl_socket_add_membership(sock, GENL_ID_CTRL);
	if (err)
		return genl_fail(sock, err, "cannot listen to nlctrl");
	return sock;
}

int genl_join(struct nl_sock *sock, uint32_t group)
{
	/* libnl does not have a number for every errno. */
	return setsockopt(nl_socket_get_fd(sock), SOL_NETLINK,
			  NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) ?
	       -errno : 0;
}

static int send_and_free(struct nl_sock *sock, struct nl_msg *msg)
{
	int ret = nl_send_auto(sock, msg);

	nlmsg_free(msg);
	return ret < 0 ? complain_nl(ret, "cannot ask the kernel") : 0;
}

int genl_ask_family(struct nl_sock *sock, const char *name)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0,
				 0, CTRL_CMD_GETFAMILY, 1) ||
	    nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name)) {
		nlmsg_free(msg);
		return complain_errno(ENOMEM, "netlink message");
	}
	return send_and_free(sock, msg);
}

int genl_ask(struct nl_sock *sock, uint16_t family, uint8_t cmd,
	     uint8_t version)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, 0,
				 cmd, version)) {
		nlmsg_free(msg);
		return complain_errno(ENOMEM, "netlink message");
	}
	return send_and_free(sock, msg);
}

ssize_t genl_receive(struct nl_sock *sock, void *buf, size_t size, bool wait)
{
	struct sockaddr_nl from = { };
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &iov, .msg_iovlen = 1,
	};
	ssize_t len;

	do {
		len = recvmsg(nl_socket_get_fd(sock), &msg,
			      wait ? 0 : MSG_DONTWAIT);
	} while ((len < 0 && errno == EINTR) || (len >= 0 && from.nl_pid));
	if (len < 0)
		return -errno;
	return msg.msg_flags & MSG_TRUNC ? -ENOBUFS : len;
}

/* ---- messages of nlctrl, and errors ---- */

static uint32_t find_group(struct nlattr *groups, const char *name)
{
	struct nlattr *attrs[CTRL_ATTR_MCAST_GRP_MAX + 1], *group;
	int rest;

	nla_for_each_nested(group, groups, rest) {
		if (nla_parse_nested(attrs, CTRL_ATTR_MCAST_GRP_MAX, group,
				     NULL) ||
		    !attrs[CTRL_ATTR_MCAST_GRP_NAME] ||
		    nla_strcmp(attrs[CTRL_ATTR_MCAST_GRP_NAME], name) ||
		    !attrs[CTRL_ATTR_MCAST_GRP_ID] ||
		    nla_len(attrs[CTRL_ATTR_MCAST_GRP_ID]) != sizeof(uint32_t))
			continue;
		return nla_get_u32(attrs[CTRL_ATTR_MCAST_GRP_ID]);
	}
	return 0;
}

int genl_parse_family(struct genl_family *family, const char *group,
		      const struct nlmsghdr *message)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)message;
	struct nlattr *attrs[CTRL_ATTR_MAX + 1], *name, *id;

	*family = (struct genl_family){ };
	if (!genlmsg_valid_hdr(nlh, 0) ||
	    genlmsg_parse(nlh, 0, attrs, CTRL_ATTR_MAX, NULL))
		return -EBADMSG;
	name = attrs[CTRL_ATTR_FAMILY_NAME];
	id = attrs[CTRL_ATTR_FAMILY_ID];
	if (!name || !id || nla_len(id) != sizeof(uint16_t) ||
	    nla_len(name) < 1 ||
	    ((char *)nla_data(name))[nla_len(name) - 1])
		return -EBADMSG;
	family->cmd = genlmsg_hdr(nlh)->cmd;
	family->name = nla_data(name);
	family->id = nla_get_u16(id);
	if (attrs[CTRL_ATTR_MCAST_GROUPS])
		family->group = find_group(attrs[CTRL_ATTR_MCAST_GROUPS],
					   group);
	return 0;
}

/* The text follows the copy of the request, which may be shortened. */
static const char *error_words(struct nlmsghdr *nlh)
{
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1], *words;
	const struct nlmsgerr *error = nlmsg_data(nlh);
	int skip = sizeof(*error);

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
		if (error->msg.nlmsg_len < NLMSG_HDRLEN ||
		    error->msg.nlmsg_len > nlh->nlmsg_len)
			return NULL;
		skip += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
	}
	if (nlmsg_datalen(nlh) < skip ||
	    nlmsg_parse(nlh, skip, attrs, NLMSGERR_ATTR_MAX, NULL))
		return NULL;
	words = attrs[NLMSGERR_ATTR_MSG];
	if (!words || nla_len(words) < 1 ||
	    ((char *)nla_data(words))[nla_len(words) - 1])
		return NULL;
	return nla_data(words);
}

int genl_parse_error(const struct nlmsghdr *message, const char **words)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)message;
	const struct nlmsgerr *error = nlmsg_data(nlh);

	*words = NULL;
	if (nlmsg_datalen(nlh) < (int)sizeof(*error) || error->error > 0)
		return -EBADMSG;
	*words = error_words(nlh);
	return error->error;
}

/* ---- the listener ---- */

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
static void count_event(struct listener *l, uint64_t next, uint64_t seq)
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
		count_event(l, l->seq + 1, event.event_seq);
		tell(l, NEWS_EVENT, &event, 0);
		return 0;
	}
	count_event(l, l->seq, event.event_seq);
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
