/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STRESS_H
#define STRESS_H
/*
 * What the stress programs have in common: a load, its pauses, its end.
 */

#include <stdbool.h>

struct stress_options {
	int seconds, cpus, least;
	unsigned int seed;
};

/* --seconds N --cpus N --least N --seed N; other arguments end the program. */
void stress_parse(int argc, char **argv, const char *what_least,
		  struct stress_options *options);

/* The parts of the rest, for a program that has a load of its own. */
void stress_prepare(const struct stress_options *options);	/* settings, log */
bool stress_lasts(int done);		/* stress_goes_on() */
const char *stress_audit(void);		/* NULL, or what the audit found */

/* Settings, log, tables, load; prints the plan: 6 results, and @more. */
void stress_start(const struct stress_options *options, int more);

/*
 * Go on? Until the time is over and @done is as much as was asked for; on a busy
 * machine that takes longer, but not without limit.
 */
bool stress_goes_on(int done);

/* NULL, or that fewer of @what were done than was asked for. */
const char *stress_judge(const char *what, int done);

/* Stop the load for a moment and compare the counts of what it has mapped. */
bool stress_pause(void);

/* Milliseconds since stress_start(). */
long long stress_elapsed(void);

/*
 * End of the load. Prints: contents right; all kinds of actions happened; counts
 * right in the pauses; counts right at the end, of all frames, by the tables that
 * user space can see and by rmap_ab's audit; the kernel's log clean. Returns the
 * program's exit status, so all else must have been printed.
 */
int stress_finish(void);

#endif /* STRESS_H */
