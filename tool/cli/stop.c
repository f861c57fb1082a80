// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stddef.h>

#include "cli/array.h"
#include "cli/stop.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };

static volatile sig_atomic_t came;
static volatile sig_atomic_t victim;
static volatile sig_atomic_t passes;

static void caught(int signal)
{
	came = signal;
	if (victim)
		kill(victim, passes ? signal : SIGKILL);
}

static void set_all(void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&action.sa_mask, signals[i]);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
}

void stop_catch(void)
{
	came = 0;
	set_all(caught);
}

void stop_default(void)
{
	set_all(SIG_DFL);
	stop_hold(false);
}

void stop_hold(bool hold)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

void stop_kills(pid_t pid)
{
	passes = 0;
	victim = pid;
}

void stop_passes(pid_t pid)
{
	passes = 1;
	victim = pid;
}

int stop_signal(void)
{
	return came;
}

void stop_now(void)
{
	set_all(SIG_DFL);
	if (came)
		raise(came);
}
