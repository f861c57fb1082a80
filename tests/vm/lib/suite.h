/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SUITE_H
#define SUITE_H
/*
 * What every suite shares: its options, its cases, and the order in which the
 * guest is prepared and put back.
 */

#include <stdbool.h>
#include <stddef.h>

#include "lib/row.h"

struct suite_case {
	const char *name;
	void (*run)(void);
	unsigned int needs;	/* NEED_*; the case is skipped without them */
};

/* An option of one suite. It sets exactly one of the last three. */
struct suite_option {
	const char *name, *argument, *help;
	unsigned long *number;
	const char **word;
	bool *flag;
};

#define SUITE_ROWS	1	/* needs the modules */
#define SUITE_ANY_ROW	2	/* rows of each kind; without: builtin and modules */
#define SUITE_CORRUPT	4	/* loads rmap_ab with allow_corrupt=1 */
#define SUITE_SETTINGS	8	/* starts from need_settings() */
#define SUITE_IMPL	16	/* runs under each row; takes --impl */

struct suite {
	const char *what;			/* --help begins with this */
	const struct suite_option *options;	/* may be NULL; ends without a name */
	const char *operand;	/* the option that a bare argument sets, or NULL */
	unsigned int flags, timeout;
	bool verbose;
	/* What is missing to run at all, or NULL. Its settings are kept for all. */
	const char *(*prepare)(void);
	void (*before)(void);			/* in the case's process */
	void (*after)(void);
	long (*audit)(char *report, size_t size);
	/* Run under each row, if there is no run(). */
	const struct suite_case *cases;		/* ends without a name */
	void (*run)(void);			/* prints the plan, too */
};

/* The rows that --impl leaves, and the one in charge of a case. */
extern struct row suite_rows[MAX_ROWS];
extern int suite_nr_rows;
extern const struct row *suite_row;

/* All of main(). */
int suite_main(const struct suite *suite, int argc, char **argv);

/* In a test: skip it if something is missing; under --strict, fail. */
void suite_need(unsigned int needs);

unsigned int suite_count(const struct suite_case *cases);

/* Run one case as @name, or all with @prefix before their names. */
void suite_run_case(const struct suite_case *one, const char *name);
void suite_run_cases(const struct suite_case *cases, const char *prefix);

#endif /* SUITE_H */
