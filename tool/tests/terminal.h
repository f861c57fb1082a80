/* SPDX-License-Identifier: GPL-2.0 */
/* rmapctl on a terminal of its own. */
#ifndef RMAPCTL_TEST_TERMINAL_H
#define RMAPCTL_TEST_TERMINAL_H

#include <termios.h>

#include "world.h"

struct terminal {
	int fd;
	pid_t pid;
	struct termios before;
	size_t nr;
	char text[1 << 20];
};

/* In a child: makes the world that of the program which it will be. */
void terminal_set_world(const struct world *w);

/* Runs rmapctl with the words given, closed by NULL. */
void terminal_start(struct world *w, struct terminal *t, unsigned short rows,
		    const char *const *words);

/* Reads until @text appears behind what was there; NULL: to the end. */
void terminal_read_until(struct terminal *t, const char *text);

/* Waits for the end of the program; returns its status. */
int terminal_end(struct terminal *t);

/* Keeps the terminal alive beyond the program, so that it can be asked. */
int terminal_hold(struct terminal *t);

/* Are the settings as they were? */
void terminal_check_restored(struct terminal *t);

#endif
