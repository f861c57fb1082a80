/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REACH_H
#define REACH_H
/*
 * Proof that an operation was reached: how often each was called.
 *
 * Under "count" the set in charge counts. For the others a kprobe sits on each
 * function that the set in charge consists of; rmap_peek.ko says which these
 * are. With nothing installed there is no set, and the kernel's own code is
 * partly inlined: no proof, and none is needed beside that of "count".
 */

#include "lib/ops.h"
#include "lib/row.h"

bool reach_provable(const struct row *row);

/*
 * Start to count, with @row in charge. Returns NULL or what went wrong: also
 * that one function serves two operations, so that calls of these could not be
 * told apart.
 */
const char *reach_start(const struct row *row);
void reach_stop(const struct row *row);

/* Calls so far. Returns 0 or -errno. */
int reach_read(const struct row *row, unsigned long long hits[NR_OPS]);

#endif /* REACH_H */
