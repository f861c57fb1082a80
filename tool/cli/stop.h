/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A command that changes settings must outlive a signal. It notes the signal
 * here, kills the child that works or passes the signal on to it, has the
 * settings put back, and then dies of the signal.
 */
#ifndef RMAPCTL_STOP_H
#define RMAPCTL_STOP_H

#include <stdbool.h>
#include <sys/types.h>

/* From now on signals are noted. */
void stop_catch(void);

/* In a child: signals have their default actions again. */
void stop_default(void);

/* While held, a signal waits. */
void stop_hold(bool hold);

/* A signal kills @pid; 0: it kills nobody. */
void stop_kills(pid_t pid);

/* @pid gets the signal itself. */
void stop_passes(pid_t pid);

/* The signal that came, or 0. */
int stop_signal(void);

/* Die of the signal that came, if one did. Call it last. */
void stop_now(void);

#endif
