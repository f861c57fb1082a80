/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Uses the terminal as a screen, and restores it whatever happens.
 *
 * It uses no library. A signal handler restores the terminal, and may call
 * write() and tcsetattr() but not endwin(). Four sequences suffice, and every
 * terminal since the VT220 knows them.
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
	KEY_RESIZED,	/* or the screen must be drawn again */
	KEY_QUIT,
	KEY_UP,
	KEY_DOWN,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_OTHER,
};

/*
 * Enters the screen. Holds complaints back until terminal_leave(). Returns 0,
 * or -errno after a complaint.
 */
int terminal_enter(void);

/*
 * Restores the terminal and prints the complaints. Does nothing if not entered.
 */
void terminal_leave(void);

struct terminal_size terminal_size(void);

/* Waits for a key until @deadline, in ns of CLOCK_MONOTONIC. */
enum terminal_key terminal_wait(uint64_t deadline);

/* Waits until @deadline, without a terminal. */
void terminal_sleep(uint64_t deadline);

uint64_t terminal_now(void);

#endif
