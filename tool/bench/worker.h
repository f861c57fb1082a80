/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Each sample is taken in a process of its own. Its folios are fresh, and its
 * address space is the same each time. Whatever happens to it, the parent puts
 * everything back.
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
 * @size: bytes of memory
 * @folio: bytes of each folio
 * @layout: the layout that large folios must get; "" if that does not matter
 * @sample: receives the result
 *
 * Return: 0; -EINTR if a signal ended the run; another -errno after a
 * complaint.
 */
int worker_run(const struct scenario *scenario, size_t size, size_t folio,
	       const char *layout, struct sample *sample);

/* Called in the worker. Gives up with a message for the user. */
void worker_fail(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* The same, with the text for errno. */
void worker_fail_errno(const char *what) __attribute__((noreturn));

/**
 * worker_fork() - fork a child that stays until worker_child_exit()
 *
 * Called in the worker. The child does nothing and does not outlive the worker.
 */
void worker_fork(void);

/* Ends the child. This is in the region if the exit is measured. */
void worker_child_exit(void);


/**
 * struct area - memory made of folios of one size
 * @at: its address, which is the same in each sample
 * @size: bytes
 * @folio: bytes of each folio
 * @layout: the layout that they must have; NULL if that does not matter
 */
struct area {
	char *at;
	size_t size;
	size_t folio;
	const char *layout;
};

/* Maps the area; @flags as for mmap(). */
void area_map(struct area *area, int flags);

/* Makes page faults allocate anon folios of the area's folio size. */
void area_advise(const struct area *area);

/* Write to, or read from, each page, from the first to the last. */
void area_write(const struct area *area);
void area_read(const struct area *area);

/* Fails unless each folio has the requested size, and the layout. */
void area_check(const struct area *area);

/* Returns the page frame number of the first page, which is there. */
uint64_t area_pfn(const struct area *area);

/* Fails unless each folio, of that size and mapped, has the layout. */
void area_check_layout(const struct area *area);

/* Fails unless @bytes of it are mapped by PMDs. */
void area_check_pmds(const struct area *area, size_t bytes);

/* Fails unless all of it is swapped out. */
void area_check_swapped(const struct area *area);

/*
 * Turns PMD mappings into PTE mappings. It write-protects the first page of
 * each folio, which splits the VMA there.
 */
void area_split_pmds(const struct area *area);

/*
 * Makes the area one writable VMA again. Later operations would handle a folio
 * that lies in two VMAs in two parts.
 */
void area_join(const struct area *area);

/* Does all of the above: anon folios of the size, each page mapped by a PTE. */
void area_fill_anon(struct area *area);

#endif
