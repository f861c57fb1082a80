// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/command.h"
#include "bench/counters.h"
#include "cli/complain.h"
#include "cli/stop.h"
#include "kernel/knob.h"

enum { STATUS_NO_COMMAND = 127 };

/* A command that waits for us to count, and one that has not been found. */
struct start {
	int go[2];
	int failed[2];
};

const char *command_name(char **argv)
{
	const char *slash = strrchr(*argv, '/');

	return slash && slash[1] ? slash + 1 : *argv;
}

static void use_null(void)
{
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
}

static void __attribute__((noreturn)) child(const struct start *start, char **argv)
{
	int err;
	char byte;

	keeper_leave();
	stop_default();
	use_null();
	close(start->go[1]);
	while (read(start->go[0], &byte, 1) < 0 && errno == EINTR)
		;
	execvp(*argv, argv);
	err = errno;
	if (write(start->failed[1], &err, sizeof(err)) < 0)
		_exit(STATUS_NO_COMMAND);
	_exit(STATUS_NO_COMMAND);
}

static uint64_t ns_of(struct timeval t)
{
	return t.tv_sec * 1000000000ull + t.tv_usec * 1000ull;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int read_counters(const struct counters *counters, struct sample *sample)
{
	int err = counters_read(counters, &sample->of[METRIC_CPU_CYCLES]);

	if (err == -EBUSY)
		complain("something else uses the CPU's counters: end it, or measure times by RMAPCTL_NO_PMU=1");
	else if (err)
		complain_errno(-err, "cannot read the CPU's counters");
	return err;
}

/* Did it run, and to a good end? */
static int judge(int status, int exec_err, char **argv)
{
	if (exec_err)
		return complain_errno(exec_err, "cannot run %s", *argv);
	if (WIFSIGNALED(status))
		complain("%s was killed by signal %d (%s)", *argv, WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		complain("%s ended with exit status %d", *argv, WEXITSTATUS(status));
	else
		return 0;
	return -EIO;
}

/* Lets it go, waits for it, and takes the measurements. */
static int measure(const struct start *start, pid_t pid, struct counters *counters,
		   char **argv, struct sample *sample)
{
	const uint64_t begin = now();
	struct rusage usage;
	int status = 0, exec_err = 0, ret;

	close(start->go[1]);
	while (wait4(pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			return complain_errno(errno, "wait for %s", *argv);
	sample->of[METRIC_NS] = now() - begin;
	stop_passes(0);
	if (stop_signal())
		return -EINTR;
	if (read(start->failed[0], &exec_err, sizeof(exec_err)) < 0)
		exec_err = 0;
	ret = judge(status, exec_err, argv);
	sample->of[METRIC_USER_NS] = ns_of(usage.ru_utime);
	sample->of[METRIC_SYSTEM_NS] = ns_of(usage.ru_stime);
	return ret || !counters->nr ? ret : read_counters(counters, sample);
}

/* Returns the process, which waits; -errno after a complaint. */
static pid_t launch(const struct start *start, char **argv)
{
	pid_t pid = -EINTR;

	stop_hold(true);
	if (!stop_signal()) {
		pid = fork();
		if (!pid)
			child(start, argv);
		if (pid < 0)
			pid = complain_errno(errno, "cannot fork");
		else
			stop_passes(pid);
	}
	stop_hold(false);
	close(start->go[0]);
	close(start->failed[1]);
	return pid;
}

int command_run(char **argv, struct sample *sample)
{
	struct counters counters = { };
	struct start start;
	int ret, no_counters = 0;
	pid_t pid;

	*sample = (struct sample){ };
	if (pipe2(start.go, O_CLOEXEC))
		return complain_errno(errno, "pipe");
	if (pipe2(start.failed, O_CLOEXEC)) {
		close(start.go[0]);
		close(start.go[1]);
		return complain_errno(errno, "pipe");
	}
	pid = launch(&start, argv);
	if (pid < 0) {
		close(start.go[1]);
		close(start.failed[0]);
		return pid;
	}
	if (counters_have_cpu())
		no_counters = counters_open(&counters, cpu_counters, NR_CPU_COUNTERS, pid, true);
	ret = measure(&start, pid, &counters, argv, sample);
	if (!ret && no_counters)
		ret = complain_errno(-no_counters, "cannot count by the CPU any more");
	close(start.failed[0]);
	counters_close(&counters);
	return ret;
}
