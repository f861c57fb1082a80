/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals that end the benchmark end the process that measures; the one that
 * changed settings lives on, has them put back, and dies of the signal then.
 */
#ifndef RMAPCTL_STOP_H
#define RMAPCTL_STOP_H

#include <stdbool.h>
#include <sys/types.h>

void stop_catch(void);

/* In a child: signals do again what they do by default. */
void stop_default(void);

/* While held, a signal waits. */
void stop_hold(bool hold);

/* @pid is killed when a signal comes; 0: nobody is. */
void stop_kills(pid_t pid);

/* @pid gets the signal itself. */
void stop_passes(pid_t pid);

/* The signal that came, or 0. */
int stop_signal(void);

/* After everything has been put back: die of the signal, if one came. */
void stop_now(void);

#endif
