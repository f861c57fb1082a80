/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STEP_H
#define STEP_H
/*
 * The steps do what the kernel's callers do: they take references, call
 * operations of an implementation, change the page tables (of the model), and
 * drop references.
 */

#include <stdio.h>

#include "impls.h"
#include "model.h"

#define STEPS(STEP)							\
	STEP(NEW)		/* first mapping, of everything */	\
	STEP(MAP)		/* map a range: file, KSM */		\
	STEP(MAP_PMD)							\
	STEP(FORK)		/* from mm to other */			\
	STEP(FORK_PMD)							\
	STEP(ZAP)		/* unmap a range */			\
	STEP(ZAP_PMD)							\
	STEP(FLUSH)		/* drop references of what was zapped */ \
	STEP(SPLIT_PMD)		/* PTE-remap */				\
	STEP(OUT)		/* a range: share, then an entry instead */ \
	STEP(OUT_PMD)							\
	STEP(IN)		/* restore entries of a range */	\
	STEP(IN_PMD)							\
	STEP(DROP_SWAP)		/* leave the swap cache */		\
	STEP(DEVICE)		/* a page: device-exclusive entry */	\
	STEP(REUSE)		/* write fault, with one reference */	\
	STEP(REUSE_PART)	/* the same, with one process: see 7.3 */ \
	STEP(PIN)							\
	STEP(UNPIN)							\
	STEP(GET)		/* a speculative reference */		\
	STEP(PUT)							\
	STEP(LAYOUT)		/* of first mappings; with flag: none */

enum step_kind {
#define STEP_ENUM(name) STEP_##name,
	STEPS(STEP_ENUM)
#undef STEP_ENUM
	NR_STEPS
};

/*
 * @impl, @impl2: implementation of the first call, and of the second if there is one
 * @flag: for NEW: map by PTEs; for a range of one page: call *_ptes all the same;
 *	for ZAP: drop its references later; for IN: leave the swap cache first
 */
struct step {
	enum step_kind kind;
	int mm, other;
	int first, count;
	int impl, impl2;
	bool flag;
};

enum step_result {
	STEP_NOT,		/* it makes no sense now; nothing was done */
	STEP_DONE,
	STEP_WRONG,		/* model->why says what */
};

enum step_result step_apply(struct model *m, const struct step *s);
void step_print(const struct model *m, const struct step *s, FILE *to);

#endif
