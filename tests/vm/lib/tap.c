// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/tap.h"

struct tap_hooks tap_hooks = { .timeout = 120 };

static struct {
	unsigned int planned, written, failed;
	bool skipped;
	char *reason;		/* the reason of a skip; shared with the test */
	void (*test)(void);
} tap;

enum { REASON_SIZE = 512 };

void tap_plan(unsigned int nr)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	tap.reason = mmap(NULL, REASON_SIZE, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tap.reason == MAP_FAILED) {
		perror("memory for results");
		exit(2);
	}
	tap.planned = nr;
	printf("1..%u\n", nr);
}

void tap_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("# ");
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
}

void tap_skip(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(tap.reason, REASON_SIZE, fmt, args);
	va_end(args);
	skip();
	abort();
}

bool tap_skipped(void)
{
	return tap.skipped;
}

static void call_test(void **state)
{
	(void)state;
	tap.test();
}

/* A process that the test forked also ends here if one of its assertions fails. */
static void child(const char *name, int output)
{
	const struct CMUnitTest tests[] = {
		{ .name = name, .test_func = call_test },
	};
	int failed;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	failed = _cmocka_run_group_tests(name, tests, 1, NULL, NULL);
	fflush(stdout);
	_exit(failed ? 1 : 0);
}

/* Waits for the end of @pid. Returns its status, or -1 if that takes too long. */
static int await(pid_t pid)
{
	struct pollfd end = {
		.fd = syscall(SYS_pidfd_open, pid, 0),
		.events = POLLIN,
	};
	int status, ended;

	do {
		ended = poll(&end, 1, tap_hooks.timeout * 1000);
	} while (ended < 0 && errno == EINTR);
	close(end.fd);
	if (ended != 1)
		return -1;
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

/* Ends all processes that the test left behind. We are their reaper. */
static void bury(pid_t group)
{
	kill(-group, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

static void print_output(int output)
{
	static char text[65536];
	ssize_t len = pread(output, text, sizeof(text) - 1, 0);
	char *line;

	text[len > 0 ? len : 0] = '\0';
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		printf("#   %s\n", line);
}

/* Returns what is wrong with the test whose process ended with @status, or NULL. */
static const char *judge(int status, char *words, size_t size)
{
	long differences;

	if (status == -1)
		return "took too long, killed";
	if (WIFSIGNALED(status)) {
		snprintf(words, size, "killed by signal %d", WTERMSIG(status));
		return words;
	}
	if (WEXITSTATUS(status))
		return "failed";
	if (!tap_hooks.audit)
		return NULL;
	differences = tap_hooks.audit(words, size);
	return differences ? words : NULL;
}

static long long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void print_result(const char *name, const char *wrong, int output,
			 long long took)
{
	tap.written++;
	tap.failed += !!wrong;
	if (wrong) {
		printf("not ok %u - %s\n", tap.written, name);
		tap_note("  %s", wrong);
	} else if (tap.skipped) {
		printf("ok %u - %s # SKIP %s\n", tap.written, name, tap.reason);
	} else {
		printf("ok %u - %s\n", tap.written, name);
	}
	if (output < 0)
		return;
	if (wrong || tap_hooks.verbose)
		print_output(output);
	if (tap_hooks.verbose)
		tap_note("  %lld ms", took);
}

bool tap_result(const char *name, const char *wrong)
{
	tap.skipped = false;
	print_result(name, wrong, -1, 0);
	return !wrong;
}

bool tap_is_asked_for(const char *name)
{
	const char *only = getenv("TAP_ONLY");

	return !only || strstr(name, only);
}

bool tap_run(const char *name, void (*test)(void))
{
	const int output = memfd_create("output", MFD_CLOEXEC);
	const long long start = milliseconds();
	static char words[2048];
	const char *wrong;
	int status;
	pid_t pid;

	if (!tap_is_asked_for(name) || (tap.failed && getenv("TAP_STOP"))) {
		close(output);
		tap.skipped = true;
		strcpy(tap.reason, tap_is_asked_for(name) ? "another one has failed" :
							    "not asked for");
		print_result(name, NULL, -1, 0);
		return true;
	}
	tap.test = test;
	tap.reason[0] = '\0';
	fflush(stdout);
	pid = fork();
	if (!pid)
		child(name, output);
	setpgid(pid, pid);
	status = pid < 0 ? -1 : await(pid);
	if (pid > 0)
		bury(pid);
	if (tap_hooks.after)
		tap_hooks.after();
	wrong = judge(status, words, sizeof(words));
	tap.skipped = !wrong && tap.reason[0];
	print_result(name, wrong, output, milliseconds() - start);
	close(output);
	return !wrong;
}

int tap_status(void)
{
	if (tap.written != tap.planned)
		tap_note("%u results planned, %u written", tap.planned,
			 tap.written);
	return tap.failed || tap.written != tap.planned;
}
