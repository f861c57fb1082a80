// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into folio_split_race_test. It has one thread that splits folios,
 * and sixteen that read them without ever sleeping. With two or three CPUs the
 * first thread waits for the others most of the time: six minutes are not
 * enough then. Here it runs before them whenever it can; the threads that it
 * makes are ordinary ones.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>

__attribute__((constructor)) static void go_first(void)
{
	struct sched_param param = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		abort();
}
