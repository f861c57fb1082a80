/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STRESS_H
#define STRESS_H
/*
 * What the stress programs share: the start of a load, its pauses, and its end.
 */

#include <stdbool.h>

struct stress_options {
	int seconds, cpus, least;
	int enough;	/* or 0: no limit but the time */
	unsigned int seed;
	bool layouts;	/* changes of the layout, too: see stress/layouts.h */
	const char *beside;	/* a command that runs meanwhile, or NULL */
};

/*
 * Reads --seconds N --cpus N --least N --enough N --seed N --layouts --beside COMMAND.
 * Other arguments end the program.
 */
void stress_parse(int argc, char **argv, const char *what_least,
		  struct stress_options *options);

/* These are the parts of the rest, for a program that has a load of its own. */
void stress_prepare(const struct stress_options *options);	/* settings, log */
bool stress_lasts(int done);		/* stress_goes_on() */
const char *stress_audit(void);		/* NULL, or what the audit found */

/*
 * Prepares settings, log, tables and load. Prints the plan: 6 results, and @more, and
 * with --layouts those of stress/layouts.h, and with --beside one.
 */
void stress_start(const struct stress_options *options, int more);

/*
 * Returns whether to go on: until the time is over and @done is as much as was
 * asked for, or until @done is enough. On a busy machine that takes longer, but not
 * without limit.
 */
bool stress_goes_on(int done);

/* Returns NULL, or that fewer of @what were done than was asked for. */
const char *stress_judge(const char *what, int done);

/*
 * Stops the load for a moment, and compares the counts of what it has mapped. With
 * --beside, that is done once, when the other load has ended.
 */
bool stress_pause(void);

/* Returns the milliseconds since stress_start(). */
long long stress_elapsed(void);

/*
 * Ends the load. It prints whether contents were right, whether all kinds of
 * actions happened, whether counts were right in the pauses and at the end (of
 * all frames, by the tables that user space can see and by rmap_ab's audit),
 * and whether the kernel's log is clean. Returns the program's exit status, so
 * all other results must have been printed.
 */
int stress_finish(void);

#endif /* STRESS_H */
