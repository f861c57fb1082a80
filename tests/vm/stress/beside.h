/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STRESS_BESIDE_H
#define STRESS_BESIDE_H
/*
 * A load that somebody else has written, beside ours: a command of a shell.
 */

/* Starts it. The end of this program is its end. What it says goes to stderr. */
void beside_start(const char *command);

/* Asks it to end, and waits for that. Returns NULL, or that it was not there any more. */
const char *beside_stop(void);

#endif /* STRESS_BESIDE_H */
