/* SPDX-License-Identifier: GPL-2.0 */
/* What this machine offers, and the settings that make it do so. */
#ifndef RMAPCTL_BENCH_MACHINE_H
#define RMAPCTL_BENCH_MACHINE_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/scenario.h"

/* Largest number of folio sizes of any machine: orders 0 to 18. */
#define MAX_FOLIOS	19

/*
 * The CPUs that this process could use when it was called first; and the nth of
 * them, from 0 on.
 */
unsigned int machine_cpus(void);
cpu_set_t machine_cpu(unsigned int nth);

/* Bytes that a PMD maps; 0 without THP. */
size_t machine_pmd_size(void);

/**
 * machine_folios() - list the folio sizes of this machine
 * @kind: of the folios
 * @folios: receives the sizes in bytes, the smallest first
 *
 * Return: how many, at most MAX_FOLIOS.
 */
size_t machine_folios(enum kind kind, size_t *folios);

/**
 * machine_refuses() - check that the machine has enough of everything
 *
 * Return: true after a complaint that something is missing.
 */
bool machine_refuses(const struct scenario *scenario, size_t size);

/**
 * machine_has_clock() - check that the machine can measure time
 *
 * Return: false after a complaint.
 */
bool machine_has_clock(void);

/**
 * machine_set() - make the next page faults get folios of this size
 *
 * Return: 0, or -errno after a complaint.
 */
int machine_set(const struct scenario *scenario, size_t size, size_t folio);

/* The header of a result. No string is NULL; it is "?" if not known. */
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
 * quiet_begin() - make khugepaged sleep until knobs_restore()
 *
 * This allows processes to use huge pages if they ask for them.
 *
 * Return: 0, or -errno after a complaint.
 */
int quiet_begin(void);

/**
 * quiet_settle() - wait until it sleeps
 *
 * A setting that allows or forbids huge pages starts khugepaged or wakes it.
 *
 * Return: 0, or -errno after a complaint.
 */
int quiet_settle(void);

#endif
