/* SPDX-License-Identifier: GPL-2.0 */
/* What the monitor prints. */
#ifndef RMAPCTL_EVENT_SHOW_H
#define RMAPCTL_EVENT_SHOW_H

#include "cli/out.h"
#include "kernel/listener.h"

/* Print a line, or an object; with the time if @out wants it. */
void event_show(struct out *out, enum listener_news news,
		const struct event *event, uint64_t lost);

/* The kinds of lines, and the keys of the JSON form, for a help text. */
void event_help(FILE *to);

#endif
