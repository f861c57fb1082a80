/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LOAD_H
#define LOAD_H
/*
 * Processes that do to memory of every kind whatever user space can, at random,
 * and know all the time what each page must hold. Wrong contents end a process
 * with a failure; lib/truth.h finds wrong mapcounts while all processes are
 * parked.
 */

#include <stdbool.h>

/* Starts @workers processes, each with a family of its own. */
void load_start(int workers, unsigned int seed);

/*
 * Waits until every process stands still, with its mappings. Returns false if
 * one has failed, or does not stop.
 */
bool load_park(void);
void load_resume(void);

/* Ends all of them. Returns NULL, or what went wrong in a process. */
const char *load_stop(void);

/* What all processes have done so far. */
unsigned long long load_actions(void);

/* Returns whether a process has failed already. */
bool load_failed(void);

#endif /* LOAD_H */
