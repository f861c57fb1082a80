/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A sample is taken in a process of its own: its folios are fresh, its address
 * space is the same each time, and whatever happens to it, the parent is there
 * to put everything back.
 */
#ifndef RMAPCTL_BENCH_WORKER_H
#define RMAPCTL_BENCH_WORKER_H

#include <stdbool.h>
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


/**
 * struct area - memory made of folios of one size
 * @at: where it is: the same place in each sample
 * @size: bytes
 * @folio: bytes of each folio
 */
struct area {
	char *at;
	size_t size;
	size_t folio;
};

/* Map it; @flags as for mmap(). */
void area_map(struct area *area, int flags);

/* Let page faults give it anon folios of its size. */
void area_advise(const struct area *area);

/* Write to, or read, each page, from the first to the last. */
void area_write(const struct area *area);
void area_read(const struct area *area);

/* Is each folio of the size that was asked for? Fails if not. */
void area_check(const struct area *area);

/* Fails unless @bytes of it are mapped by PMDs. */
void area_check_pmds(const struct area *area, size_t bytes);

/* Fails unless all of it is swapped out. */
void area_check_swapped(const struct area *area);

/*
 * Make PMD mappings such of PTEs: write-protect the first page of each folio,
 * and so cut it out of its VMA.
 */
void area_split_pmds(const struct area *area);

/*
 * Make it one writable VMA again: a folio that lies in two is handled in two
 * parts by whatever comes later.
 */
void area_join(const struct area *area);

/* All of the above: anon folios of the size, each page mapped by a PTE. */
void area_fill_anon(struct area *area);

#endif
