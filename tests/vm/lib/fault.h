/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FAULT_H
#define FAULT_H
/*
 * Faults of rmap_ab, by the knobs that the kernel gives every fault. All are put
 * back by knobs_restore().
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
 * From now on the calls that this process makes, and its children, fail: @times
 * of them; -1: all.
 */
void fault_begin(const char *fault, int times);

/* The same for those of everybody. */
void fault_begin_for_all(const char *fault, int times);

/* No longer. */
void fault_end(const char *fault);

/* How many have failed so far. */
long long fault_injected(const char *fault);

/* The @nth call of any fault that this process makes fails; 0: none. */
void fault_nth(unsigned int nth);

/* What is left of that number: 0 if one has failed. */
unsigned int fault_nth_left(void);

/* Take other faults of this kernel out of that count, if they can be. */
void fault_nth_alone(void);

/* Do they count all the same? */
bool fault_nth_is_shared(void);

#endif /* FAULT_H */
