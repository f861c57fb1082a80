// SPDX-License-Identifier: GPL-2.0
/*
 * agent - runs one command in the guest and sends what it writes, and how it
 * ended, to the keeper on the host.
 *
 *   agent PORT ARGV_FILE AFTER [INPUT]
 *
 * PORT is the virtio serial port, ARGV_FILE the command's NUL-terminated
 * arguments, AFTER a program that runs between the command's end and the
 * report: what it makes the kernel say still counts. INPUT is the port that is
 * the command's stdin. lab/guest/init execs the agent, so it is PID 1: no test can
 * kill it, and it reaps the orphans.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire.h"

static void die(const char *what)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(errno));
	exit(1);	/* PID 1 ends: the kernel panics and the host sees it */
}

static void write_all(int fd, const void *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("virtio port");
		buf = (const char *)buf + n;
		len -= n;
	}
}

static void send_frame(int port, enum wire_kind kind, const void *payload,
		       uint32_t len)
{
	char frame[sizeof(struct wire_head) + WIRE_PAYLOAD_MAX];
	struct wire_head head = { .kind = kind, .len = len };

	memcpy(frame, &head, sizeof(head));
	if (len)
		memcpy(frame + sizeof(head), payload, len);
	write_all(port, frame, sizeof(head) + len);
}

static char **read_argv(const char *path)
{
	struct stat st;
	char **argv, *text;
	size_t nr = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		die(path);
	text = malloc(st.st_size + 1);
	argv = calloc(st.st_size + 1, sizeof(*argv));
	if (!text || !argv)
		die("memory");
	if (read(fd, text, st.st_size) != st.st_size)
		die(path);
	close(fd);
	for (char *p = text; p < text + st.st_size; p += strlen(p) + 1)
		argv[nr++] = p;
	return argv;
}

static void exec_command(char **argv)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static pid_t start(char **argv, int in, int out, int err)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		dup2(in, STDIN_FILENO);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		exec_command(argv);
	}
	return pid;
}

/* Orphans come to PID 1 as well; true when @pid was among the dead. */
static bool reap(pid_t pid, int *status)
{
	bool found = false;
	int st;

	for (;;) {
		pid_t dead = waitpid(-1, &st, WNOHANG);

		if (dead <= 0)
			return found;
		if (dead == pid) {
			*status = st;
			found = true;
		}
	}
}

/* False at the end of the stream, or when there is nothing more right now. */
static bool forward(int port, enum wire_kind kind, int fd)
{
	char buf[WIRE_PAYLOAD_MAX];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n > 0)
		send_frame(port, kind, buf, n);
	return n > 0;
}

static int signal_fd(void)
{
	sigset_t chld;
	int fd;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	fd = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		die("signalfd");
	return fd;
}

static void drop_signals(int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) > 0)
		;
}

/*
 * Streams until the command itself is dead and its pipes are empty: a daemon
 * that it left behind may keep them open for ever.
 */
static int pump(int port, pid_t pid, int out, int err, int sig)
{
	struct pollfd fds[] = {
		{ .fd = out, .events = POLLIN },
		{ .fd = err, .events = POLLIN },
		{ .fd = sig, .events = POLLIN },
	};
	int status = 0;
	bool dead = false;

	while (!dead) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			die("poll");
		if (fds[2].revents) {
			drop_signals(sig);
			dead = reap(pid, &status);
		}
		if (fds[0].revents && !forward(port, WIRE_OUT, out))
			fds[0].fd = -1;
		if (fds[1].revents && !forward(port, WIRE_ERR, err))
			fds[1].fd = -1;
	}
	while (forward(port, WIRE_OUT, out))
		;
	while (forward(port, WIRE_ERR, err))
		;
	return status;
}

static uint32_t shell_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

/*
 * The command's stdin. A port that the host has not connected yet reads as if
 * it were at its end. The host speaks of its ports in their order, and a write
 * waits until its port is connected: as @port comes after the input's and has
 * taken our hello, the input's is connected, too. The host begins to read its
 * side, and so can come to the end, only when this has been opened.
 */
static int open_input(const char *path)
{
	int in = open(path, O_RDONLY | O_CLOEXEC);

	if (in < 0)
		die(path);
	return in;
}

static int run_command(int port, char **argv, int in, int sig)
{
	int out[2], err[2], status;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		die("pipe");
	pid = start(argv, in, out[1], err[1]);
	close(in);
	close(out[1]);
	close(err[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	status = pump(port, pid, out[0], err[0], sig);
	close(out[0]);
	close(err[0]);
	return status;
}

static void run_after(char *path)
{
	char *argv[] = { path, NULL };
	int null = open_input("/dev/null");
	pid_t pid = start(argv, null, STDERR_FILENO, STDERR_FILENO);

	close(null);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int main(int argc, char **argv)
{
	uint32_t status;
	int port, in, sig;

	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: agent PORT ARGV_FILE AFTER [INPUT]\n");
		return 1;
	}
	port = open(argv[1], O_RDWR | O_CLOEXEC);
	if (port < 0)
		die(argv[1]);
	sig = signal_fd();
	send_frame(port, WIRE_HELLO, NULL, 0);
	in = open_input(argc == 5 ? argv[4] : "/dev/null");
	status = shell_status(run_command(port, read_argv(argv[2]), in, sig));
	run_after(argv[3]);
	send_frame(port, WIRE_STATUS, &status, sizeof(status));
	for (;;)
		pause();	/* the keeper ends the machine */
}
