/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_H
#define FUZZ_H
/*
 * Processes that use the control files of rmap_ab in every wrong way, several
 * at a time on each: random offsets, lengths, seeks, and commands.
 */

#include <stdbool.h>

/* Start @nr processes; they end with the caller. */
void fuzz_start(int nr, unsigned int seed);

/* Let them stand still, so that others can count what is mapped; and go on. */
void fuzz_pause(void);
void fuzz_resume(void);

/*
 * End them. NULL, or what one of them found: a record that makes no sense, or a
 * file that was not reached.
 */
const char *fuzz_stop(void);

/* Has every file been used? */
bool fuzz_used_all(void);

/* Calls so far; records read, of them racy ones. */
unsigned long long fuzz_calls(void);
unsigned long long fuzz_records(void);
unsigned long long fuzz_racy(void);

#endif /* FUZZ_H */
