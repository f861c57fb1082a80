// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "cli/stop.h"
#include "fault_run.h"
#include "guard.h"
#include "kernel/fault_knob.h"
#include "kernel/knob.h"
#include "noun.h"

/* The status that a shell uses. */
#define STATUS_NO_COMMAND	127
#define STATUS_SIGNAL		128

struct injected {
	const char *fault;
	uint64_t injected;
};

#define FIELD(member, type_, what_) {				\
	.key = #member, .label = #member, .what = what_,	\
	.type = type_, .offset = offsetof(struct injected, member), \
}

static const struct out_field fields[] = {
	FIELD(fault, OUT_STR, "its name"),
	FIELD(injected, OUT_U64, "calls of the command that it has let fail"),
};

static const struct out_desc injected_desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
	.line = "{fault}: {injected} injected",
};

static uint64_t nr_injected(const char *fault)
{
	char *path = fault_path(fault, "injected");
	long nr = path ? knob_number(path) : -1;

	free(path);
	return nr < 0 ? 0 : nr;
}

/* ---- before ---- */

static int keep(const char *fault, const char *knob)
{
	char *path = fault_path(fault, knob);
	int ret = path && !knob_keep(path) ? 0 : EXIT_KERNEL;

	free(path);
	return ret;
}

/*
 * Keeps the values that the kernel counts down. The Nth call of any fault also
 * changes "times".
 */
static int keep_all(void)
{
	int ret = 0;

	for (size_t i = 0; fault_names[i] && !ret; i++) {
		ret = keep(fault_names[i], "times");
		ret = ret ? ret : keep(fault_names[i], "space");
	}
	return ret;
}

/*
 * Makes every call fail, but only in the command. Knobs of the user come later.
 */
static int aim(const char *fault)
{
	int ret = fault_turn(fault, "task-filter", "Y");

	ret = ret ? ret : fault_turn(fault, "times", "-1");
	return ret ? ret : fault_turn(fault, "probability", "100");
}

/* Returns the number of words that belong to faults, or -EXIT_... */
static int set_up(uint64_t nth, int argc, char **argv)
{
	int i = 0, ret = keep_all(), nr;

	if (ret)
		return -ret;
	while (i < argc && fault_is_name(argv[i])) {
		for (nr = 0; i + 1 + nr < argc && strchr(argv[i + 1 + nr], '=');)
			nr++;
		ret = nth ? 0 : aim(argv[i]);
		if (!ret)
			ret = fault_set(argv[i], argv + i + 1, nr);
		if (ret)
			return -ret;
		i += 1 + nr;
	}
	return i;
}

static int layer_on(void)
{
	char *path = fault_ops_path();
	int err = path ? knob_set(path, "1") : -ENOMEM;

	free(path);
	guard_explain(-err);
	return err ? EXIT_KERNEL : 0;
}

/* ---- the command ---- */

static void tell_self(const char *file, uint64_t number)
{
	char *path = fault_self_path(file), text[24];
	int fd = path ? open(path, O_WRONLY | O_TRUNC | O_CLOEXEC) : -1;

	snprintf(text, sizeof(text), "%" PRIu64, number);
	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		complain_errno(errno, "cannot write to %s", file);
		_exit(STATUS_NO_COMMAND);
	}
	close(fd);
	free(path);
}

/* With JSON, only rmapctl itself writes to stdout. */
static void child(const struct out *out, uint64_t nth, char **command)
{
	keeper_leave();
	stop_default();
	if (out->json)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	if (nth)
		tell_self("fail-nth", nth);
	else
		tell_self("make-it-fail", 1);
	execvp(*command, command);
	complain_errno(errno, "cannot run %s", *command);
	_exit(STATUS_NO_COMMAND);
}

static int run_command(const struct out *out, uint64_t nth, char **command)
{
	int status = 0;
	pid_t pid = -1;

	stop_hold(true);
	if (!stop_signal()) {
		pid = fork();
		if (!pid)
			child(out, nth, command);
		if (pid < 0)
			complain_errno(errno, "cannot fork");
		else
			stop_passes(pid);
	}
	stop_hold(false);
	if (pid < 0)
		return EXIT_KERNEL;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	stop_passes(0);
	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) :
	       WEXITSTATUS(status);
}

/* ---- all of it ---- */

static void report_injected(struct out *out, const uint64_t *before)
{
	struct injected rec;
	uint64_t sum = 0;

	for (size_t i = 0; fault_names[i]; i++) {
		rec.fault = fault_names[i];
		rec.injected = nr_injected(rec.fault) - before[i];
		sum += rec.injected;
		if (out->json || rec.injected)
			out_record(out, &injected_desc, &rec);
	}
	if (!sum)
		complain("nothing was injected: the command made no such call, or not so many");
}

static int run_with(struct out *out, uint64_t nth, int argc, char **argv)
{
	uint64_t before[8] = { };
	int nr = set_up(nth, argc, argv), ret;

	if (nr < 0)
		return -nr;
	if (!nr && !nth) {
		complain("which fault? name one, or give --nth N");
		return argc ? fault_complain_name(argv[0]) : EXIT_USAGE;
	}
	if (nr == argc) {
		complain("which command? 'fault run' ends with one");
		return EXIT_USAGE;
	}
	ret = layer_on();
	if (ret)
		return ret;
	for (size_t i = 0; fault_names[i]; i++)
		before[i] = nr_injected(fault_names[i]);
	fflush(NULL);
	ret = run_command(out, nth, argv + nr);
	report_injected(out, before);
	return ret;
}

int fault_run(struct out *out, uint64_t nth, int argc, char **argv)
{
	int ret = nth ? fault_nth_present() : 0;

	if (ret)
		return ret;
	if (knobs_open() || keeper_start(knobs_restore))
		return EXIT_KERNEL;
	stop_catch();
	ret = run_with(out, nth, argc, argv);
	if (keeper_end() && !ret)
		ret = EXIT_KERNEL;
	if (stop_signal())
		out_end(out);
	fflush(NULL);
	stop_now();
	return ret;
}
