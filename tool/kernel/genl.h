/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A generic netlink socket that listens to a family's events, also while there
 * is no such family.
 *
 * libnl makes and reads messages. It neither reads the kernel's words of a refusal
 * nor tells lost messages from a lack of memory, so receiving is done here.
 */
#ifndef RMAPCTL_GENL_H
#define RMAPCTL_GENL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct nl_sock;
struct nlmsghdr;

/* What nlctrl says of a family. */
struct genl_family {
	int cmd;		/* CTRL_CMD_NEWFAMILY, CTRL_CMD_DELFAMILY */
	const char *name;	/* a part of the message */
	uint16_t id;
	uint32_t group;		/* of the name that was asked for; 0: none */
};

/*
 * A socket that gets what nlctrl says of families that come and go; NULL after a
 * complaint.
 */
struct nl_sock *genl_open(void);

/* Listen to a group. Returns 0 or -errno, without a complaint. */
int genl_join(struct nl_sock *sock, uint32_t group);

/* Ask nlctrl for a family. Returns 0, or -errno after a complaint. */
int genl_ask_family(struct nl_sock *sock, const char *name);

/* Ask a family for what @cmd gives. Returns 0, or -errno after a complaint. */
int genl_ask(struct nl_sock *sock, uint16_t family, uint8_t cmd,
	     uint8_t version);

/**
 * genl_receive() - get the next messages of the kernel
 * @sock: the socket
 * @buf: where to, aligned as struct nlmsghdr
 * @size: of @buf
 * @wait: if there is none
 *
 * Return: their length; -ENOBUFS if some were lost since the last call; -EAGAIN
 * if there is none, and another -errno, all without a complaint.
 */
ssize_t genl_receive(struct nl_sock *sock, void *buf, size_t size, bool wait);

/* Parse what nlctrl says; returns 0 or -EBADMSG. */
int genl_parse_family(struct genl_family *family, const char *group,
		      const struct nlmsghdr *message);

/*
 * Parse an NLMSG_ERROR: returns its error, 0 for an acknowledgment, -EBADMSG if it
 * is none. @words: those of the kernel, or NULL.
 */
int genl_parse_error(const struct nlmsghdr *message, const char **words);

#endif
