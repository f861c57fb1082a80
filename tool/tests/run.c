// SPDX-License-Identifier: GPL-2.0
/* Runs programs and records their output. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

#define MAX_WORDS	16
#define STUCK_SECONDS	20
#define NOBODY		65534

/* Not one of rmapctl's exit codes. */
#define SANITIZER_CODE	99
#define NOT_RUN_CODE	98

const char *rmapctl_path(void)
{
	const char *path = getenv("RMAPCTL");

	assert_non_null(path);
	return path;
}

void world_environment(const struct world *w)
{
	char path[PATH_MAX];

	setenv("ASAN_OPTIONS", "exitcode=99", 1);
	setenv("UBSAN_OPTIONS", "exitcode=99", 1);
	world_path(w, "proc", path);
	setenv("RMAPCTL_PROC", path, 1);
	world_path(w, "debugfs", path);
	if (w->search_mounts)
		unsetenv("RMAPCTL_DEBUGFS");
	else
		setenv("RMAPCTL_DEBUGFS", path, 1);
}

static bool become_nobody(void)
{
	return !geteuid() && !setgroups(0, NULL) &&
	       !setresgid(NOBODY, NOBODY, NOBODY) &&
	       !setresuid(NOBODY, NOBODY, NOBODY);
}

static bool set_stdout(const struct world *w, int pipe_end)
{
	if (w->no_stdout)
		return !close(STDOUT_FILENO);
	if (w->output)
		pipe_end = open(w->output, O_WRONLY);
	return dup2(pipe_end, STDOUT_FILENO) >= 0;
}

static bool set_limit(const struct world *w)
{
	struct rlimit limit = { w->file_limit, w->file_limit };

	return !w->file_limit || !setrlimit(RLIMIT_FSIZE, &limit);
}

/*
 * No ordinary file returns every error that a control file can return. A
 * seccomp filter sees only numbers, so the length stands for the command.
 */
static bool set_refusal(const struct world *w)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 0, 5),
		/* Writes to stdout and stderr are allowed. */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, STDERR_FILENO, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			 w->refuse ? strlen(w->refuse) : 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | w->refuse_errno),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = filter,
	};

	return !w->refuse ||
	       (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
		!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

/*
 * Runs in the child. It opens the program before it drops privileges, as the
 * user nobody may not be able to reach its directory.
 */
static void run_child(const struct world *w, char **words, int out, int err)
{
	int fd = open(words[0], O_RDONLY | O_CLOEXEC);

	alarm(STUCK_SECONDS);
	world_environment(w);
	if (dup2(err, STDERR_FILENO) < 0 || !set_stdout(w, out) ||
	    !set_limit(w))
		_exit(NOT_RUN_CODE);
	if (w->as_nobody && geteuid() == 0 && !become_nobody())
		_exit(NOT_RUN_CODE);
	if (!set_refusal(w))
		_exit(NOT_RUN_CODE);
	if (strchr(words[0], '/'))
		fexecve(fd, words, environ);
	else
		execvp(words[0], words);
	_exit(NOT_RUN_CODE);
}

static void drain(int fd, char *to)
{
	size_t used = 0;
	ssize_t nr;

	while ((nr = read(fd, to + used, OUTPUT_MAX - used)) > 0)
		used += nr;
	to[used] = '\0';
	close(fd);
}

static void run_words(struct world *w, char **words)
{
	int out[2], err[2], status;
	pid_t pid;

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		run_child(w, words, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	drain(out[0], w->out);
	drain(err[0], w->err);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	w->code = WIFSIGNALED(status) ? -WTERMSIG(status) :
		  WEXITSTATUS(status);
	if (w->code == SANITIZER_CODE)
		fail_msg("%s", w->err);
	if (w->code == NOT_RUN_CODE)
		fail_msg("could not run %s", words[0]);
}

static void collect(char **words, size_t used, va_list rest)
{
	do {
		assert_true(used < MAX_WORDS);
		words[used] = va_arg(rest, char *);
	} while (words[used++]);
}

void rmapctl(struct world *w, ...)
{
	char *words[MAX_WORDS] = { (char *)rmapctl_path() };
	va_list rest;

	va_start(rest, w);
	collect(words, 1, rest);
	va_end(rest);
	run_words(w, words);
}

void program(struct world *w, ...)
{
	char *words[MAX_WORDS];
	va_list rest;

	va_start(rest, w);
	collect(words, 0, rest);
	va_end(rest);
	run_words(w, words);
}
