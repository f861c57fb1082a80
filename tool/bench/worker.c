// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/scenario.h"
#include "bench/worker.h"
#include "cli/complain.h"
#include "cli/stop.h"

#define WORDS_MAX	256

/* In memory that worker and parent share. */
struct report {
	bool done;
	struct sample sample;
	char words[WORDS_MAX];
};

static struct report *report;

static pid_t child;
static int child_pipe[2] = { -1, -1 };

void worker_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(report->words, sizeof(report->words), fmt, ap);
	va_end(ap);
	_exit(1);
}

void worker_fail_errno(const char *what)
{
	worker_fail("%s: %s", what, strerror(errno));
}

/* One CPU, so that child and worker never run at the same time. */
static void stay_on_one_cpu(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void child_main(void)
{
	char byte;

	close(child_pipe[1]);
	while (read(child_pipe[0], &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

void worker_fork(void)
{
	child = fork();
	if (child < 0)
		worker_fail_errno("fork");
	if (!child)
		child_main();
}

void worker_child_exit(void)
{
	int status;

	close(child_pipe[1]);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			worker_fail_errno("waitpid");
	child = 0;
}

static void __attribute__((noreturn))
worker_main(const struct scenario *scenario, size_t size, size_t folio,
	    pid_t parent)
{
	struct area area = { .size = size, .folio = folio };

	/* A fork that is measured would have more to do; the keeper's line, too. */
	close_range(STDERR_FILENO + 1, ~0U, 0);
	stop_default();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	stay_on_one_cpu();
	if (pipe(child_pipe))
		worker_fail_errno("pipe");
	scenario->run(&area, &report->sample);
	if (child)
		worker_child_exit();
	report->done = true;
	_exit(0);
}

static int complain_about(int status, const char *name)
{
	if (report->words[0])
		complain("%s: %s", name, report->words);
	else if (WIFSIGNALED(status))
		complain("%s: the process that measures was killed by signal %d (%s)",
			 name, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		complain("%s: the process that measures ended early", name);
	return -EIO;
}

static int worker_wait(pid_t pid, const char *name, struct sample *sample)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return complain_errno(errno, "waitpid");
	stop_kills(0);
	if (stop_signal())
		return -EINTR;
	if (!report->done)
		return complain_about(status, name);
	*sample = report->sample;
	return 0;
}

int worker_run(const struct scenario *scenario, size_t size, size_t folio,
	       struct sample *sample)
{
	const pid_t parent = getpid();
	pid_t pid;

	if (!report)
		report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED)
		return complain_errno(errno, "shared memory");
	*report = (struct report){ };
	stop_hold(true);
	pid = fork();
	if (!pid)
		worker_main(scenario, size, folio, parent);
	stop_kills(pid < 0 ? 0 : pid);
	stop_hold(false);
	if (pid < 0)
		return complain_errno(errno, "fork");
	return worker_wait(pid, scenario->name, sample);
}
