/* SPDX-License-Identifier: GPL-2.0 */
/* The groups of tests: one row and one file each. */
#ifndef RMAPCTL_TEST_GROUPS_H
#define RMAPCTL_TEST_GROUPS_H

#include "cli/array.h"
#include "world.h"

#define GROUPS(row)	\
	row(statistics)\
	row(text)	\
	row(out)	\
	row(opts)	\
	row(number)	\
	row(cli)	\
	row(status)	\
	row(use)	\
	row(layout)	\
	row(stats)	\
	row(metrics)	\
	row(guard)	\
	row(fault)	\
	row(keeper)	\
	row(bench)	\
	row(sort)	\
	row(joiner)	\
	row(folio)	\
	row(select)	\
	row(diff)	\
	row(pages)	\
	row(mappers)	\
	row(audit)	\
	row(accuracy)	\
	row(watch)	\
	row(record)	\
	row(monitor)	\
	row(missing)	\
	row(docs)

struct group {
	const struct CMUnitTest *tests;
	size_t nr;
};

#define GROUP(name, tests_)					\
	const struct group name##_tests = {			\
		.tests = tests_,				\
		.nr = ARRAY_SIZE(tests_),	\
	}

#define GROUP_DECLARE(name)	extern const struct group name##_tests;
GROUPS(GROUP_DECLARE)

#endif
