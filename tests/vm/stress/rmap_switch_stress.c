// SPDX-License-Identifier: GPL-2.0
/*
 * Switches among all implementations, in rounds of random order and as fast as
 * possible, while a load changes mappings of every kind on all CPUs. With
 * --layouts, the layout of large folios changes at the same time.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/row.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "stress/stress.h"

enum { MAX_SWITCHES = 1 << 20, PAUSE_EVERY_MS = 5000 };

static struct {
	char names[MAX_ROWS][RMAP_AB_NAME_MAX];
	int used[MAX_ROWS];	/* how often it was the one in brackets */
	int nr_names;
	atomic_bool stop;
	atomic_int done;
	int err;		/* of the first switch that failed */
	unsigned int us[MAX_SWITCHES];
} switches;

/* A round has each implementation once. None follows itself, as that is no switch. */
static void shuffle(int *order, unsigned int *state)
{
	const int last = order[switches.nr_names - 1];
	int i, other, swap;

	for (i = switches.nr_names - 1; i > 0; i--) {
		other = rand_r(state) % (i + 1);
		swap = order[i];
		order[i] = order[other];
		order[other] = swap;
	}
	if (order[0] == last) {
		order[0] = order[switches.nr_names - 1];
		order[switches.nr_names - 1] = last;
	}
}

static bool is_in_use(const char *name)
{
	char names[1024], word[RMAP_AB_NAME_MAX + 3];

	snprintf(word, sizeof(word), "[%s]", name);
	return text_read(IMPLEMENTATION, names, sizeof(names)) > 0 &&
	       strstr(names, word);
}

static int switch_to(int which)
{
	const int err = text_write(IMPLEMENTATION, switches.names[which]);
	const int done = atomic_load(&switches.done);

	if (err)
		return err;
	switches.used[which] += is_in_use(switches.names[which]);
	if (done < MAX_SWITCHES)
		switches.us[done] = text_field(STATUS, "last_switch_us");
	atomic_store(&switches.done, done + 1);
	return 0;
}

static void *switch_all(void *arg)
{
	unsigned int state = *(unsigned int *)arg;
	int order[MAX_ROWS], i;

	for (i = 0; i < switches.nr_names; i++)
		order[i] = i;
	/*
	 * builtin, the first name, is in use. As the last of an order, it does
	 * not begin the next.
	 */
	order[0] = switches.nr_names - 1;
	order[switches.nr_names - 1] = 0;
	while (!atomic_load(&switches.stop)) {
		shuffle(order, &state);
		for (i = 0; i < switches.nr_names; i++) {
			switches.err = switch_to(order[i]);
			if (switches.err || atomic_load(&switches.stop))
				return NULL;
		}
	}
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	const unsigned int x = *(const unsigned int *)a;
	const unsigned int y = *(const unsigned int *)b;

	return (x > y) - (x < y);
}

static void note_times(void)
{
	int nr = atomic_load(&switches.done);

	if (nr > MAX_SWITCHES)
		nr = MAX_SWITCHES;
	if (!nr)
		return;
	qsort(switches.us, nr, sizeof(switches.us[0]), by_size);
	tap_note("%d switches, last_switch_us: min %u, median %u, max %u", nr,
		 switches.us[0], switches.us[nr / 2], switches.us[nr - 1]);
}

static const char *judge_switches(long long seq)
{
	static char words[128];
	const int done = atomic_load(&switches.done);

	if (switches.err)
		snprintf(words, sizeof(words), "a switch failed: %s",
			 strerror(-switches.err));
	else if (seq < done)
		snprintf(words, sizeof(words),
			 "%d switches, but the module counted %lld", done, seq);
	else
		return stress_judge("switches", done);
	return words;
}

/* Was each really in use as often as the rounds say? */
static void judge_names(void)
{
	const int rounds = atomic_load(&switches.done) / switches.nr_names;
	char name[RMAP_AB_NAME_MAX + 32], words[64];
	int i;

	for (i = 0; i < switches.nr_names; i++) {
		snprintf(name, sizeof(name), "%s was in use", switches.names[i]);
		snprintf(words, sizeof(words), "%d times in %d rounds",
			 switches.used[i], rounds);
		tap_result(name, rounds && switches.used[i] >= rounds ?
			   NULL : words);
	}
}

static void run(void)
{
	const struct timespec slice = { .tv_nsec = 200 * 1000 * 1000 };
	long long next = PAUSE_EVERY_MS;

	while (stress_goes_on(atomic_load(&switches.done))) {
		/* The program waits for time to pass, and for nothing else. */
		nanosleep(&slice, NULL);
		if (stress_elapsed() < next)
			continue;
		if (!stress_pause())
			break;
		next = stress_elapsed() + PAUSE_EVERY_MS;
	}
}

int main(int argc, char **argv)
{
	struct stress_options options = { .seconds = 60, .cpus = 2, .least = 50, .seed = 1 };
	struct row rows[MAX_ROWS];
	long long seq;
	pthread_t switcher;
	int status;

	stress_parse(argc, argv, "switches", &options);
	if (rows_open(rows) > 1)
		switches.nr_names = row_names(switches.names);
	if (switches.nr_names < 2) {
		fputs("rmap_switch_stress: nothing to switch\n", stderr);
		return 2;
	}
	seq = text_field(STATUS, "switch_seq");
	stress_start(&options, 2 + switches.nr_names);
	if (pthread_create(&switcher, NULL, switch_all, &options.seed))
		return 2;
	run();
	atomic_store(&switches.stop, true);
	pthread_join(switcher, NULL);
	seq = text_field(STATUS, "switch_seq") - seq;
	note_times();
	tap_result("switches under load", judge_switches(seq));
	judge_names();
	tap_result("back to builtin",
		   text_write(IMPLEMENTATION, RMAP_AB_BUILTIN) ?
		   "cannot use builtin" : NULL);
	status = stress_finish();
	return rows_close() ? 1 : status;
}
