/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_H
#define FUZZ_H
/*
 * Processes that use the control files of rmap_ab in every wrong way, several
 * at a time on each: random offsets, lengths, seeks, and commands.
 */

#include <stdbool.h>

/* Starts @nr processes. They end with the caller. */
void fuzz_start(int nr, unsigned int seed);

/* Stops them, so that others can count what is mapped; and lets them go on. */
void fuzz_pause(void);
void fuzz_resume(void);

/*
 * Ends them. Returns NULL, or what one of them found: a record that makes no
 * sense, or a file that was not reached.
 */
const char *fuzz_stop(void);

/* Returns whether every file has been used. */
bool fuzz_used_all(void);

/* Calls so far, records read, and the racy ones among these. */
unsigned long long fuzz_calls(void);
unsigned long long fuzz_records(void);
unsigned long long fuzz_racy(void);

#endif /* FUZZ_H */
