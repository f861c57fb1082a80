// SPDX-License-Identifier: GPL-2.0
/*
 * How long does a switch take, and how long does it stop the tasks that run?
 *
 * On each CPU runs a task that only interrupts and the kernel's own stoppers
 * can preempt. For some milliseconds it reads the clock as fast as it can; then
 * it lets the load run. The longest time between two readings is the longest
 * stall. Machines stall by themselves, emulated ones most, so rounds with
 * switches and rounds without alternate. A third kind of round, without those
 * tasks, times switches.
 *
 * The program prints one JSON object of raw values.
 */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/knob.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/text.h"
#include "stress/load.h"

enum {
	MAX_CPUS = 64, MAX_ROUNDS = 1000, MAX_SWITCHES = 1 << 20,
	SPIN_MS = 10, REST_MS = 10,
};

enum kind { TIMES, WITHOUT, WITH, NR_KINDS };

static struct {
	int cpus, rounds, milliseconds;
	unsigned int seed;
} options = { 0, 10, 2000, 1 };

static char names[MAX_ROWS][RMAP_AB_NAME_MAX];
static int nr_names;

static atomic_bool stop_switcher, stop_spinners;
static int switch_error;

/* In ticks. */
static uint64_t switch_took[MAX_SWITCHES];
static int nr_switches;

static uint64_t longest[NR_KINDS][MAX_ROUNDS];
static int switches_in[NR_KINDS][MAX_ROUNDS];

static void __attribute__((noreturn)) fail(const char *what, int err)
{
	fprintf(stderr, "rmap_stall_bench: %s: %s\n", what, strerror(err));
	exit(1);
}

/*
 * The CPU's own clock. On a busy host, an emulated machine fails to calibrate
 * it, and its kernel is left with the timer's ticks.
 */
static uint64_t now(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
#endif
}

/* A reading of both clocks at the same moment. */
static struct moment {
	uint64_t ticks;
	struct timespec time;
} start;

static struct moment moment(void)
{
	struct moment m = { .ticks = now() };

	clock_gettime(CLOCK_MONOTONIC, &m.time);
	return m;
}

/* The longer ago the start, the better. */
static double ns_per_tick(void)
{
	const struct moment end = moment();

	return ((end.time.tv_sec - start.time.tv_sec) * 1e9 +
		end.time.tv_nsec - start.time.tv_nsec) /
	       (end.ticks - start.ticks);
}

static void rest(int milliseconds)
{
	const struct timespec t = {
		.tv_sec = milliseconds / 1000,
		.tv_nsec = milliseconds % 1000 * 1000000l,
	};

	/* The load gets this time, and nothing else happens. */
	nanosleep(&t, NULL);
}

/* ---- a task on each CPU ---- */

struct spinner {
	pthread_t thread;
	int cpu;
	uint64_t longest;
};

/* The loop has no system call, so whatever takes long has come from outside. */
static uint64_t spin(uint64_t ticks)
{
	uint64_t begin = now(), before = begin, at, most = 0;

	do {
		at = now();
		if (at - before > most)
			most = at - before;
		before = at;
	} while (at - begin < ticks);
	return most;
}

static void *spinner_main(void *arg)
{
	const struct sched_param param = { .sched_priority = 1 };
	const uint64_t ticks = SPIN_MS * 1e6 / ns_per_tick();
	struct spinner *spinner = arg;
	uint64_t most;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(spinner->cpu, &set);
	if (pthread_setaffinity_np(pthread_self(), sizeof(set), &set) ||
	    pthread_setschedparam(pthread_self(), SCHED_FIFO, &param))
		fail("a task of real-time priority on each CPU", EPERM);
	while (!atomic_load(&stop_spinners)) {
		most = spin(ticks);
		if (most > spinner->longest)
			spinner->longest = most;
		rest(REST_MS);
	}
	return NULL;
}

static void spinners_start(struct spinner *spinners)
{
	int i, err;

	atomic_store(&stop_spinners, false);
	for (i = 0; i < options.cpus; i++) {
		spinners[i] = (struct spinner){ .cpu = i };
		err = pthread_create(&spinners[i].thread, NULL, spinner_main,
				     &spinners[i]);
		if (err)
			fail("a thread", err);
	}
}

static uint64_t spinners_stop(struct spinner *spinners)
{
	uint64_t most = 0;
	int i;

	atomic_store(&stop_spinners, true);
	for (i = 0; i < options.cpus; i++) {
		pthread_join(spinners[i].thread, NULL);
		if (spinners[i].longest > most)
			most = spinners[i].longest;
	}
	return most;
}

/* ---- switches, one after the other ---- */

/* Only switches that our tasks do not disturb are kept. */
static void *switcher_main(void *keep)
{
	static int which;
	uint64_t begin;

	while (!atomic_load(&stop_switcher)) {
		which = (which + 1) % nr_names;
		begin = now();
		switch_error = text_write(IMPLEMENTATION, names[which]);
		if (switch_error)
			return NULL;
		if (keep && nr_switches < MAX_SWITCHES)
			switch_took[nr_switches++] = now() - begin;
	}
	return NULL;
}

static void round_run(enum kind kind, int number)
{
	const long long before = text_field(STATUS, "switch_seq");
	struct spinner spinners[MAX_CPUS];
	pthread_t switcher;

	atomic_store(&stop_switcher, false);
	if (kind != TIMES)
		spinners_start(spinners);
	if (kind != WITHOUT &&
	    pthread_create(&switcher, NULL, switcher_main,
			   kind == TIMES ? &switcher : NULL))
		fail("a thread", EAGAIN);
	rest(options.milliseconds);
	/* Switches go on for as long as a task reads the clock. */
	if (kind != TIMES)
		longest[kind][number] = spinners_stop(spinners);
	atomic_store(&stop_switcher, true);
	if (kind != WITHOUT)
		pthread_join(switcher, NULL);
	if (switch_error)
		fail("a switch", -switch_error);
	switches_in[kind][number] = text_field(STATUS, "switch_seq") - before;
}

/* The kinds go forth and back, so that a drift of the machine is the same for all. */
static void rounds_run(void)
{
	int number, i;

	for (number = 0; number < options.rounds; number++) {
		for (i = 0; i < NR_KINDS; i++)
			round_run(number % 2 ? NR_KINDS - 1 - i : i, number);
		if (load_failed())
			fail("the load", EIO);
		fprintf(stderr, "round %d of %d\n", number + 1, options.rounds);
	}
}

/* ---- what comes out ---- */

static void put_stalls(const char *name, enum kind kind, double ns)
{
	int i;

	printf(", \"%s\": [", name);
	for (i = 0; i < options.rounds; i++)
		printf("%s{\"switches\": %d, \"longest_ns\": %.0f}",
		       i ? ", " : "", switches_in[kind][i],
		       longest[kind][i] * ns);
	putchar(']');
}

static void put_result(unsigned long long actions)
{
	const double ns = ns_per_tick();
	int i;

	printf("{\"cpus\": %d, \"round_ms\": %d, \"spin_ms\": %d, \"rest_ms\": %d, \"load_actions\": %llu, \"switch_us\": [",
	       options.cpus, options.milliseconds, SPIN_MS, REST_MS, actions);
	for (i = 0; i < nr_switches; i++)
		printf("%s%.1f", i ? ", " : "", switch_took[i] * ns / 1000);
	putchar(']');
	put_stalls("without", WITHOUT, ns);
	put_stalls("with", WITH, ns);
	puts("}");
}

static void __attribute__((noreturn)) usage(void)
{
	fputs("usage: rmap_stall_bench [--rounds N] [--ms N] [--seed N]\n"
	      "\n"
	      "  --rounds N  of each kind (10)\n"
	      "  --ms N      length of each (2000)\n"
	      "  --seed N    for the random numbers of the load (1)\n", stderr);
	exit(2);
}

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "ms", required_argument, NULL, 'm' },
		{ "seed", required_argument, NULL, 's' },
		{ 0 }
	};
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'r')
			options.rounds = atoi(optarg);
		else if (option == 'm')
			options.milliseconds = atoi(optarg);
		else if (option == 's')
			options.seed = strtoul(optarg, NULL, 10);
		else
			usage();
	}
	options.cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (optind < argc || options.cpus > MAX_CPUS || options.rounds < 1 ||
	    options.rounds > MAX_ROUNDS || options.milliseconds < 1)
		usage();
}

int main(int argc, char **argv)
{
	struct row rows[MAX_ROWS];
	unsigned long long actions;
	const char *wrong;

	parse(argc, argv);
	if (rows_open(rows) > 1)
		nr_names = row_names(names);
	if (nr_names < 2) {
		fputs("rmap_stall_bench: nothing to switch\n", stderr);
		return 2;
	}
	start = moment();
	knobs_open();
	need_settings();
	load_start(options.cpus, options.seed);
	/* The clocks need this time to be compared. */
	rest(options.milliseconds);
	rounds_run();
	actions = load_actions();
	wrong = load_stop();
	if (wrong) {
		fprintf(stderr, "rmap_stall_bench: %s\n", wrong);
		return 1;
	}
	knobs_close();
	switch_error = text_write(IMPLEMENTATION, RMAP_AB_BUILTIN);
	if (switch_error)
		fail("cannot use builtin", -switch_error);
	put_result(actions);
	return rows_close() ? 1 : 0;
}
