/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A terminal as a screen, put back whatever happens.
 *
 * Four sequences that every terminal since the VT220 knows are all it takes, so
 * there is no library: what restores the terminal has to run in a handler of
 * any signal, and a constant text and tcsetattr() may, endwin() may not.
 */
#ifndef RMAPCTL_TERMINAL_H
#define RMAPCTL_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

/* Sequences for the text. */
#define TERMINAL_MARK		"\033[7m"
#define TERMINAL_PLAIN		"\033[0m"
#define TERMINAL_END_OF_LINE	"\033[K"
#define TERMINAL_HOME		"\033[H"
#define TERMINAL_REST		"\033[J"

struct terminal_size {
	unsigned int rows;
	unsigned int columns;
};

enum terminal_key {
	KEY_NONE,	/* time is up */
	KEY_RESIZED,	/* or the screen has to be drawn anew */
	KEY_QUIT,
	KEY_UP,
	KEY_DOWN,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_OTHER,
};

/*
 * From here on until terminal_leave() complaints are kept back. Returns 0, or
 * -errno after a complaint.
 */
int terminal_enter(void);

/* Puts it back, and lets the complaints out; does nothing if not entered. */
void terminal_leave(void);

struct terminal_size terminal_size(void);

/* Waits for a key, at most until @deadline (ns of CLOCK_MONOTONIC). */
enum terminal_key terminal_wait(uint64_t deadline);

/* The same without a terminal. */
void terminal_sleep(uint64_t deadline);

uint64_t terminal_now(void);

#endif
