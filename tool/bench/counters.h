/* SPDX-License-Identifier: GPL-2.0 */
/* The CPU's own counters, of a process and of the children that it has later. */
#ifndef RMAPCTL_BENCH_COUNTERS_H
#define RMAPCTL_BENCH_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_COUNTERS	4

/* Which event, as in perf_event_open(2). */
struct counter {
	uint32_t type;
	uint64_t config;
};

/* In the order of the metrics: cycles, instructions, misses of the last cache. */
#define NR_CPU_COUNTERS	3
extern const struct counter cpu_counters[NR_CPU_COUNTERS];

/* Open events; -1 where there is none. */
struct counters {
	int fds[MAX_COUNTERS];
	size_t nr;
};

/**
 * counters_open() - prepare to count what a process does
 * @counters: receives the events
 * @wanted: which
 * @nr: how many
 * @pid: the process; 0: this one
 * @from_exec: begin when it executes a program, else by counters_enable()
 *
 * Return: 0, or -errno, without a complaint, if this machine does not count all of
 * them.
 */
int counters_open(struct counters *counters, const struct counter *wanted,
		  size_t nr, pid_t pid, bool from_exec);
void counters_close(struct counters *counters);

/* Let them count, and hold them. */
void counters_enable(const struct counters *counters, bool on);

/**
 * counters_read() - read all of them
 * @counters: open ones
 * @values: receives one value for each
 *
 * Return: 0; -EBUSY, without a complaint, if others needed the counters meanwhile, so
 * that something was not counted.
 */
int counters_read(const struct counters *counters, uint64_t *values);

/*
 * Has this machine all of cpu_counters, for us? Found out once. RMAPCTL_NO_PMU in the
 * environment says no.
 */
bool counters_have_cpu(void);

#endif
