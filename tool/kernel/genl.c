// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "cli/complain.h"
#include "kernel/genl.h"

/* This is room for some thousand events. */
#define RECEIVE_BUFFER	0x100000

static int complain_nl(int err, const char *what)
{
	complain("%s: %s", what, nl_geterror(err));
	return -EIO;
}

static struct nl_sock *fail(struct nl_sock *sock, int err, const char *what)
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
		return fail(sock, err, "no generic netlink socket");
	enlarge(sock);
	/* This fails on old kernels, which send no error text. */
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &on,
		   sizeof(on));
	err = nl_socket_add_membership(sock, GENL_ID_CTRL);
	if (err)
		return fail(sock, err, "cannot listen to nlctrl");
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
