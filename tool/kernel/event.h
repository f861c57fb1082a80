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
 * struct event - the status of the module, and the reason of the message
 * @cmd: enum rmap_ab_cmd; may be one of a newer module
 * @event_seq: number of the event; in a reply, of the last one
 * @has_audit: there was an audit; the next members describe the last one
 * @has_fault: there was a fault; the next members describe the last one
 *
 * The other members have the module's names. Strings point into the message.
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
	const char *layout;		/* NULL from an older module */
	uint64_t nr_folios_none;
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
 * event_parse() - parse a message
 * @event: receives the result
 * @message: a message of the family, as long as its header says
 *
 * Unknown attributes are skipped: they come from a newer module.
 *
 * Return: 0, or -EBADMSG if it is not such a message.
 */
int event_parse(struct event *event, const struct nlmsghdr *message);

/* What a listener tells. */
enum event_news {
	NEWS_WAITING,	/* there is no module yet */
	NEWS_START,	/* listening begins; comes with the status */
	NEWS_LOADED,	/* the same for a module that was loaded later */
	NEWS_UNLOADED,
	NEWS_EVENT,
	NEWS_LOST,	/* the number of lost events; 0: not known */
};

/* Prints a line or a JSON object, with the time if @out wants it. */
void event_show(struct out *out, enum event_news news,
		const struct event *event, uint64_t lost);

/* Prints the kinds of lines and the JSON keys for a help text. */
void event_help(void);

#endif
