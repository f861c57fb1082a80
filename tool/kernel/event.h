/* SPDX-License-Identifier: GPL-2.0 */
/* A message of the module's generic netlink family. */
#ifndef RMAPCTL_EVENT_H
#define RMAPCTL_EVENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/out.h"

struct nlmsghdr;

/**
 * struct event - how things are, and why that is told
 * @cmd: enum rmap_ab_cmd; may be one of a newer module
 * @event_seq: number of the event; in a reply, of the last one
 * @has_audit: there was an audit; what follows is of the last one
 * @has_fault: there was a fault; what follows is of the last one
 *
 * The rest is named as the module names it. Strings are parts of the message.
 */
struct event {
	int cmd;
	uint64_t event_seq;
	const char *state;
	const char *current;
	const char *previous;
	uint64_t switch_seq;
	uint64_t last_switch_us;
	uint64_t nr_reverts;
	const char *last_revert;
	const char *instrumented;
	bool has_audit;
	const char *audit_state;
	uint64_t start;
	uint64_t end;
	uint64_t elapsed_us;
	uint64_t checked;
	uint64_t mismatched;
	const char *statistics;
	bool has_fault;
	const char *fault;
	const char *operation;
};

/**
 * event_parse() - take a message apart
 * @event: where to
 * @message: of that family, as long as its header says
 *
 * Attributes that nobody knew of when this was written are skipped.
 *
 * Return: 0; -EBADMSG if it is no such message.
 */
int event_parse(struct event *event, const struct nlmsghdr *message);

/* What a listener tells. */
enum event_news {
	NEWS_WAITING,	/* there is no module yet */
	NEWS_START,	/* from now on; with how things are */
	NEWS_LOADED,	/* the same of a module that has come meanwhile */
	NEWS_UNLOADED,
	NEWS_EVENT,
	NEWS_LOST,	/* this many events; 0: nobody knows how many */
};

/* Print a line, or an object; with the time if @out wants it. */
void event_show(struct out *out, enum event_news news,
		const struct event *event, uint64_t lost);

/* The kinds of lines, and the keys of the JSON form, for a help text. */
void event_help(void);

#endif
