/* SPDX-License-Identifier: GPL-2.0 */
#ifndef AUDIT_H
#define AUDIT_H
/*
 * Asks rmap_ab's audit, and reads its answer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audit_answer {
	long long elapsed_us, scanned, checked, mismatched, walks, mappings;
	long long skipped;	/* for whatever reason */
	char statistics[16];
	char text[1 << 17];
};

/* Audits page frames; all of them if @nr is 0. Returns 0 or -errno. */
int audit_ask(uint64_t start, uint64_t nr, struct audit_answer *answer);

/* In a test: the audit must find nothing wrong with them. */
void audit_must_be_fine(uint64_t start, uint64_t nr, const char *when);

/* Returns the first line "difference:" about @counter, or NULL. */
const char *audit_difference(const struct audit_answer *answer,
			     const char *counter);

#endif /* AUDIT_H */
