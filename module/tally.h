/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_TALLY_H
#define _RMAP_AB_TALLY_H
/*
 * Numbers that each CPU counts for itself, and that can be reset to 0.
 */

#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/types.h>

/**
 * struct tally - numbers that are counted
 * @counted: what each CPU counts, by this_cpu_inc() and the like; never
 *	decreases
 * @reset: sums of @counted at the last reset; protected by the user's lock
 * @nr: how many
 */
struct tally {
	const unsigned long __percpu *counted;
	unsigned long *reset;
	size_t nr;
};

void tally_read(const struct tally *tally, size_t first, size_t nr,
		unsigned long *sums);
void tally_reset(const struct tally *tally);

#endif /* _RMAP_AB_TALLY_H */
