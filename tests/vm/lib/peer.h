/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PEER_H
#define PEER_H
/*
 * A second process that runs in lockstep with the test: while it is paused, it
 * changes no page tables.
 */

#include <sys/types.h>

struct peer {
	pid_t pid;
	int go, done;
};

/* Fork; returns when the peer has paused for the first time, or has ended. */
void peer_start(struct peer *peer, void (*body)(struct peer *self, void *arg),
		void *arg);

/* In the peer: let the test continue, and wait for its next step. */
void peer_pause(struct peer *self);

/* Let the peer run to its next pause. */
void peer_step(struct peer *peer);

/* Let it run to its end. A check that failed in the peer fails the test. */
void peer_finish(struct peer *peer);

#endif /* PEER_H */
