// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "stress/beside.h"

static pid_t pid;

void beside_start(const char *command)
{
	pid = fork();
	must(pid >= 0, "fork");
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

const char *beside_stop(void)
{
	static char words[64];
	int status;

	if (waitpid(pid, &status, WNOHANG) == pid) {
		snprintf(words, sizeof(words), "it ended too early, with %s %d",
			 WIFEXITED(status) ? "status" : "signal",
			 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
		return words;
	}
	/* It ends its own processes, wherever it has put them. */
	kill(pid, SIGTERM);
	must(waitpid(pid, &status, 0) == pid, "wait for the load beside ours");
	return NULL;
}
