/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TAP_H
#define TAP_H
/*
 * Tests as CMocka runs them, results as TAP.
 *
 * Each test runs in a process of its own: a failure leaves no mappings behind,
 * its children die with it, a crash or a hang is a failure. CMocka's TAP names
 * no reason for a skip, so the lines are written here; what CMocka said about a
 * failure follows as comments.
 */

#include <stdbool.h>
#include <stddef.h>

struct tap_hooks {
	void (*after)(void);	/* in the parent, whatever happened */
	/* then: did the test leave the system sound? 0, or what is wrong */
	long (*audit)(char *report, size_t size);
	unsigned int timeout;	/* seconds for one test */
	bool verbose;		/* print what passing tests said, too */
};

extern struct tap_hooks tap_hooks;

/* The number of results to come. Before the first of them. */
void tap_plan(unsigned int nr);

/* Run @test; its result is one line. Returns false if it failed. */
bool tap_run(const char *name, void (*test)(void));

/*
 * Shall this test run? TAP_ONLY in the environment is a part of the names of those
 * that shall; tap_run() skips others by itself.
 */
bool tap_is_asked_for(const char *name);

/* A result that needed no process: passed if @wrong is NULL. */
bool tap_result(const char *name, const char *wrong);

/* In a test: stop, and say which condition is missing. */
void tap_skip(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* A comment. */
void tap_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Was the last test skipped? */
bool tap_skipped(void);

/* Exit status: 0 if as many results as planned were written, and none failed. */
int tap_status(void);

#endif /* TAP_H */
