// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/complain.h"
#include "kernel/keeper.h"

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
static void __attribute__((noreturn)) keep(int end)
{
	char byte = 0;

	stand_apart();
	if (write(end, &byte, 1) != 1)
		_exit(EXIT_FAILURE);
	while (read(end, &byte, 1) > 0)
		;
	_exit(undo() ? EXIT_FAILURE : EXIT_SUCCESS);
}

static int start(const int *ends)
{
	char byte;

	keeper = fork();
	if (keeper < 0)
		return complain_errno(errno, "cannot fork");
	if (!keeper) {
		close(ends[0]);
		keep(ends[1]);
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
	ret = start(ends);
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
