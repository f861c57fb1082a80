/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PEER_H
#define PEER_H
/*
 * A second process that runs in lockstep with the test. While it is paused, it
 * changes no page tables.
 */

#include <sys/types.h>

struct peer {
	pid_t pid;
	int go, done;
};

/* Forks. Returns when the peer has paused for the first time, or has ended. */
void peer_start(struct peer *peer, void (*body)(struct peer *self, void *arg),
		void *arg);

/* In the peer: lets the test continue, and waits for the peer's next step. */
void peer_pause(struct peer *self);

/* A body: it pauses, and ends. */
void peer_pause_once(struct peer *self, void *arg);

/* Lets the peer run to its next pause. */
void peer_step(struct peer *peer);

/* Lets it run to its end. A check that failed in the peer fails the test. */
void peer_finish(struct peer *peer);

#endif /* PEER_H */
