// SPDX-License-Identifier: GPL-2.0
/*
 * The counters begin again at 0 while a CPU counts, so that the CPU's write
 * does not find what its read has seen. No call may be lost, and none may be
 * counted twice.
 */
#include "../../module/tally.h"
#include "cases.h"

enum { NUMBERS = 3 };

static unsigned long counted[NUMBERS], at_reset[NUMBERS];

static const struct tally tally = { counted, at_reset, NUMBERS };

static void must_read(unsigned long first, unsigned long second,
		      unsigned long third)
{
	unsigned long sums[NUMBERS], last;

	tally_read(&tally, 0, NUMBERS, sums);
	assert_int_equal(sums[0], first);
	assert_int_equal(sums[1], second);
	assert_int_equal(sums[2], third);
	tally_read(&tally, 2, 1, &last);
	assert_int_equal(last, third);
}

static void resets(void **state)
{
	unsigned long read;

	(void)state;
	counted[0] = 5;
	counted[2] = 7;
	must_read(5, 0, 7);
	/* The other CPU is between its read and its write of the first counter. */
	read = counted[0];
	tally_reset(&tally);
	must_read(0, 0, 0);
	counted[0] = read + 1;
	must_read(1, 0, 0);
	counted[1]++;
	must_read(1, 1, 0);
	tally_reset(&tally);
	must_read(0, 0, 0);
}

void tally_add(struct suite *suite)
{
	suite_add(suite, strdup("tally: a reset while a CPU counts"), resets,
		  NULL, NULL);
}
