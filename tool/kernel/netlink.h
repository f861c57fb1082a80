/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's events by generic netlink: a socket, and a listener that makes
 * sense of what comes from it. Both also work while the module is not there.
 *
 * libnl makes and reads messages. It does not read the kernel's error text, and
 * it does not tell lost messages from a lack of memory. So genl_receive() does
 * the receiving.
 *
 * The listener finds the module when it is loaded, notices when it is unloaded,
 * and counts the events that were missed. It does no input or output itself.
 */
#ifndef RMAPCTL_NETLINK_H
#define RMAPCTL_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel/event.h"

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

/**
 * struct listener_ops - what a listener calls
 * @join: listen to a multicast group; -ENOENT: it is gone
 * @ask_family: ask nlctrl for the module's family
 * @ask_status: ask the family for its status
 * @tell: something has happened; @event for those of NEWS_START, NEWS_LOADED,
 *	NEWS_EVENT
 *
 * All but @tell return 0 or -errno.
 */
struct listener_ops {
	int (*join)(void *data, uint32_t group);
	int (*ask_family)(void *data);
	int (*ask_status)(void *data, uint16_t family);
	void (*tell)(void *data, enum event_news news,
		     const struct event *event, uint64_t lost);
};

/**
 * struct listener - one listener
 * @ops: what it calls
 * @data: for @ops
 * @family: the module's family; 0: there is none
 * @announce: how the next status is told, if @owes
 * @owes: no status has been told since the family appeared
 * @waiting: there was no module at first
 * @counted: @seq is known
 * @seq: number of the last event
 * @behind: messages were lost, and no later message has shown how many
 */
struct listener {
	const struct listener_ops *ops;
	void *data;
	uint16_t family;
	enum event_news announce;
	bool owes;
	bool waiting;
	bool counted;
	uint64_t seq;
	bool behind;
};

/* Begin. Returns 0 or -errno. */
int listener_begin(struct listener *listener);

/**
 * listener_take() - take messages that have come
 * @listener: the listener
 * @messages: one or more, aligned as struct nlmsghdr
 * @len: their length
 * @words: set to the kernel's error text, or NULL
 *
 * Return: 0; -EBADMSG; or the error of the kernel or of @ops.
 */
int listener_take(struct listener *listener, const void *messages, size_t len,
		  const char **words);

/*
 * Notes that messages were lost. The caller takes the remaining messages next.
 */
void listener_lost(struct listener *listener);

/* Called when no message remains after listener_lost(). Returns 0 or -errno. */
int listener_catch_up(struct listener *listener);

#endif
