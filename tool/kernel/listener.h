/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who listens to the module's events: finds it when it comes, notices that it
 * goes, and knows how many events were missed. Does no input or output itself.
 */
#ifndef RMAPCTL_LISTENER_H
#define RMAPCTL_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/event.h"

/**
 * struct listener_ops - the world
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
 * @ops: the world
 * @data: for @ops
 * @family: the module's; 0: there is none
 * @announce: how the next status is told, if @owes
 * @owes: no status has been told since the family is there
 * @waiting: there was no module at first
 * @counted: @seq is known
 * @seq: number of the last event
 * @behind: messages were lost, and nothing that came later has said which
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
 * listener_take() - messages have come
 * @listener: for whom
 * @messages: one or more, aligned as struct nlmsghdr
 * @len: their length
 * @words: set to what the kernel says of an error, or NULL
 *
 * Return: 0; -EBADMSG, or what the kernel or @ops have said.
 */
int listener_take(struct listener *listener, const void *messages, size_t len,
		  const char **words);

/* Messages were lost; those that are still there are to be taken first. */
void listener_lost(struct listener *listener);

/* There was no message any more after listener_lost(). Returns 0 or -errno. */
int listener_catch_up(struct listener *listener);

#endif
