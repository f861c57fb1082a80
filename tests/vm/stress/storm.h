/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STORM_H
#define STORM_H
/*
 * Processes of several threads, and their children, do to the same anonymous
 * memory at the same time whatever sets or clears PG_anon_exclusive, or maps
 * and unmaps pages that have it. Nobody knows what the memory holds: the storm
 * is about the kernel's counts only.
 */

/* Starts @workers processes. Call storm_open() once before. */
void storm_open(void);
void storm_start(int workers, unsigned int seed);

/* Ends all of them. Returns NULL, or what went wrong in a process. */
const char *storm_stop(void);

/* The number of kinds of acts; the name of one, and how often it succeeded. */
int storm_nr_acts(void);
const char *storm_name(int act);
unsigned long storm_worked(int act);

/* Returns the conditions of an act (see lib/scenario.h). */
unsigned int storm_needs(int act);

#endif /* STORM_H */
