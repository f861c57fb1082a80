/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STORM_H
#define STORM_H
/*
 * Processes of several threads, and their children, that do to the same anonymous
 * memory at the same time whatever sets or clears PG_anon_exclusive, or maps and
 * unmaps what has it. Nobody knows what the memory holds: only the kernel's counts
 * are of interest.
 */

/* Start @workers processes. Before that, storm_open() once. */
void storm_open(void);
void storm_start(int workers, unsigned int seed);

/* End all. Returns NULL, or what went wrong in a process. */
const char *storm_stop(void);

/* How many kinds of acts there are, the name of one, and how often it succeeded. */
int storm_nr_acts(void);
const char *storm_name(int act);
unsigned long storm_worked(int act);

/* The conditions of an act (see lib/scenario.h). */
unsigned int storm_needs(int act);

#endif /* STORM_H */
