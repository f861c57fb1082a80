/* SPDX-License-Identifier: GPL-2.0 */
/* What a run chooses in the kernel, the implementation and the layout, and puts back. */
#ifndef RMAPCTL_BENCH_CHOICE_H
#define RMAPCTL_BENCH_CHOICE_H

#include "bench/plan.h"

/**
 * struct choice - what was chosen, and by whom
 * @has_layouts: the run chooses layouts; otherwise they are "" here
 * @original: what ran before the run
 * @current: what runs now
 * @wanted: what may run in a moment
 * @switch_seq: number of the switch after which no other one is expected
 *
 * If another switch comes, or another layout, the choice is no longer ours. The
 * keeper shares this.
 */
struct choice {
	bool has_layouts;
	struct column original;
	struct column current;
	struct column wanted;
	uint64_t switch_seq;
};

/* All return 0, or -errno after a complaint. */

/* Notes what runs before the run. */
int choice_begin(struct choice *choice, const struct plan *plan);

/* Checks that no other switch, layout or revert has made the sample worthless. */
int choice_check(struct choice *choice, const struct plan *plan);

int choice_switch(struct choice *choice, const struct plan *plan,
		  const struct column *column);

/*
 * Puts both back, but does not undo what somebody else has chosen. If the process
 * that measured was killed, its last choice may have been made without being noted.
 */
int choice_end(const struct choice *choice);

#endif
