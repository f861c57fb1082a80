/* SPDX-License-Identifier: GPL-2.0 */
/* Keeps khugepaged from joining the folios that are measured. */
#ifndef RMAPCTL_BENCH_QUIET_H
#define RMAPCTL_BENCH_QUIET_H

/**
 * quiet_begin() - have khugepaged sleep until knobs_restore()
 *
 * Lets processes have huge pages if they want them.
 *
 * Return: 0, or -errno after a complaint.
 */
int quiet_begin(void);

/**
 * quiet_settle() - wait until it sleeps
 *
 * What lets processes have huge pages, or no more, starts it anew or wakes it up.
 *
 * Return: 0, or -errno after a complaint.
 */
int quiet_settle(void);

#endif
