// SPDX-License-Identifier: GPL-2.0
/* What is recorded, and shown again on a terminal. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frames.h"
#include "groups.h"
#include "terminal.h"

#define MARK	"\033[7m"
#define LEAVE	"\033[?25h\033[?1049l"

static char file[PATH_MAX];

static int record_setup(void **state)
{
	int ret = frames_setup(state);

	if (!ret)
		world_path(*state, "looks", file);
	return ret;
}

#define RECORD_TEST(f) cmocka_unit_test_setup_teardown(f, record_setup, world_teardown)

static void read_file(struct world *w, char *to)
{
	world_read(w, "looks", to, OUTPUT_MAX);
}

static unsigned int nr_lines(const char *text)
{
	unsigned int nr = 0;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

static const char look_0[] =
	"\"state\":\"builtin\",\"current\":\"builtin\",\"switch_seq\":0,"
	"\"instrumented\":\"none\",\"not_present\":757,\"swapped\":1,\"sizes\":[{"
	"\"kind\":\"anon\",\"order\":0,\"folios\":10,\"memory\":40,\"mapped\":40,"
	"\"once\":40,\"more\":0,\"unknown\":0,\"exclusive\":40,\"partial\":0,\"mappings\":10},{"
	"\"kind\":\"anon\",\"order\":9,\"folios\":2,";

static void record_writes_a_line_a_look(void **state)
{
	static char text[OUTPUT_MAX];
	struct world *w = *state;

	rmapctl(w, "record", file, "--pid", "42", "--count", "3", "--interval", "0.01", NULL);
	check_fine(w, "");
	read_file(w, text);
	check_in(text, "{\"recording\":1,\"boot_id\":\"0b0a5e1e-");
	check_in(text, "\"words\":[\"record\",");
	check_in(text, "\n{\"tick\":0,\"timestamp\":\"20");
	check_in(text, look_0);
	check_in(text, "\n{\"tick\":2,");
	assert_int_equal(nr_lines(text), 4);
	assert_int_equal(text[strlen(text) - 1], '\n');
	/* What is on the file's lines is what -j prints live. */
	rmapctl(w, "-j", "watch", "--summary", "--pid", "42", "--count", "1", NULL);
	check_in(w->out, "{\"tick\":0,\"timestamp\":\"20");
	check_in(w->out, look_0);
	world_write(w, STATUS, STATUS_BUILTIN "layout: page\n");
	rmapctl(w, "-j", "watch", "--summary", "--pid", "42", "--count", "1", NULL);
	check_in(w->out, "\"instrumented\":\"none\",\"layout\":\"page\",\"not_present\":757,");
}

/* Without WHICH, of all memory: a driver's page is in no process. */
static void record_is_of_all_memory(void **state)
{
	static char text[OUTPUT_MAX];
	struct world *w = *state;

	rmapctl(w, "record", file, "--seconds", "0.02", "--interval", "0.015", NULL);
	check_fine(w, "");
	read_file(w, text);
	check_in(text, "{\"kind\":\"not-rmappable\",\"order\":0,\"folios\":1,");
	assert_int_equal(nr_lines(text), 3);
}

static void record_goes_on_where_it_was_interrupted(void **state)
{
	static char text[OUTPUT_MAX];
	struct world *w = *state;
	FILE *to;

	rmapctl(w, "record", file, "--count", "1", NULL);
	check_fine(w, "");
	rmapctl(w, "record", file, "--count", "1", NULL);
	check_failure(w, 2, "/looks is there already", "--append", NULL);
	to = fopen(file, "a");
	assert_non_null(to);
	fputs("{\"tick\":1,\"times", to);
	fclose(to);
	rmapctl(w, "record", file, "--count", "2", "--interval", "0.01", "--append", NULL);
	assert_int_equal(w->code, 0);
	check_in(w->err, "was interrupted within a line");
	read_file(w, text);
	assert_int_equal(nr_lines(text), 5);
	check_not_in(text, "\"times{");
	world_write(w, "looks", "{\"snapshot\":1}\n");
	rmapctl(w, "record", file, "--append", NULL);
	check_failure(w, 2, "/looks is a snapshot, but a recording is needed", NULL);
}

/* Killed at any moment, it leaves whole lines. */
static void record_is_whole_when_killed(void **state)
{
	static char text[1 << 20];
	struct world *w = *state;
	struct stat st = { };
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		const char *path = rmapctl_path();

		terminal_set_world(w);
		execl(path, path, "record", file, "--interval", "0.01", NULL);
		_exit(98);
	}
	while (st.st_size < 16384 && !waitpid(pid, &status, WNOHANG))
		stat(file, &st);
	/* a second one has to wait */
	rmapctl(w, "record", file, "--append", NULL);
	check_failure(w, 2, "is being recorded into already", NULL);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	world_read(w, "looks", text, sizeof(text));
	assert_true(nr_lines(text) > 3);
	assert_int_equal(text[strlen(text) - 1], '\n');
}

static void record_notices_what_it_cannot_write(void **state)
{
	struct world *w = *state;

	rmapctl(w, "record", "/dev/full", "--count", "1", NULL);
	check_failure(w, 2, "cannot write /dev/full: No space left", NULL);
	rmapctl(w, "record", "/no/such/file", NULL);
	check_failure(w, 2, "cannot open /no/such/file: No such file", NULL);
	rmapctl(w, "record", file, "--pid", "43", NULL);
	check_failure(w, 2, "there is no process 43", NULL);
	rmapctl(w, "record", NULL);
	check_failure(w, 1, "'record' needs FILE", NULL);
	rmapctl(w, "record", file, "--seconds", "0", NULL);
	check_failure(w, 1, "--seconds 0: it must be from 0.01 to 86400", NULL);
	rmapctl(w, "-j", "record", file, NULL);
	check_failure(w, 1, "has no JSON form", NULL);
}

static void start(struct world *w, struct terminal *t, const char *first, const char *second,
		  const char *third)
{
	const char *const words[] = { "watch", first, second, third, NULL };

	terminal_start(w, t, 24, words);
}

static void watch_shows_sizes_and_what_changes(void **state)
{
	struct rmap_ab_page page;
	static struct terminal t;
	struct world *w = *state;

	start(w, &t, "--summary", "--interval", "0.05");
	terminal_read_until(&t, "look 1 ");
	check_in(t.text, "page frames from 0, look 0  (q quits)");
	check_in(t.text, "implementation builtin (builtin), switches 0, instrumented none\033[K");
	check_in(t.text, "\033[K\r\nanon              4 KiB        10         40         40         40          0\033[K\r\n"
		 "anon              2 MiB         2       4096       4084       2048       2036\033[K\r\n"
		 "  1 of them mapped in parts\033[K\r\n");
	check_not_in(t.text, MARK);
	frames_get(w, 109, &page);
	page.page_mapcount = 2;
	page.large_mapcount = 2;
	frames_set(w, 109, &page);
	terminal_read_until(&t, "        40         40         " MARK "36\033[0m          " MARK "4\033[0m");
	world_write(w, STATUS, STATUS_PAGE "layout: none\n");
	terminal_read_until(&t, "implementation " MARK "page\033[0m ("
			    MARK "active\033[0m), switches " MARK "1\033[0m, instrumented none, layout "
			    MARK "none\033[0m\033[K");
	kill(t.pid, SIGTERM);
	assert_int_equal(WTERMSIG(terminal_end(&t)), SIGTERM);
	close(t.fd);
}

/* The second look comes a minute after the first one, and has a switch. */
#define HEAD		"{\"recording\":1,\"boot_id\":\"x\"}\n"
#define LOOK(tick, ms, impl, mapped)					\
	"{\"tick\":" tick ",\"timestamp\":\"2026-11-29T12:00:00\",\"ms\":" ms ","	\
	"\"state\":\"active\",\"current\":\"" impl "\",\"switch_seq\":1,\"instrumented\":\"none\"," \
	"\"not_present\":0,\"swapped\":5,\"sizes\":[{\"kind\":\"file\",\"order\":4,\"folios\":3," \
	"\"memory\":192,\"mapped\":" mapped ",\"once\":0,\"more\":0,\"unknown\":0,\"exclusive\":0," \
	"\"partial\":0,\"mappings\":7}]}\n"
#define TWO_LOOKS	HEAD LOOK("0", "0", "page", "64") LOOK("1", "60000", "batch", "128")

/* It needs nothing but the file; a line that is cut off is none. */
static void replay_shows_it_again(void **state)
{
	static struct terminal t;
	struct world *w = *state;
	const char *const words[] = { "watch", "--replay", file, "--speed", "1000", NULL };

	world_write(w, "looks", TWO_LOOKS HEAD LOOK("0", "0", "control", "192") "{\"tick\":1,");
	world_remove(w, "debugfs");
	world_remove(w, "proc");
	terminal_start(w, &t, 24, words);
	terminal_read_until(&t, "of which 192 KiB are mapped\033[K\r\n"
			    "2026-11-29T12:00:00, 0 pages not present, 5 swapped out");
	check_in(t.text, "looks, look 0, the last one  (q quits)");
	check_in(t.text, "implementation page (active), switches 1,");
	check_in(t.text, "file             64 KiB         3        192         64          0          0\033[K");
	check_in(t.text, "look 1  (q quits)");
	check_in(t.text, "implementation " MARK "batch\033[0m (active)");
	check_in(t.text, "       192        " MARK "128\033[0m          0");
	check_in(t.text, "implementation " MARK "control\033[0m (active)");
	assert_int_equal(write(t.fd, "q", 1), 1);
	assert_int_equal(terminal_end(&t), 0);
	terminal_read_until(&t, NULL);
	check_in(t.text, LEAVE);
	close(t.fd);
}

/* At its own speed, the second look would be a minute away. */
static void replay_keeps_the_time(void **state)
{
	static struct terminal t;
	struct world *w = *state;

	world_write(w, "looks", TWO_LOOKS);
	start(w, &t, "--replay", file, NULL);
	terminal_read_until(&t, "5 swapped out\033[K\r\n\033[J");
	/* A key draws the same look. */
	assert_int_equal(write(t.fd, "j", 1), 1);
	terminal_read_until(&t, "5 swapped out\033[K\r\n\033[J");
	check_not_in(t.text, "look 1");
	/* Keys that come together are one after the other. */
	assert_int_equal(write(t.fd, "k\033[Bj\033[5~xq", 11), 11);
	assert_int_equal(terminal_end(&t), 0);
	close(t.fd);
}

static void replay_refuses_other_files(void **state)
{
	static const struct {
		const char *text, *complaint;
	} cases[] = {
		{ "", "/looks is empty" },
		{ "{\"snapshot\":1}\n", "/looks is a snapshot, but a recording is needed" },
		{ HEAD, "/looks has no look: the recording was interrupted" },
		{ HEAD "{\"tick\":0", "/looks has no look" },
		{ HEAD "hello\n", "/looks:2: that is no JSON object" },
		{ HEAD "{\"tick\":0}\n", "/looks:2: that is no look" },
		{ HEAD "{\"sizes\":[{\"kind\":\"new\",\"order\":0}]}\n",
		  "/looks:2: that is no look" },
		{ HEAD "{\"sizes\":[{\"kind\":\"anon\",\"order\":23}]}\n",
		  "/looks:2: that is no look" },
		{ HEAD "{\"sizes\":[1]}\n", "/looks:2: that is no look" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		world_write(w, "looks", cases[i].text);
		rmapctl(w, "watch", "--replay", file, NULL);
		check_failure(w, 2, cases[i].complaint, NULL);
	}
	rmapctl(w, "-j", "watch", "--replay", file, NULL);
	check_failure(w, 1, "leave out -j", NULL);
	rmapctl(w, "watch", "--replay", file, "--pid", "42", NULL);
	check_failure(w, 1, "only --speed and --count go with it", NULL);
	rmapctl(w, "watch", "--replay", file, "--shared", NULL);
	check_failure(w, 1, "only --speed and --count go with it", NULL);
	rmapctl(w, "watch", "--replay", file, "--speed", "0", NULL);
	check_failure(w, 1, "--speed 0: it must be from 0.01 to 1000", NULL);
	rmapctl(w, "watch", "--pid", "42", "--speed", "2", NULL);
	check_failure(w, 1, "--speed goes with --replay", NULL);
	rmapctl(w, "-jt", "watch", "--summary", NULL);
	check_failure(w, 1, "leave out -t", NULL);
}

static const struct CMUnitTest tests[] = {
	RECORD_TEST(record_writes_a_line_a_look),
	RECORD_TEST(record_is_of_all_memory),
	RECORD_TEST(record_goes_on_where_it_was_interrupted),
	RECORD_TEST(record_is_whole_when_killed),
	RECORD_TEST(record_notices_what_it_cannot_write),
	RECORD_TEST(watch_shows_sizes_and_what_changes),
	RECORD_TEST(replay_shows_it_again),
	RECORD_TEST(replay_keeps_the_time),
	RECORD_TEST(replay_refuses_other_files),
};

GROUP(record, tests);
