// SPDX-License-Identifier: GPL-2.0
/* The live view, on a terminal of its own and without one. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frames.h"
#include "groups.h"
#include "terminal.h"

#define ENTER	"\033[?1049h"
#define LEAVE	"\033[?25h\033[?1049l"
#define MARK	"\033[7m"

/* The sums are the last lines of a look. */
#define DRAWN	"swapped out or migrating\033[K\r\n\033[J"

static void run_watch(const char *first, const char *second, const char *third)
{
	const char *path = getenv("RMAPCTL");

	execl(path, path, "watch", "--pid", "42", "--interval", "0.05", first,
	      second, third, NULL);
	_exit(98);
}

static void start_watch(struct world *w, struct terminal *t, unsigned short rows,
			const char *first, const char *second)
{
	const char *const words[] = {
		"watch", "--pid", "42", "--interval", "0.05", first, second, NULL,
	};

	terminal_start(w, t, rows, words);
}

static void leave_by(struct world *w, int signum, const char *key)
{
	static struct terminal t;
	int held, status;

	start_watch(w, &t, 24, NULL, NULL);
	held = terminal_hold(&t);
	terminal_read_until(&t, DRAWN);
	assert_non_null(strstr(t.text, ENTER));
	assert_null(strstr(t.text, LEAVE));
	if (signum)
		kill(t.pid, signum);
	else
		assert_int_equal(write(t.fd, key, strlen(key)), strlen(key));
	status = terminal_end(&t);
	if (signum)
		assert_int_equal(WTERMSIG(status), signum);
	else
		assert_true(WIFSIGNALED(status) || !WEXITSTATUS(status));
	terminal_check_restored(&t);
	close(held);
	terminal_read_until(&t, NULL);
	check_in(t.text, LEAVE);
	assert_null(strstr(strstr(t.text, LEAVE), ENTER));
	close(t.fd);
}

static void watch_restores_the_terminal(void **state)
{
	static const int signals[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGPIPE, SIGSEGV,
		SIGABRT,
	};

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		leave_by(*state, signals[i], NULL);
	leave_by(*state, 0, "q");
	leave_by(*state, 0, "\033");
	leave_by(*state, 0, "\003");	/* ^C */
}

static void watch_ends_after_so_many_looks(void **state)
{
	static struct terminal t;
	int held;

	start_watch(*state, &t, 24, "--count", "3");
	held = terminal_hold(&t);
	assert_int_equal(terminal_end(&t), 0);
	terminal_check_restored(&t);
	close(held);
	terminal_read_until(&t, NULL);
	check_in(t.text, "look 2 ");
	check_not_in(t.text, "look 3 ");
	close(t.fd);
}

/*
 * This process group is an orphaned one, in which the kernel lets nobody stop:
 * it comes back at once.
 */
static void watch_gives_the_terminal_back_to_stop(void **state)
{
	static struct terminal t;

	start_watch(*state, &t, 24, NULL, NULL);
	terminal_read_until(&t, DRAWN);
	kill(t.pid, SIGTSTP);
	terminal_read_until(&t, LEAVE ENTER);
	terminal_read_until(&t, DRAWN);
	kill(t.pid, SIGTERM);
	assert_int_equal(WTERMSIG(terminal_end(&t)), SIGTERM);
	close(t.fd);
}

/* The widest line, without sequences, and the number of lines. */
static size_t measure(const char *text, size_t *lines)
{
	size_t width = 0, widest = 0;

	for (*lines = 1; *text; text++) {
		if (*text == '\033') {
			text += strcspn(text, "hlmHJK");
			continue;
		}
		if (*text == '\n')
			++*lines;
		if (*text == '\n' || *text == '\r')
			width = 0;
		else if (++width > widest)
			widest = width;
	}
	return widest;
}

/* One look, from its first line to its last. */
static char *last_look(struct terminal *t)
{
	char *at = t->text, *last = NULL;

	while ((at = strstr(at, "\033[H")))
		last = at++;
	assert_non_null(last);
	return last;
}

static void watch_fits_the_terminal(void **state)
{
	struct winsize small = { .ws_row = 10, .ws_col = 80 };
	static struct terminal t;
	size_t lines;

	start_watch(*state, &t, 24, NULL, NULL);
	terminal_read_until(&t, DRAWN);
	assert_true(measure(last_look(&t), &lines) <= 80);
	assert_true(lines <= 24);
	check_in(t.text, "0000");	/* an address */
	assert_int_equal(ioctl(t.fd, TIOCSWINSZ, &small), 0);
	/* one look may have been under way */
	terminal_read_until(&t, DRAWN);
	terminal_read_until(&t, DRAWN);
	terminal_read_until(&t, DRAWN);
	assert_true(measure(last_look(&t), &lines) <= 80);
	assert_true(lines <= 10);
	kill(t.pid, SIGTERM);
	terminal_end(&t);
	close(t.fd);
}

static void watch_marks_what_changes(void **state)
{
	struct rmap_ab_page page;
	static struct terminal t;

	frames_get(*state, 109, &page);
	start_watch(*state, &t, 24, NULL, NULL);
	terminal_read_until(&t, DRAWN);
	terminal_read_until(&t, DRAWN);
	check_not_in(t.text, MARK);
	page.refcount = 4321;
	frames_set(*state, 109, &page);
	terminal_read_until(&t, MARK "4321");
	kill(t.pid, SIGTERM);
	terminal_end(&t);
	close(t.fd);
}

/* A message must not be lost with the screen. */
static void watch_says_on_the_terminal_why_it_ends(void **state)
{
	static struct terminal t;
	struct world *w = *state;

	start_watch(w, &t, 24, NULL, NULL);
	terminal_read_until(&t, DRAWN);
	world_remove(w, "proc/42");
	terminal_read_until(&t, NULL);
	/* it may have been opened already */
	check_in(strstr(t.text, LEAVE), "process 42");
	assert_int_equal(WEXITSTATUS(terminal_end(&t)), 2);
	close(t.fd);
}

static void start_json(struct world *w, struct terminal *t, const char *first)
{
	int ends[2];

	t->nr = 0;
	t->text[0] = '\0';
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	t->pid = fork();
	if (!t->pid) {
		terminal_set_world(w);
		dup2(ends[1], STDOUT_FILENO);
		run_watch("-j", first, NULL);
	}
	close(ends[1]);
	t->fd = ends[0];
}

static void watch_as_json_is_an_object_a_line(void **state)
{
	struct json_object *object;
	struct rmap_ab_page page;
	static struct terminal t;
	struct world *w = *state;
	char *rest;

	frames_get(w, 109, &page);
	start_json(w, &t, "-t");
	terminal_read_until(&t, "\"kind\":\"file\"");
	page.refcount = 4321;
	frames_set(w, 109, &page);
	terminal_read_until(&t, "\"change\":\"changed\"");
	page = (struct rmap_ab_page){ .flags = RMAP_AB_PAGE_PRESENT };
	frames_set(w, 109, &page);
	terminal_read_until(&t, "\"change\":\"gone\"");
	kill(t.pid, SIGTERM);
	terminal_end(&t);
	terminal_read_until(&t, NULL);
	close(t.fd);
	check_in(t.text, "\"refcount\":4321,");
	/* the signal may have come within a line */
	*(strrchr(t.text, '\n') + 1) = '\0';
	for (char *line = strtok_r(t.text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		object = json_tokener_parse(line);
		assert_true(json_object_is_type(object, json_type_object));
		assert_true(json_object_object_get_ex(object, "tick", NULL));
		assert_true(json_object_object_get_ex(object, "timestamp",
						      NULL));
		json_object_put(object);
	}
}

static void watch_as_json_counts_its_looks(void **state)
{
	struct world *w = *state;

	rmapctl(w, "-j", "watch", "--pfn", "512", "--count", "3", "--interval",
		"0.01", NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, "{\"tick\":0,\"change\":\"new\",\"pfn\":512,");
	assert_ptr_equal(strchr(w->out, '\n'), w->out + strlen(w->out) - 1);
}

static void watch_refuses_nonsense(void **state)
{
	static const char *const bad[] = {
		"", "0", "x", "1s", "-1", "1e3", "inf", "nan", "1000000", "1.2.3",
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		rmapctl(w, "watch", "--pid", "42", "--interval", bad[i], NULL);
		check_failure(w, 1, "--interval", NULL);
	}
	rmapctl(w, "watch", "--pid", "42", "--count", "0", NULL);
	check_failure(w, 1, "--count 0: it must be from 1", NULL);
	rmapctl(w, "watch", NULL);
	check_failure(w, 1, "needs --pfn, --pid or --file", NULL);
	rmapctl(w, "watch", "--pid", "42", NULL);
	check_failure(w, 2, "needs a terminal", "-j", NULL);
	rmapctl(w, "watch", "--pid", "42", "-t", NULL);
	check_failure(w, 1, "-t goes with -j", NULL);
	rmapctl(w, "-j", "watch", "--pid", "43", NULL);
	check_failure(w, 2, "there is no process 43", NULL);
}

static const struct CMUnitTest tests[] = {
	FRAMES_TEST(watch_restores_the_terminal),
	FRAMES_TEST(watch_ends_after_so_many_looks),
	FRAMES_TEST(watch_gives_the_terminal_back_to_stop),
	FRAMES_TEST(watch_fits_the_terminal),
	FRAMES_TEST(watch_marks_what_changes),
	FRAMES_TEST(watch_says_on_the_terminal_why_it_ends),
	FRAMES_TEST(watch_as_json_is_an_object_a_line),
	FRAMES_TEST(watch_as_json_counts_its_looks),
	FRAMES_TEST(watch_refuses_nonsense),
};

GROUP(watch, tests);
