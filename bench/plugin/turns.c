// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "turns.h"

enum { TURN_MAX = 4096 };

struct note {
	uint64_t line;
	bool is_write;
	bool is_watched;
};

/*
 * The CPU's own thread writes @notes and @nr, others only while it waits or sleeps.
 * It alone makes itself awake.
 */
struct cpu {
	struct note notes[TURN_MAX];
	unsigned int nr;
	uint64_t region;
	bool is_waiting;
	bool is_awake;
};

static struct cpu cpus[DIRECTORY_CPUS];
static unsigned int nr_cpus, turn, patience;

/* Protects all that follows, and is_waiting and is_awake of each CPU. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t next = PTHREAD_COND_INITIALIZER;
static uint64_t generation;
static struct turns_counts counts;
/* 0 between regions. It is read without the lock, too. */
static _Atomic uint64_t region;
static uint64_t last_region;

void turns_init(unsigned int nr, unsigned int accesses, unsigned int patience_ms)
{
	nr_cpus = nr;
	patience = patience_ms;
	turn = accesses < TURN_MAX ? accesses : TURN_MAX;
}

/* May its notes be read? Those of another region do not count. */
static bool is_ready(const struct cpu *cpu)
{
	return (cpu->is_waiting || !cpu->is_awake) && cpu->region == region;
}

static void count(unsigned int cpu, const struct note *note)
{
	directory_access(&counts.all, cpu, note->line, note->is_write);
}

static void count_watched(const struct directory_counts *before)
{
	counts.watched.accesses += counts.all.accesses - before->accesses;
	counts.watched.transfers += counts.all.transfers - before->transfers;
	counts.watched.invalidations += counts.all.invalidations -
					before->invalidations;
}

/* Counts what is noted: the first access of each CPU, the second one, and so on. */
static void merge(bool (*is_in)(const struct cpu *cpu))
{
	bool more = true;

	for (unsigned int i = 0; more; i++) {
		more = false;
		for (unsigned int c = 0; c < nr_cpus; c++) {
			const struct directory_counts before = counts.all;

			if (!is_in(&cpus[c]) || i >= cpus[c].nr)
				continue;
			count(c, &cpus[c].notes[i]);
			if (cpus[c].notes[i].is_watched)
				count_watched(&before);
			more = true;
		}
	}
	for (unsigned int c = 0; c < nr_cpus; c++)
		if (is_in(&cpus[c]))
			cpus[c].nr = 0;
}

/* If nobody is missing any more, the next turn begins. */
static void turn_if_complete(void)
{
	bool waiting = false;

	for (unsigned int c = 0; c < nr_cpus; c++) {
		if (cpus[c].is_awake && !cpus[c].is_waiting)
			return;
		waiting |= cpus[c].is_waiting;
	}
	if (!waiting)
		return;
	merge(is_ready);
	for (unsigned int c = 0; c < nr_cpus; c++)
		cpus[c].is_waiting = false;
	generation++;
	pthread_cond_broadcast(&next);
}

static bool is_alone(const struct cpu *cpu)
{
	return cpu->is_waiting && cpu->region == region;
}

/* A CPU that has given up counts what it has noted, and others that wait, too. */
static void slip(struct cpu *cpu)
{
	counts.slips++;
	merge(is_alone);
	cpu->nr = 0;
	cpu->is_waiting = false;
}

static struct timespec patience_end(void)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_nsec += patience % 1000 * 1000000l;
	end.tv_sec += patience / 1000 + end.tv_nsec / 1000000000l;
	end.tv_nsec %= 1000000000l;
	return end;
}

static void wait_for_turn(struct cpu *cpu)
{
	const struct timespec end = patience_end();
	uint64_t mine;

	pthread_mutex_lock(&lock);
	mine = generation;
	cpu->is_waiting = true;
	turn_if_complete();
	while (mine == generation && region == cpu->region)
		if (pthread_cond_timedwait(&next, &lock, &end) == ETIMEDOUT)
			break;
	if (mine == generation && region == cpu->region)
		slip(cpu);
	cpu->is_waiting = false;
	pthread_mutex_unlock(&lock);
}

static void wake(struct cpu *cpu)
{
	pthread_mutex_lock(&lock);
	cpu->is_awake = true;
	pthread_mutex_unlock(&lock);
}

void turns_note(unsigned int number, uint64_t line, bool is_write,
		bool is_watched)
{
	struct cpu *cpu = &cpus[number];
	const uint64_t now = region;

	if (!now)
		return;
	if (!cpu->is_awake)
		wake(cpu);
	if (cpu->region != now) {
		cpu->region = now;
		cpu->nr = 0;
	}
	cpu->notes[cpu->nr++] = (struct note){ line, is_write, is_watched };
	if (cpu->nr == turn)
		wait_for_turn(cpu);
}

void turns_sleep(unsigned int cpu)
{
	pthread_mutex_lock(&lock);
	cpus[cpu].is_awake = false;
	if (region)
		turn_if_complete();
	pthread_mutex_unlock(&lock);
}

void turns_begin(void)
{
	pthread_mutex_lock(&lock);
	directory_clear();
	counts = (struct turns_counts){ };
	region = ++last_region;
	pthread_mutex_unlock(&lock);
}

struct turns_counts turns_end(unsigned int cpu)
{
	struct turns_counts result;

	pthread_mutex_lock(&lock);
	cpus[cpu].is_waiting = true;
	merge(is_ready);
	cpus[cpu].is_waiting = false;
	region = 0;
	result = counts;
	generation++;
	pthread_cond_broadcast(&next);
	pthread_mutex_unlock(&lock);
	return result;
}
