// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/netlink.h"

static const struct nlmsghdr *header(const struct netlink_message *m)
{
	return (const struct nlmsghdr *)m->bytes;
}

int netlink_open(void)
{
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	const struct timeval patience = { .tv_sec = 60 };
	const int on = 1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	must(fd >= 0 && !bind(fd, (const struct sockaddr *)&any, sizeof(any)),
	     "a netlink socket: %s", strerror(errno));
	must(!setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)),
	     "words with refusals");
	must(!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			 sizeof(patience)), "not to wait for ever");
	return fd;
}

int netlink_join(int fd, uint32_t group)
{
	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
			  sizeof(group)) ? -errno : 0;
}

int netlink_send(int fd, const void *bytes, size_t len)
{
	return send(fd, bytes, len, 0) < 0 ? -errno : 0;
}

int netlink_ask(int fd, int type, int cmd, const void *attrs, size_t len)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genl;
	} head = {
		.nlh = {
			.nlmsg_len = sizeof(head) + len,
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST,
			.nlmsg_seq = 1,
		},
		.genl = { .cmd = cmd, .version = 1 },
	};
	const struct iovec parts[] = {
		{ &head, sizeof(head) },
		{ (void *)attrs, len },
	};

	return writev(fd, parts, 2) < 0 ? -errno : 0;
}

int netlink_next(int fd, struct netlink_message *m, bool wait)
{
	do {
		m->len = recv(fd, m->bytes, sizeof(m->bytes),
			      MSG_TRUNC | (wait ? 0 : MSG_DONTWAIT));
	} while (m->len < 0 && errno == EINTR);
	if (m->len < 0)
		return -errno;
	must(m->len >= (long)sizeof(struct nlmsghdr) &&
	     m->len <= (long)sizeof(m->bytes), "%ld bytes", m->len);
	return 0;
}

int netlink_type(const struct netlink_message *m)
{
	return header(m)->nlmsg_type;
}

int netlink_cmd(const struct netlink_message *m)
{
	const struct genlmsghdr *genl = NLMSG_DATA(header(m));

	return genl->cmd;
}

static const struct nlattr *find(const void *from, long len, int type)
{
	const struct nlattr *attr = from;

	while (len >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN &&
	       attr->nla_len <= len) {
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		len -= NLA_ALIGN(attr->nla_len);
		attr = (const void *)((const char *)attr +
				      NLA_ALIGN(attr->nla_len));
	}
	return NULL;
}

static const void *payload(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

static const struct nlattr *attribute(const struct netlink_message *m, int nest,
				      int type)
{
	const long head = NLMSG_HDRLEN + GENL_HDRLEN;
	const struct nlattr *attr;

	attr = find(m->bytes + head, m->len - head, nest ? nest : type);
	must(attr, "attribute %d", nest ? nest : type);
	if (nest)
		attr = find(payload(attr), attr->nla_len - NLA_HDRLEN, type);
	must(attr, "attribute %d in %d", type, nest);
	return attr;
}

const char *netlink_words(const struct netlink_message *m, int nest, int type)
{
	const struct nlattr *attr = attribute(m, nest, type);
	const char *words = payload(attr);

	must(attr->nla_len > NLA_HDRLEN &&
	     !words[attr->nla_len - NLA_HDRLEN - 1], "words in %d", type);
	return words;
}

uint64_t netlink_number(const struct netlink_message *m, int nest, int type)
{
	const struct nlattr *attr = attribute(m, nest, type);
	uint64_t number = 0;

	must(attr->nla_len == NLA_HDRLEN + 4 || attr->nla_len == NLA_HDRLEN + 8,
	     "a number in %d", type);
	memcpy(&number, payload(attr), attr->nla_len - NLA_HDRLEN);
	return number;
}

int netlink_error(const struct netlink_message *m)
{
	const struct nlmsgerr *error = NLMSG_DATA(header(m));

	must(netlink_type(m) == NLMSG_ERROR, "type %d", netlink_type(m));
	return error->error;
}

const char *netlink_words_of_error(const struct netlink_message *m)
{
	const struct nlmsgerr *error = NLMSG_DATA(header(m));
	long skip = NLMSG_HDRLEN + sizeof(*error);
	const struct nlattr *attr = NULL;

	if (!(header(m)->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (header(m)->nlmsg_flags & NLM_F_ACK_TLVS)
		attr = find(m->bytes + skip, m->len - skip, NLMSGERR_ATTR_MSG);
	return attr ? payload(attr) : "";
}

/* Finds the group whose name is @name. */
static uint32_t find_group(const struct nlattr *groups, const char *name)
{
	const long end = groups->nla_len - NLA_HDRLEN;
	const struct nlattr *group, *word, *id;
	int i;

	for (i = 1; (group = find(payload(groups), end, i)); i++) {
		const long len = group->nla_len - NLA_HDRLEN;

		word = find(payload(group), len, CTRL_ATTR_MCAST_GRP_NAME);
		id = find(payload(group), len, CTRL_ATTR_MCAST_GRP_ID);
		if (word && id && !strcmp(payload(word), name))
			return *(const uint32_t *)payload(id);
	}
	return 0;
}

int netlink_family(int fd, const char *name, const char *group, int *family,
		   uint32_t *id)
{
	struct {
		struct nlattr attr;
		char name[GENL_NAMSIZ];
	} ask = { .attr = { sizeof(ask), CTRL_ATTR_FAMILY_NAME } };
	struct netlink_message m;
	int err;

	strncpy(ask.name, name, sizeof(ask.name) - 1);
	err = netlink_ask(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, &ask,
			  sizeof(ask));
	err = err ? err : netlink_next(fd, &m, true);
	if (err)
		return err;
	if (netlink_type(&m) == NLMSG_ERROR)
		return netlink_error(&m);
	*family = *(const uint16_t *)payload(attribute(&m, 0,
						       CTRL_ATTR_FAMILY_ID));
	*id = find_group(attribute(&m, 0, CTRL_ATTR_MCAST_GROUPS), group);
	return 0;
}
