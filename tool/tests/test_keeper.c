// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever ends `fault run`, none of its changes remains. The test kills it
 * between two system calls, as only system calls change anything outside.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "groups.h"

#define NR_KILLS	200

#define OPS	"debugfs/rmap_ab/fault_ops"

static const char *const dirs[] = {
	"debugfs/fail_rmap_try_dup/",
	"debugfs/fail_rmap_try_share/",
	"debugfs/fail_rmap_ab/",
};

static const char *const knobs[][2] = {
	{ "probability", "0\n" },
	{ "interval", "1\n" },
	{ "times", "7\n" },
	{ "space", "3\n" },
	{ "task-filter", "N\n" },
	{ "injected", "0\n" },
};

static int setup(void **state)
{
	char path[PATH_MAX];
	struct world *w;

	world_setup(state);
	w = *state;
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		world_dir(w, dirs[i]);
		for (size_t j = 0; j < ARRAY_SIZE(knobs); j++) {
			snprintf(path, sizeof(path), "%s%s", dirs[i],
				 knobs[j][0]);
			world_write(w, path, knobs[j][1]);
		}
	}
	world_write(w, OPS, "0\n");
	world_write(w, "proc/self/fail-nth", "0\n");
	world_write(w, "proc/self/make-it-fail", "0\n");
	return 0;
}

/*
 * Returns the first file whose content differs from the initial one, or NULL.
 */
static const char *changed(struct world *w)
{
	static char path[PATH_MAX];
	char got[64];

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(knobs); j++) {
			snprintf(path, sizeof(path), "%s%s", dirs[i],
				 knobs[j][0]);
			world_read(w, path, got, sizeof(got));
			if (atoi(got) != atoi(knobs[j][1]) ||
			    *got != *knobs[j][1])
				return path;
		}
	}
	world_read(w, OPS, got, sizeof(got));
	return *got == '0' ? NULL : OPS;
}

static void start_child(struct world *w, int err)
{
	world_environment(w);
	/* LeakSanitizer does not work in a traced process. */
	setenv("ASAN_OPTIONS", "exitcode=99:detect_leaks=0", 1);
	dup2(err, STDERR_FILENO);
	setpgid(0, 0);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execl(rmapctl_path(), "rmapctl", "-j", "fault", "run",
	      "fail_rmap_try_dup", "interval=5", "fail_rmap_ab", "times=9",
	      "space=2", "--", "true", NULL);
	_exit(98);
}

/*
 * Stops the process @nr times, at the begin or end of a system call. Returns
 * the number of stops, which is less than @nr if the process has ended.
 */
static unsigned int step(pid_t pid, unsigned int nr, int *status)
{
	unsigned int i;
	int signal = 0;

	for (i = 0; i < nr; i++) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, signal), 0);
		assert_int_equal(waitpid(pid, status, 0), pid);
		if (!WIFSTOPPED(*status))
			break;
		signal = WSTOPSIG(*status);
		if (signal == SIGTRAP)
			signal = 0;
	}
	return i;
}

/*
 * Kills the process, or its group, after @nr stops. Returns the number of
 * stops. Everything is over when the last of its children has closed stderr.
 */
static unsigned int run_and_kill(struct world *w, unsigned int nr, bool group,
				 bool *was_changed)
{
	char byte, *null = "/dev/null";
	unsigned int stops;
	int err[2], status;
	pid_t pid;

	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(open(null, O_WRONLY), STDOUT_FILENO);
		start_child(w, err[1]);
	}
	close(err[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	stops = step(pid, nr, &status);
	*was_changed = changed(w);
	if (stops == nr) {
		kill(group ? -pid : pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
	}
	while (read(err[0], &byte, 1) > 0)
		;
	close(err[0]);
	return stops;
}

static void nothing_is_left_by_sigkill(void **state)
{
	unsigned int all, at, nr_changed = 0;
	struct world *w = *state;
	const char *left;
	bool was_changed;

	all = run_and_kill(w, 1000000, false, &was_changed);
	assert_false(was_changed);
	srandom(1);
	for (int i = 0; i < NR_KILLS; i++) {
		at = random() % all;
		run_and_kill(w, at, i % 2, &was_changed);
		nr_changed += was_changed;
		left = changed(w);
		if (left)
			fail_msg("killed after %u of %u: %s is not as it was",
				 at, all, left);
	}
	/* Enough kills came while something was changed. */
	assert_true(nr_changed > NR_KILLS / 10);
}

#define KEEPER	"read -r keeper rest </proc/$PPID/task/$PPID/children; "

static void the_process_itself_stands_in(void **state)
{
	struct world *w = *state;

	rmapctl(w, "fault", "run", "fail_rmap_try_dup", "--", "sh", "-c",
		KEEPER "kill -9 $keeper; cat $RMAPCTL_DEBUGFS/fail_rmap_try_dup/probability",
		NULL);
	assert_int_equal(w->code, 0);
	assert_string_equal(w->out, "100");
	check_in(w->err, "the process that puts everything back was killed by signal 9");
	assert_null(changed(w));
}

/* The keeper ignores the signals that end a session or a service. */
static void the_keeper_heeds_no_signal(void **state)
{
	struct world *w = *state;

	rmapctl(w, "fault", "run", "fail_rmap_try_dup", "--", "sh", "-c",
		KEEPER "kill -TERM $keeper; kill -HUP $keeper; kill -INT $keeper; "
		"cat /proc/$keeper/comm; kill -9 $PPID; "
		"while [ -e /proc/$keeper/fd/0 ]; do :; done; "
		"cat $RMAPCTL_DEBUGFS/fail_rmap_try_dup/probability", NULL);
	assert_int_equal(w->code, -SIGKILL);
	assert_string_equal(w->out, "rmapctl-keeper\n0");
	assert_null(changed(w));
}

static void what_cannot_be_put_back_is_told(void **state)
{
	struct world *w = *state;

	rmapctl(w, "fault", "run", "fail_rmap_try_dup", "--", "sh", "-c",
		"cd $RMAPCTL_DEBUGFS/fail_rmap_try_dup && rm interval times && mkdir times",
		NULL);
	check_in(w->err, "cannot put '7' back into ");
	assert_int_equal(w->code, 2);
}

#define KEEPER_TEST(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)

static const struct CMUnitTest tests[] = {
	KEEPER_TEST(nothing_is_left_by_sigkill),
	KEEPER_TEST(the_process_itself_stands_in),
	KEEPER_TEST(the_keeper_heeds_no_signal),
	KEEPER_TEST(what_cannot_be_put_back_is_told),
};

GROUP(keeper, tests);
