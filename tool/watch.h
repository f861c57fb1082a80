/* SPDX-License-Identifier: GPL-2.0 */
/* What `watch` shows: folios, or how many there are of which size, live or from a file. */
#ifndef RMAPCTL_WATCH_H
#define RMAPCTL_WATCH_H

#include "cli/terminal.h"
#include "folio/select.h"

#define NS_PER_SECOND	1000000000ULL

/* Takes the value of an option: seconds, with or without a fraction, as ns. */
int watch_take_seconds(const struct opt *opt, const char *arg);

/**
 * struct watched - what is on the screen, look after look
 * @draw: draws look number @tick, again if a key was pressed; returns 0 or -errno
 * @pause: returns the ns until the next look, or 0: that was the last one
 * @scroll: takes a key that moves the list
 */
struct watched {
	int (*draw)(uint64_t tick);
	uint64_t (*pause)(uint64_t tick);
	void (*scroll)(enum terminal_key key);
};

/* Returns 0 after the last look or when the user quits; -errno after a complaint. */
int watch_on_screen(const struct watched *what);

/**
 * struct watch_when - when to look
 * @interval: from one look to the next, in ns
 * @count: number of looks; 0: until the user ends it
 * @speed: how many times as fast a file is shown
 */
struct watch_when {
	uint64_t interval;
	uint64_t count;
	double speed;
};

/* Both return 0, or -errno after a complaint. */
int watch_sizes(struct out *out, const struct watch_when *when,
		const struct selection *selection, const struct filter *filter);
int watch_replay(const struct watch_when *when, const char *path);

/* What a process, a cgroup, ... is called in the title. */
void watch_name(const struct selection *selection, char *to, size_t size);

#endif
