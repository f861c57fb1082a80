// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "groups.h"

#define DUP	"debugfs/fail_rmap_try_dup/"
#define SHARE	"debugfs/fail_rmap_try_share/"
#define AB	"debugfs/fail_rmap_ab/"
#define OPS	"debugfs/rmap_ab/fault_ops"
#define NTH	"proc/self/fail-nth"

static const char *const dirs[] = { DUP, SHARE, AB };

static const struct {
	const char *knob;
	const char *value;
} knobs[] = {
	{ "probability", "0\n" },
	{ "interval", "1\n" },
	{ "times", "1\n" },
	{ "space", "0\n" },
	{ "verbose", "2\n" },
	{ "task-filter", "N\n" },
	{ "injected", "3\n" },
	{ "require-end", "0xffffffffffffffff\n" },
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
				 knobs[j].knob);
			world_write(w, path, knobs[j].value);
		}
	}
	world_write(w, OPS, "0\n");
	world_write(w, NTH, "0\n");
	world_write(w, "proc/self/make-it-fail", "0\n");
	return 0;
}

static void check_file(struct world *w, const char *path, const char *text)
{
	char got[256];

	world_read(w, path, got, sizeof(got));
	got[strcspn(got, "\n")] = '\0';
	assert_string_equal(got, text);
}

static void check_untouched(struct world *w)
{
	check_file(w, OPS, "0");
	check_file(w, DUP "probability", "0");
	check_file(w, DUP "interval", "1");
	check_file(w, DUP "times", "1");
	check_file(w, DUP "space", "0");
	check_file(w, DUP "task-filter", "N");
	check_file(w, SHARE "probability", "0");
}

#define REST "\"probability\":0,\"interval\":1,\"times\":1,\"space\":0," \
	"\"verbose\":2,\"task_filter\":false,\"require-end\":\"0xffffffffffffffff\"}"

static void list_shows_every_fault(void **state)
{
	struct world *w = *state;

	rmapctl(w, "-j", "fault", "list", NULL);
	check_fine(w, "[{\"fault\":\"fail_rmap_try_dup\",\"on\":false,\"injected\":3," REST
		   ",{\"fault\":\"fail_rmap_try_share\",\"on\":false,\"injected\":3," REST
		   ",{\"fault\":\"fail_rmap_ab\",\"on\":true,\"injected\":3," REST "]\n");
	rmapctl(w, "fault", "list", "fail_rmap_ab", NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, "fail_rmap_ab\n");
	check_not_in(w->out, "fail_rmap_try_dup");
	world_write(w, OPS, "1\n");
	world_write(w, DUP "times", "-1\n");
	world_write(w, DUP "task-filter", "Y\n");
	rmapctl(w, "-j", "fault", "list", "fail_rmap_try_dup", NULL);
	check_in(w->out, "\"on\":true");
	check_in(w->out, "\"times\":-1,");
	check_in(w->out, "\"task_filter\":true");
}

static void set_turns_knobs(void **state)
{
	struct world *w = *state;

	rmapctl(w, "fault", "set", "fail_rmap_try_dup", "probability=50",
		"times=-1", NULL);
	check_fine(w, "");
	check_file(w, DUP "probability", "50");
	check_file(w, DUP "times", "-1");
	check_file(w, SHARE "probability", "0");
	check_file(w, OPS, "1");
}

/* This fault does not concern operations. */
static void set_of_the_modules_own_leaves_operations(void **state)
{
	struct world *w = *state;

	rmapctl(w, "fault", "set", "fail_rmap_ab", "probability=1", NULL);
	check_fine(w, "");
	check_file(w, OPS, "0");
}

static void set_names_what_there_is(void **state)
{
	struct world *w = *state;

	rmapctl(w, "fault", "set", "fail_rmap", "times=1", NULL);
	check_failure(w, 1, "there is no fault 'fail_rmap'; there are: "
		      "fail_rmap_try_dup fail_rmap_try_share fail_rmap_ab\n",
		      NULL);
	rmapctl(w, "fault", "set", "fail_rmap_try_dup", "probability=9",
		"time=1", NULL);
	check_failure(w, 1, "fail_rmap_try_dup has no 'time'; it has: ",
		      " probability ", " times ", " require-end ", NULL);
	check_untouched(w);
	rmapctl(w, "fault", "set", "fail_rmap_try_dup", "times", NULL);
	check_failure(w, 1, "'times' needs a value: times=VALUE", NULL);
	rmapctl(w, "fault", "set", "fail_rmap_try_dup", NULL);
	check_failure(w, 1, "takes a fault, and KNOB=VALUE", NULL);
	rmapctl(w, "fault", "turn", NULL);
	check_failure(w, 1, "does not know 'turn': list, set, clear, run", NULL);
	check_untouched(w);
}

static void values_have_a_range(void **state)
{
	static const struct {
		const char *word;
		const char *says;
	} wrong[] = {
		{ "probability=101", "probability is a number from 0 to 100, not '101'" },
		{ "probability=-1", "from 0 to 100, not '-1'" },
		{ "probability=50%", "from 0 to 100, not '50%'" },
		{ "interval=0", "interval is a number from 1 on, not '0'" },
		{ "times=-2", "times is a number from -1 on, not '-2'" },
		{ "times=2147483648", "times is a number from -1 on" },
		{ "space=-1", "space is a number from 0 on" },
		{ "verbose=3", "verbose is a number from 0 to 2" },
		{ "task-filter=yes", "task-filter is Y or N, not 'yes'" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		rmapctl(w, "fault", "set", "fail_rmap_try_dup", "interval=3",
			wrong[i].word, NULL);
		check_failure(w, 1, wrong[i].says, NULL);
		check_untouched(w);
		rmapctl(w, "fault", "run", "fail_rmap_try_dup", wrong[i].word,
			"--", "echo", "run", NULL);
		check_failure(w, 1, wrong[i].says, NULL);
		check_untouched(w);
	}
	rmapctl(w, "fault", "set", "fail_rmap_try_dup", "probability=100",
		"interval=0x10", "times=-1", "verbose=0", "task-filter=Y", NULL);
	check_fine(w, "");
	check_file(w, DUP "interval", "0x10");
}

static void set_is_all_or_nothing(void **state)
{
	struct world *w = *state;

	world_link(w, DUP "verbose", "/dev/full");
	rmapctl(w, "fault", "set", "fail_rmap_try_dup", "probability=9",
		"verbose=1", "times=4", NULL);
	check_failure(w, 2, "cannot write '1'", "/verbose: No space left", NULL);
	check_untouched(w);
	world_write(w, SHARE "probability", "40\n");
	w->refuse = "1";
	w->refuse_errno = EUCLEAN;
	rmapctl(w, "fault", "set", "fail_rmap_try_share", "probability=90", NULL);
	check_failure(w, 2, "/fault_ops: Structure needs cleaning", NULL);
	check_file(w, SHARE "probability", "40");
}

static void clear_is_as_at_first(void **state)
{
	struct world *w = *state;

	world_write(w, OPS, "1\n");
	world_write(w, DUP "probability", "50\n");
	world_write(w, DUP "task-filter", "Y\n");
	world_write(w, SHARE "probability", "60\n");
	rmapctl(w, "fault", "clear", "fail_rmap_try_share", NULL);
	check_fine(w, "");
	check_file(w, SHARE "probability", "0");
	check_file(w, SHARE "injected", "0");
	check_file(w, DUP "probability", "50");
	check_file(w, OPS, "1");
	rmapctl(w, "fault", "clear", NULL);
	check_fine(w, "");
	check_untouched(w);
	rmapctl(w, "fault", "clear", "all", NULL);
	check_failure(w, 1, "there is no fault 'all'", NULL);
}

#define SAY "cd $RMAPCTL_DEBUGFS/fail_rmap_try_dup && " \
	"echo $(cat ../rmap_ab/fault_ops) $(cat probability) $(cat times) " \
	"$(cat interval) $(cat task-filter) " \
	"$(cat $RMAPCTL_PROC/self/make-it-fail) $(cat $RMAPCTL_PROC/self/fail-nth)"

static void run_is_for_the_command(void **state)
{
	struct world *w = *state;

	rmapctl(w, "fault", "run", "fail_rmap_try_dup", "--", "sh", "-c",
		SAY "; echo 8 >injected; exit 7", NULL);
	assert_string_equal(w->err, "");
	assert_string_equal(w->out, "1 100 -1 1 Y 1 0\nfail_rmap_try_dup: 5 injected\n");
	assert_int_equal(w->code, 7);
	check_untouched(w);
	rmapctl(w, "fault", "run", "fail_rmap_try_dup", "interval=2", "times=9",
		"fail_rmap_try_share", "--", "sh", "-c",
		SAY "; cat ../fail_rmap_try_share/probability", NULL);
	check_in(w->out, "1 100 9 2 Y 1 0\n100");
	check_in(w->err, "nothing was injected");
	assert_int_equal(w->code, 0);
	check_untouched(w);
}

/* Values that the kernel counts down are restored, though nobody wrote them. */
static void run_puts_back_what_the_kernel_changes(void **state)
{
	struct world *w = *state;

	rmapctl(w, "fault", "run", "fail_rmap_try_dup", "times=1", "--", "sh",
		"-c", "cd $RMAPCTL_DEBUGFS/fail_rmap_try_dup && echo 0 >times && echo -5 >space",
		NULL);
	assert_int_equal(w->code, 0);
	check_untouched(w);
	rmapctl(w, "fault", "run", "--nth", "1", "--", "sh", "-c",
		"echo 0 >$RMAPCTL_DEBUGFS/fail_rmap_try_dup/times", NULL);
	assert_int_equal(w->code, 0);
	check_untouched(w);
}

static void run_has_json_alone_on_stdout(void **state)
{
	struct world *w = *state;

	rmapctl(w, "-j", "fault", "run", "fail_rmap_try_dup", "--", "sh", "-c",
		SAY "; echo 4 >injected; exit 1", NULL);
	assert_string_equal(w->out,
			    "[{\"fault\":\"fail_rmap_try_dup\",\"injected\":1},"
			    "{\"fault\":\"fail_rmap_try_share\",\"injected\":0},"
			    "{\"fault\":\"fail_rmap_ab\",\"injected\":0}]\n");
	check_in(w->err, "1 100 -1 1 Y 1 0\n");
	assert_int_equal(w->code, 1);
}

static void run_takes_the_nth(void **state)
{
	struct world *w = *state;

	rmapctl(w, "fault", "run", "--nth", "12", "--", "sh", "-c", SAY, NULL);
	assert_string_equal(w->out, "1 0 1 1 N 0 12\n");
	check_untouched(w);
	rmapctl(w, "fault", "run", "--nth", "0", "--", "true", NULL);
	check_failure(w, 1, "--nth", NULL);
	rmapctl(w, "fault", "list", "--nth", "1", NULL);
	check_failure(w, 1, "--nth is for 'fault run'", NULL);
}

static void run_needs_a_fault_and_a_command(void **state)
{
	struct world *w = *state;

	rmapctl(w, "fault", "run", "fail_rmap_try_dup", "times=2", NULL);
	check_failure(w, 1, "which command?", NULL);
	check_untouched(w);
	rmapctl(w, "fault", "run", "--", "true", NULL);
	check_failure(w, 1, "which fault?", "there is no fault 'true'", NULL);
	rmapctl(w, "fault", "run", "fail_rmap_try_dup", "when=now", "--",
		"true", NULL);
	check_failure(w, 1, "has no 'when'; it has: ", NULL);
	check_untouched(w);
	rmapctl(w, "fault", "run", "fail_rmap_try_dup", "--", "/no/such", NULL);
	check_failure(w, 127, "cannot run /no/such: No such file", NULL);
	check_untouched(w);
}

/* The signal ends the command first and then rmapctl. */
static void run_puts_all_back_on_signals(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	struct world *w = *state;
	char script[256];

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		snprintf(script, sizeof(script),
			 "trap 'echo heard; exit 3' %d; kill -%d $PPID; while :; do sleep 0.01; done",
			 signals[i], signals[i]);
		rmapctl(w, "fault", "run", "fail_rmap_try_dup", "--", "sh", "-c",
			script, NULL);
		assert_int_equal(w->code, -signals[i]);
		check_in(w->out, "heard\n");
		check_untouched(w);
	}
	rmapctl(w, "fault", "run", "fail_rmap_try_dup", "--", "sh", "-c",
		"kill -9 $$", NULL);
	assert_int_equal(w->code, 128 + SIGKILL);
	check_untouched(w);
}

static void kernels_without_faults_are_named(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		world_remove(w, dirs[i]);
	rmapctl(w, "fault", "list", NULL);
	check_failure(w, 2, "without CONFIG_FAULT_INJECTION_DEBUG_FS", NULL);
	world_remove(w, NTH);
	rmapctl(w, "fault", "set", "fail_rmap_try_dup", "times=1", NULL);
	check_failure(w, 2, "without CONFIG_FAULT_INJECTION:", NULL);
	rmapctl(w, "fault", "run", "--nth", "1", "--", "true", NULL);
	check_failure(w, 2, "without CONFIG_FAULT_INJECTION:", NULL);
	world_remove(w, "debugfs/rmap_ab");
	rmapctl(w, "fault", "list", NULL);
	check_failure(w, 2, "the module rmap_ab is not loaded", NULL);
}

#define FAULT_TEST(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)

static const struct CMUnitTest tests[] = {
	FAULT_TEST(list_shows_every_fault),
	FAULT_TEST(set_turns_knobs),
	FAULT_TEST(set_of_the_modules_own_leaves_operations),
	FAULT_TEST(set_names_what_there_is),
	FAULT_TEST(values_have_a_range),
	FAULT_TEST(set_is_all_or_nothing),
	FAULT_TEST(clear_is_as_at_first),
	FAULT_TEST(run_is_for_the_command),
	FAULT_TEST(run_puts_back_what_the_kernel_changes),
	FAULT_TEST(run_has_json_alone_on_stdout),
	FAULT_TEST(run_takes_the_nth),
	FAULT_TEST(run_needs_a_fault_and_a_command),
	FAULT_TEST(run_puts_all_back_on_signals),
	FAULT_TEST(kernels_without_faults_are_named),
};

GROUP(fault, tests);
