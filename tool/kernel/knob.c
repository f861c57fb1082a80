// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/complain.h"
#include "kernel/knob.h"

/* ---- the keeper ---- */

#define MAX_BLOCKS	4

static struct iovec blocks[MAX_BLOCKS];
static size_t nr_blocks;

static pid_t keeper;
static int (*undo)(void);

/* This process's end of a pair of sockets; it closes when the process ends. */
static int line = -1;

void *keeper_memory(size_t size)
{
	void *at = MAP_FAILED;

	if (nr_blocks < MAX_BLOCKS)
		at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED) {
		complain_errno(ENOMEM, "shared memory");
		return NULL;
	}
	blocks[nr_blocks++] = (struct iovec){ at, size };
	return at;
}

static void write_word(const char *path, const char *word, size_t len)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* Only root may write this. Others go on without it. */
	if (write(fd, word, len) < 0)
		errno = 0;
	close(fd);
}

/* Keeps what ends the parent from ending the keeper. */
static void stand_apart(void)
{
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	/* `killall rmapctl` must not reach the keeper. */
	prctl(PR_SET_NAME, "rmapctl-keeper");
	write_word("/proc/self/oom_score_adj", "-1000", 5);
	/*
	 * A reader of the parent's output waits until every writer has closed
	 * it.
	 */
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
}

/* Runs with all signals blocked. */
static void __attribute__((noreturn)) keeper_wait(int end)
{
	char byte = 0;

	stand_apart();
	if (write(end, &byte, 1) != 1)
		_exit(EXIT_FAILURE);
	while (read(end, &byte, 1) > 0)
		;
	_exit(undo() ? EXIT_FAILURE : EXIT_SUCCESS);
}

static int keeper_fork(const int *ends)
{
	char byte;

	keeper = fork();
	if (keeper < 0)
		return complain_errno(errno, "cannot fork");
	if (!keeper) {
		close(ends[0]);
		keeper_wait(ends[1]);
	}
	close(ends[1]);
	/* The caller changes nothing before the keeper stands apart. */
	if (read(ends[0], &byte, 1) == 1)
		return 0;
	complain("the process that would put everything back has ended");
	return -ECHILD;
}

int keeper_start(int (*put_back)(void))
{
	sigset_t all, before;
	int ends[2], ret;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return complain_errno(errno, "a pair of sockets");
	undo = put_back;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	ret = keeper_fork(ends);
	sigprocmask(SIG_SETMASK, &before, NULL);
	/* Otherwise each measured fork would copy one more area. */
	for (size_t i = 0; i < nr_blocks; i++)
		madvise(blocks[i].iov_base, blocks[i].iov_len, MADV_DONTFORK);
	line = ends[0];
	return ret;
}

void keeper_leave(void)
{
	close(line);
	line = -1;
}

int keeper_end(void)
{
	int status = 0;
	pid_t pid;

	keeper_leave();
	do {
		pid = waitpid(keeper, &status, 0);
	} while (pid < 0 && errno == EINTR);
	if (pid == keeper && WIFEXITED(status))
		return WEXITSTATUS(status) ? -EIO : 0;
	if (pid == keeper)
		complain("the process that puts everything back was killed by signal %d",
			 WTERMSIG(status));
	return undo();
}

/* ---- settings ---- */

#define VALUE_MAX	256
#define MAX_KNOBS	128

struct knob {
	char path[PATH_MAX];
	char original[VALUE_MAX];
};

/*
 * Shared with the keeper. An entry is complete before it is counted, and
 * counted before the file is written, as this process may be killed anywhere.
 */
static struct {
	size_t nr;
	struct knob knobs[MAX_KNOBS];
} *saved;

/* Returns the word in brackets, or the whole value if there are none. */
static char *value_of(char *text)
{
	char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;

	if (close) {
		*close = '\0';
		return open + 1;
	}
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static int read_value(const char *path, char *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t nr;

	if (fd < 0)
		return -errno;
	nr = read(fd, text, VALUE_MAX - 1);
	if (nr < 0)
		nr = -errno;
	else
		text[nr] = '\0';
	close(fd);
	return nr < 0 ? nr : 0;
}

static int write_value(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static bool is_saved(const char *path)
{
	for (size_t i = 0; saved && i < saved->nr; i++)
		if (!strcmp(saved->knobs[i].path, path))
			return true;
	return false;
}

int knobs_open(void)
{
	if (!saved)
		saved = keeper_memory(sizeof(*saved));
	return saved ? 0 : -ENOMEM;
}

static int knob_save(const char *path, const char *value)
{
	struct knob *knob;

	if (knobs_open())
		return -ENOMEM;
	if (saved->nr == MAX_KNOBS)
		return -E2BIG;
	if (strlen(path) >= sizeof(knob->path))
		return -ENAMETOOLONG;
	knob = &saved->knobs[saved->nr];
	strcpy(knob->path, path);
	strcpy(knob->original, value);
	__atomic_store_n(&saved->nr, saved->nr + 1, __ATOMIC_RELEASE);
	return 0;
}

int knob_keep(const char *path)
{
	char text[VALUE_MAX];
	int ret = read_value(path, text);

	if (!ret && !is_saved(path))
		ret = knob_save(path, value_of(text));
	return ret ? complain_errno(-ret, "cannot read %s", path) : 0;
}

int knob_set(const char *path, const char *value)
{
	char text[VALUE_MAX], *now;
	int ret = read_value(path, text);

	if (ret)
		return complain_errno(-ret, "cannot read %s", path);
	now = value_of(text);
	if (!strcmp(now, value))
		return 0;
	if (!is_saved(path))
		ret = knob_save(path, now);
	if (!ret)
		ret = write_value(path, value);
	if (ret)
		return complain_errno(-ret, "cannot write '%s' to %s", value,
				      path);
	return 0;
}

long knob_number(const char *path)
{
	char text[VALUE_MAX];

	return read_value(path, text) ? -1 : atol(value_of(text));
}

char *knob_read(const char *path)
{
	char text[VALUE_MAX];
	int ret = read_value(path, text);

	if (!ret)
		return strdup(value_of(text));
	complain_errno(-ret, "cannot read %s", path);
	return NULL;
}

void knobs_forget(void)
{
	if (saved)
		saved->nr = 0;
}

int knobs_restore(void)
{
	struct knob *knob;
	int ret = 0, err;

	for (; saved && saved->nr; saved->nr--) {
		knob = &saved->knobs[saved->nr - 1];
		err = write_value(knob->path, knob->original);
		if (err)
			ret = complain_errno(-err, "cannot put '%s' back into %s",
					     knob->original, knob->path);
	}
	return ret;
}
