/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LOAD_H
#define LOAD_H
/*
 * The processes of a load do at random all that user space can do to memory of
 * every kind, and know all the time what each page must hold. Wrong contents end a
 * process with a failure. lib/truth.h finds wrong mapcounts while all are parked.
 */

#include <stdbool.h>

/* Start @workers processes, each a family of its own. */
void load_start(int workers, unsigned int seed);

/*
 * Wait until every process stands still, with its mappings. Returns false if
 * one has failed, or does not stop.
 */
bool load_park(void);
void load_resume(void);

/* End all. Returns NULL, or what went wrong in a process. */
const char *load_stop(void);

/* What all processes did so far. */
unsigned long long load_actions(void);

/* Has a process failed already? */
bool load_failed(void);

#endif /* LOAD_H */
