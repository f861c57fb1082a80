/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A generic netlink socket that listens to a family's events. It also works
 * while the family does not exist.
 *
 * libnl makes and reads messages. It does not read the kernel's error text, and
 * it does not tell lost messages from a lack of memory. So genl_receive() does
 * the receiving.
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
	uint32_t group;		/* with the requested name; 0: none */
};

/*
 * Returns a socket that gets nlctrl's messages about families that come and go;
 * NULL after a complaint.
 */
struct nl_sock *genl_open(void);

/* Joins a group. Returns 0 or -errno, without a complaint. */
int genl_join(struct nl_sock *sock, uint32_t group);

/* Asks nlctrl for a family. Returns 0, or -errno after a complaint. */
int genl_ask_family(struct nl_sock *sock, const char *name);

/* Sends @cmd to a family. Returns 0, or -errno after a complaint. */
int genl_ask(struct nl_sock *sock, uint16_t family, uint8_t cmd,
	     uint8_t version);

/**
 * genl_receive() - receive the next messages of the kernel
 * @sock: the socket
 * @buf: receives them; aligned as struct nlmsghdr
 * @size: of @buf
 * @wait: wait if there is none
 *
 * Return: their length; -ENOBUFS if some were lost since the last call; -EAGAIN
 * if there is none; or another -errno. It does not complain.
 */
ssize_t genl_receive(struct nl_sock *sock, void *buf, size_t size, bool wait);

/* Parses a message of nlctrl. Returns 0 or -EBADMSG. */
int genl_parse_family(struct genl_family *family, const char *group,
		      const struct nlmsghdr *message);

/*
 * Parses an NLMSG_ERROR. Returns its error, 0 for an acknowledgment, or
 * -EBADMSG if it is not valid. @words becomes the kernel's error text, or NULL.
 */
int genl_parse_error(const struct nlmsghdr *message, const char **words);

#endif
