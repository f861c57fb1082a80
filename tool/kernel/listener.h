/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A listener to the module's events. It finds the module when it is loaded,
 * notices when it is unloaded, and counts the events that were missed. It does
 * no input or output itself.
 */
#ifndef RMAPCTL_LISTENER_H
#define RMAPCTL_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/event.h"

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
