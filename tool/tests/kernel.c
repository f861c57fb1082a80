// SPDX-License-Identifier: GPL-2.0
/* The kernel's side of the control files, which follows a script. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

/* The script is stuck if rmapctl does not do what it waits for. */
#define STUCK_SECONDS	20

static void make_fifo(const struct world *w, const char *path)
{
	char full[PATH_MAX];
	struct stat st;

	world_path(w, path, full);
	if (!lstat(full, &st) && S_ISFIFO(st.st_mode))
		return;
	unlink(full);
	assert_int_equal(mkfifo(full, 0600), 0);
}

static bool hear(const char *fifo, const char *expected)
{
	char got[OUTPUT_MAX];
	size_t used = 0;
	ssize_t nr;
	int fd = open(fifo, O_RDONLY);

	while ((nr = read(fd, got + used, sizeof(got) - used)) > 0)
		used += nr;
	close(fd);
	return !nr && used == strlen(expected) &&
	       !memcmp(got, expected, used);
}

/*
 * Returns only when the reader has closed its end. Otherwise the next text
 * could be appended to this one.
 */
static bool say(const char *fifo, const struct step *step, struct world *w)
{
	struct inotify_event event;
	size_t len = strlen(step->says);
	int watcher = inotify_init1(IN_CLOEXEC);
	bool fine;
	int fd;

	if (inotify_add_watch(watcher, fifo, IN_CLOSE_NOWRITE) < 0)
		return false;
	fd = open(fifo, O_WRONLY);
	if (step->then_path)
		world_write(w, step->then_path, step->then_text);
	fine = write(fd, step->says, len) == (ssize_t)len;
	close(fd);
	fine &= read(watcher, &event, sizeof(event)) == sizeof(event);
	close(watcher);
	return fine;
}

static bool take_step(struct world *w, const struct step *step)
{
	char fifo[PATH_MAX];

	world_path(w, step->path, fifo);
	if (step->hears)
		return hear(fifo, step->hears);
	return say(fifo, step, w);
}

void kernel_start(struct world *w, const struct step *steps, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		make_fifo(w, steps[i].path);
	w->kernel = fork();
	assert_true(w->kernel >= 0);
	if (w->kernel)
		return;
	alarm(STUCK_SECONDS);
	for (size_t i = 0; i < nr; i++)
		if (!take_step(w, &steps[i]))
			_exit(i + 1);
	_exit(0);
}

void kernel_end(struct world *w)
{
	int status;

	assert_int_equal(waitpid(w->kernel, &status, 0), w->kernel);
	if (WIFSIGNALED(status))
		fail_msg("a step of the script was never taken");
	if (status)
		fail_msg("step %d of the script went wrong",
			 WEXITSTATUS(status));
}
