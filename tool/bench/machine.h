/* SPDX-License-Identifier: GPL-2.0 */
/* What this machine offers, and the settings that make it do so. */
#ifndef RMAPCTL_BENCH_MACHINE_H
#define RMAPCTL_BENCH_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/scenario.h"

/* Largest number of folio sizes of any machine: orders 0 to 18. */
#define MAX_FOLIOS	19

/* Bytes that a PMD maps; 0 without THP. */
size_t machine_pmd_size(void);

/**
 * machine_folios() - which folio sizes are there?
 * @kind: of the folios
 * @folios: where the sizes go, in bytes, the smallest first
 *
 * Return: how many, at most MAX_FOLIOS.
 */
size_t machine_folios(enum kind kind, size_t *folios);

/**
 * machine_refuses() - is there enough of everything?
 *
 * Return: true after a complaint.
 */
bool machine_refuses(const struct scenario *scenario, size_t size);

/**
 * machine_has_clock() - can it tell how long something takes?
 *
 * Return: false after a complaint.
 */
bool machine_has_clock(void);

/**
 * machine_set() - let the next page faults give folios of this size
 *
 * Return: 0, or -errno after a complaint.
 */
int machine_set(const struct scenario *scenario, size_t size, size_t folio);

/* Header of a result; never NULL, "?" if not known. */
struct machine {
	char kernel[160];
	char cpu[96];
	char accel[64];
	char thp[32];
	unsigned int cpus;
	size_t memory;
};

void machine_describe(struct machine *machine);

/**
 * quiet_begin() - have khugepaged sleep until knobs_restore()
 *
 * Lets processes have huge pages if they want them.
 *
 * Return: 0, or -errno after a complaint.
 */
int quiet_begin(void);

/**
 * quiet_settle() - wait until it sleeps
 *
 * What lets processes have huge pages, or no more, starts it anew or wakes it up.
 *
 * Return: 0, or -errno after a complaint.
 */
int quiet_settle(void);

#endif
