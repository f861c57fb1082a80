// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/peer.h"

static void run(struct peer *self, void (*body)(struct peer *, void *),
		void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	body(self, arg);
	_exit(0);
}

/* A byte means that the peer pauses. The end of the pipe means that it has ended. */
static void await(struct peer *peer)
{
	char byte;

	(void)!read(peer->done, &byte, 1);
}

void peer_start(struct peer *peer, void (*body)(struct peer *, void *),
		void *arg)
{
	int go[2], done[2];

	must(!pipe(go) && !pipe(done), "pipes to a peer");
	peer->pid = fork();
	must(peer->pid >= 0, "fork a peer");
	if (!peer->pid) {
		close(go[1]);
		close(done[0]);
		*peer = (struct peer){ .go = go[0], .done = done[1] };
		run(peer, body, arg);
	}
	close(go[0]);
	close(done[1]);
	peer->go = go[1];
	peer->done = done[0];
	await(peer);
}

void peer_pause(struct peer *self)
{
	char byte = 0;

	must(write(self->done, &byte, 1) == 1, "pause");
	if (read(self->go, &byte, 1) != 1)
		_exit(1);
}

void peer_pause_once(struct peer *self, void *arg)
{
	(void)arg;
	peer_pause(self);
}

void peer_step(struct peer *peer)
{
	char byte = 0;

	must(write(peer->go, &byte, 1) == 1, "step a peer");
	await(peer);
}

void peer_finish(struct peer *peer)
{
	char byte = 0;
	int status;

	/* If the peer has ended by itself, nobody reads this. */
	(void)!write(peer->go, &byte, 1);
	/* A further pause would be a mistake in the test. It fails the peer. */
	close(peer->go);
	must(waitpid(peer->pid, &status, 0) == peer->pid, "wait for a peer");
	close(peer->done);
	must(WIFEXITED(status) && !WEXITSTATUS(status),
	     "a check in the peer, status %#x", status);
}
