/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TAP_H
#define TAP_H
/*
 * CMocka runs the tests, and the results are TAP.
 *
 * Each test runs in a process of its own: a failure leaves no mappings behind,
 * its children die with it, and a crash or a hang is a failure. CMocka's TAP
 * gives no reason for a skip, so this code writes the lines; what CMocka said
 * about a failure follows as comments.
 */

#include <stdbool.h>
#include <stddef.h>

struct tap_hooks {
	void (*after)(void);	/* runs in the parent, whatever happened */
	/* then: is the system sound? Returns 0, or says what is wrong */
	long (*audit)(char *report, size_t size);
	unsigned int timeout;	/* seconds for one test */
	bool verbose;		/* prints what passing tests said, too */
};

extern struct tap_hooks tap_hooks;

/* Prints the number of results to come. It precedes the first of them. */
void tap_plan(unsigned int nr);

/*
 * Runs @test and prints its result, which is one line. Returns false if it failed. With
 * TAP_STOP in the environment, tests after one that failed are skipped.
 */
bool tap_run(const char *name, void (*test)(void));

/*
 * Returns whether this test shall run. TAP_ONLY in the environment is a part of
 * the names of those that shall; tap_run() skips others by itself.
 */
bool tap_is_asked_for(const char *name);

/* Prints a result that needed no process: passed if @wrong is NULL. */
bool tap_result(const char *name, const char *wrong);

/* In a test: stops it, and says which condition is missing. */
void tap_skip(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* Prints a comment. */
void tap_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Returns whether the last test was skipped. */
bool tap_skipped(void);

/*
 * Returns the exit status: 0 if as many results as planned were written, and
 * none failed.
 */
int tap_status(void);

#endif /* TAP_H */
