// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "terminal.h"

/* This only ends a test that hangs. Nothing takes that long. */
#define STUCK_MS	20000

void terminal_set_world(const struct world *w)
{
	char path[PATH_MAX];

	world_path(w, "proc", path);
	setenv("RMAPCTL_PROC", path, 1);
	world_path(w, "debugfs", path);
	setenv("RMAPCTL_DEBUGFS", path, 1);
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
}

void terminal_start(struct world *w, struct terminal *t, unsigned short rows,
		    const char *const *words)
{
	struct winsize size = { .ws_row = rows, .ws_col = 80 };
	const char *path = rmapctl_path(), *argv[16] = { path };

	for (size_t i = 0; words[i]; i++)
		argv[i + 1] = words[i];
	t->nr = 0;
	t->text[0] = '\0';
	t->pid = forkpty(&t->fd, NULL, NULL, &size);
	assert_true(t->pid >= 0);
	if (!t->pid) {
		terminal_set_world(w);
		raise(SIGSTOP);
		execv(path, (char *const *)argv);
		_exit(98);
	}
	/* the settings it has to come back to */
	assert_int_equal(waitpid(t->pid, NULL, WUNTRACED), t->pid);
	assert_int_equal(tcgetattr(t->fd, &t->before), 0);
	kill(t->pid, SIGCONT);
}

void terminal_read_until(struct terminal *t, const char *text)
{
	struct pollfd input = { t->fd, POLLIN, 0 };
	size_t from = t->nr;
	ssize_t nr;

	while (!text || !strstr(t->text + from, text)) {
		if (poll(&input, 1, STUCK_MS) <= 0)
			fail_msg("'%s' does not come, but %s",
				 text ? text : "an end", t->text + from);
		nr = read(t->fd, t->text + t->nr, sizeof(t->text) - 1 - t->nr);
		if (nr <= 0 && !text)
			break;
		assert_true(nr > 0);
		t->nr += nr;
		t->text[t->nr] = '\0';
	}
}

void terminal_check_restored(struct terminal *t)
{
	struct termios after;

	assert_int_equal(tcgetattr(t->fd, &after), 0);
	assert_int_equal(after.c_lflag, t->before.c_lflag);
	assert_int_equal(after.c_iflag, t->before.c_iflag);
	assert_int_equal(after.c_oflag, t->before.c_oflag);
	assert_memory_equal(after.c_cc, t->before.c_cc, sizeof(after.c_cc));
}

int terminal_hold(struct terminal *t)
{
	int fd = open(ptsname(t->fd), O_RDWR | O_NOCTTY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* Reads some output. A terminal that nobody reads would block the process. */
static void read_some(struct terminal *t)
{
	ssize_t nr = read(t->fd, t->text + t->nr, sizeof(t->text) - 1 - t->nr);

	if (nr > 0)
		t->nr += nr;
	t->text[t->nr] = '\0';
}

int terminal_end(struct terminal *t)
{
	struct pollfd events[2] = {
		{ syscall(SYS_pidfd_open, t->pid, 0), POLLIN, 0 },
		{ t->fd, POLLIN, 0 },
	};
	int status;

	while (!events[0].revents) {
		if (poll(events, 2, STUCK_MS) <= 0)
			fail_msg("it does not end");
		if (events[1].revents & POLLIN)
			read_some(t);
	}
	close(events[0].fd);
	assert_int_equal(waitpid(t->pid, &status, 0), t->pid);
	return status;
}
