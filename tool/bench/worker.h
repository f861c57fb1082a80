/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A sample is taken in a process of its own: its folios are fresh, its address
 * space is the same each time, and whatever happens to it, the parent is there
 * to put everything back.
 */
#ifndef RMAPCTL_BENCH_WORKER_H
#define RMAPCTL_BENCH_WORKER_H

#include <stddef.h>

#include "bench/sample.h"

struct scenario;

/**
 * worker_run() - take one sample
 * @scenario: what to do
 * @size: bytes of memory to do it with
 * @folio: bytes of each folio of it
 * @sample: where the result goes
 *
 * Return: 0; -EINTR if a signal says that all is over; another -errno after a
 * complaint.
 */
int worker_run(const struct scenario *scenario, size_t size, size_t folio,
	       struct sample *sample);

/* For use in the worker: give up, with words for the user. */
void worker_fail(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* The same, with the words for errno. */
void worker_fail_errno(const char *what) __attribute__((noreturn));

/**
 * worker_fork() - have a child that stays until it is let go
 *
 * For use in the worker. The child does nothing; it does not outlive the worker.
 */
void worker_fork(void);

/* In the region, if that is what is measured. */
void worker_child_exit(void);

#endif
