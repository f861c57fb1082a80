/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NATIVE_H
#define NATIVE_H
/*
 * The side with a C library.
 */

#include <stdint.h>

#include "side.h"

/* ---- machine.c: memory for the kernel's side, and what to do when it fails --- */

/* @shared: with processes that are forked from now on. */
void machine_start(int shared);
/* Nanoseconds, after all stores have reached the cache. */
double machine_now(void);

/* ---- symbols.c: of this program ------------------------------------------------ */

/* Return: the function that has this address, as the kernel's source calls it. */
const char *symbol_of(uintptr_t address);
uintptr_t text_start(void);
uintptr_t text_end(void);

/* ---- commands: each prints its result ------------------------------------------- */

struct request {
	struct work work;
	int impl;
	int cold;
	int nr_processes;
	int ms;
};

/* time.c: nanoseconds a page of one run. */
void command_time(const struct request *request);
/* step.c: instructions and locked ones of one run, function by function. */
void command_step(const struct request *request);
/* contend.c: nanoseconds a page of fork and exit, all processes at once; of shared memory. */
void command_contend(const struct request *request);
/* And what it takes to move one cache line from a CPU to another. */
void command_handover(const struct request *request);

#endif
