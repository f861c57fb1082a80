// SPDX-License-Identifier: GPL-2.0
#include "tests.h"

#include <pthread.h>

#include "directory.h"
#include "turns.h"

/* ---- the directory ---- */

static void check_counts(const struct directory_counts *counts, uint64_t accesses,
			 uint64_t transfers, uint64_t invalidations)
{
	if (counts->accesses != accesses || counts->transfers != transfers ||
	    counts->invalidations != invalidations)
		fail_msg("%lu accesses, %lu transfers, %lu invalidations, not %lu %lu %lu",
			 counts->accesses, counts->transfers, counts->invalidations,
			 accesses, transfers, invalidations);
}

/* By hand. */
void lines_move_between_cpus(void **state)
{
	static const struct {
		unsigned int cpu, line;
		bool is_write;
		unsigned int transfers, invalidations;
	} steps[] = {
		{ 0, 7, false, 0, 0 },	/* nobody has it */
		{ 1, 7, false, 0, 0 },	/* a clean copy comes from anywhere */
		{ 0, 7, true, 0, 1 },	/* that copy must go */
		{ 0, 7, true, 0, 1 },
		{ 0, 7, false, 0, 1 },
		{ 1, 7, false, 1, 1 },	/* 0 has modified it */
		{ 1, 7, false, 1, 1 },
		{ 0, 7, false, 1, 1 },	/* and still has a copy */
		{ 1, 7, true, 1, 2 },
		{ 0, 7, true, 2, 2 },	/* modified by 1 */
		{ 2, 7, true, 3, 2 },
		{ 0, 8, true, 3, 2 },	/* another line */
		{ 0, 7, true, 4, 2 },
	};
	struct directory_counts counts = { 0 };

	(void)state;
	directory_clear();
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		directory_access(&counts, steps[i].cpu, steps[i].line,
				 steps[i].is_write);
		check_counts(&counts, i + 1, steps[i].transfers,
			     steps[i].invalidations);
	}
}

enum { CPUS = 4, NR_LINES = 20 };

/* The states of a line in each CPU's own cache, which asks the others' caches. */
enum mesi { I, S, E, M };

static enum mesi caches[CPUS][NR_LINES];

static enum mesi best_elsewhere(unsigned int cpu, unsigned int line)
{
	enum mesi best = I;

	for (unsigned int c = 0; c < CPUS; c++)
		if (c != cpu && caches[c][line] > best)
			best = caches[c][line];
	return best;
}

static void set_elsewhere(unsigned int cpu, unsigned int line, enum mesi to)
{
	for (unsigned int c = 0; c < CPUS; c++)
		if (c != cpu && caches[c][line] != I)
			caches[c][line] = to;
}

static void mesi_read(struct directory_counts *counts, unsigned int cpu,
		      unsigned int line)
{
	const enum mesi best = best_elsewhere(cpu, line);

	if (caches[cpu][line] != I)
		return;
	counts->transfers += best == M;
	set_elsewhere(cpu, line, S);
	caches[cpu][line] = best == I ? E : S;
}

static void mesi_write(struct directory_counts *counts, unsigned int cpu,
		       unsigned int line)
{
	const enum mesi best = best_elsewhere(cpu, line);

	if (caches[cpu][line] < E) {
		counts->transfers += best == M;
		counts->invalidations += best == S || best == E;
		set_elsewhere(cpu, line, I);
	}
	caches[cpu][line] = M;
}

void directory_agrees_with_mesi(void **state)
{
	struct directory_counts counts = { 0 }, expected = { 0 };

	(void)state;
	directory_clear();
	memset(caches, 0, sizeof(caches));
	srandom(1);
	for (int i = 0; i < 100000; i++) {
		const unsigned int cpu = random() % CPUS;
		const unsigned int line = random() % NR_LINES;
		const bool is_write = random() % 3 == 0;

		directory_access(&counts, cpu, line, is_write);
		expected.accesses++;
		(is_write ? mesi_write : mesi_read)(&expected, cpu, line);
		check_counts(&counts, expected.accesses, expected.transfers,
			     expected.invalidations);
	}
	assert_true(counts.transfers > 1000 && counts.invalidations > 1000);
}

/* ---- turns ---- */

enum { TURN = 8, NR_TURNS = 500, SHARED = 1000, LONG_MS = 60000, SHORT_MS = 5 };

static pthread_barrier_t all_awake;

/* Writes one line over and over; reads another one, which is watched. */
static void *write_and_read(void *number)
{
	const unsigned int cpu = (uintptr_t)number;

	turns_note(cpu, cpu, false, false);
	turns_note(cpu, cpu, false, false);
	pthread_barrier_wait(&all_awake);
	for (int i = 2; i < TURN * NR_TURNS; i += 2) {
		turns_note(cpu, SHARED, true, false);
		turns_note(cpu, SHARED + 1, true, true);
	}
	turns_sleep(cpu);
	return NULL;
}

/* Whatever the host does, each access is by another CPU than the one before it. */
void cpus_take_turns(void **state)
{
	const uint64_t each = TURN * NR_TURNS / 2 - 1;
	pthread_t other[2];
	struct turns_counts counts;

	(void)state;
	turns_init(3, TURN, LONG_MS);
	turns_begin();
	pthread_barrier_init(&all_awake, NULL, 3);
	for (uintptr_t i = 0; i < 2; i++)
		pthread_create(&other[i], NULL, write_and_read, (void *)(i + 1));
	write_and_read((void *)0);
	for (int i = 0; i < 2; i++)
		pthread_join(other[i], NULL);
	counts = turns_end(0);
	pthread_barrier_destroy(&all_awake);
	assert_int_equal(counts.slips, 0);
	check_counts(&counts.all, 3 * TURN * NR_TURNS, 2 * (3 * each - 1), 0);
	check_counts(&counts.watched, 3 * each, 3 * each - 1, 0);
}

void nobody_waits_for_a_sleeper(void **state)
{
	struct turns_counts counts;

	(void)state;
	turns_init(2, TURN, SHORT_MS);
	turns_begin();
	turns_note(1, SHARED, true, false);
	turns_sleep(1);
	for (int i = 0; i < 10 * TURN; i++)
		turns_note(0, SHARED, true, false);
	counts = turns_end(0);
	assert_int_equal(counts.slips, 0);
	/* 0, 1, and then 0 again. */
	check_counts(&counts.all, 10 * TURN + 1, 2, 0);
}

/* CPU 1 is awake and does nothing. */
void waiting_has_an_end(void **state)
{
	struct turns_counts counts;

	(void)state;
	turns_init(2, TURN, SHORT_MS);
	turns_begin();
	turns_note(1, SHARED, true, false);
	for (int i = 0; i < 2 * TURN + 1; i++)
		turns_note(0, SHARED, true, true);
	turns_sleep(1);
	counts = turns_end(0);
	assert_int_equal(counts.slips, 2);
	/* What 1 has noted was left for later. */
	check_counts(&counts.all, 2 * TURN + 2, 1, 0);
	check_counts(&counts.watched, 2 * TURN + 1, 0, 0);
}

/* What was noted in another region, or in none, does not count. */
void a_region_begins_anew(void **state)
{
	struct turns_counts counts;

	(void)state;
	turns_init(2, TURN, LONG_MS);
	turns_begin();
	turns_note(1, SHARED, true, false);
	turns_end(0);
	turns_note(0, SHARED, true, false);
	turns_begin();
	turns_note(0, SHARED, true, false);
	turns_sleep(1);
	counts = turns_end(0);
	check_counts(&counts.all, 1, 0, 0);
}
