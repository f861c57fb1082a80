/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FAULT_H
#define FAULT_H
/*
 * Faults of rmap_ab, by the knobs that the kernel gives every fault.
 * knobs_restore() puts all of them back.
 */

#include <linux/rmap_ab.h>
#include <stdbool.h>

#include "lib/row.h"

#define FAULT_OPS RMAP_AB RMAP_AB_FILE_FAULT_OPS
#define TRY_DUP RMAP_AB_FAULT_TRY_DUP
#define TRY_SHARE RMAP_AB_FAULT_TRY_SHARE
#define FAIL_AB RMAP_AB_FAULT_AB

/* Skips the test if this kernel has no faults. */
void fault_need(void);

void fault_set(const char *fault, const char *knob, int value);

/*
 * Lets calls that this process and its children make fail from now on: @times
 * of them, or all if @times is -1.
 */
void fault_begin(const char *fault, int times);

/* Does the same for the calls of every process. */
void fault_begin_for_all(const char *fault, int times);

/* Ends it. */
void fault_end(const char *fault);

/* Returns how many calls have failed so far. */
long long fault_injected(const char *fault);

/* Lets the @nth call of any fault that this process makes fail; none if it is 0. */
void fault_nth(unsigned int nth);

/* Returns what is left of that number: 0 if a call has failed. */
unsigned int fault_nth_left(void);

/* Takes the kernel's other faults out of that count, if possible. */
void fault_nth_alone(void);

/* Returns whether they count all the same. */
bool fault_nth_is_shared(void);

#endif /* FAULT_H */
