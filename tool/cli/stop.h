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

/* Notes signals from now on. */
void stop_catch(void);

/* Called in a child. Gives signals their default actions again. */
void stop_default(void);

/* A signal waits as long as signals are held. */
void stop_hold(bool hold);

/* Makes a signal kill @pid; 0: it kills nobody. */
void stop_kills(pid_t pid);

/* Makes a signal reach @pid itself. */
void stop_passes(pid_t pid);

/* Returns the signal that came, or 0. */
int stop_signal(void);

/* Dies of the signal that came, if one did. Call it last. */
void stop_now(void);

#endif
