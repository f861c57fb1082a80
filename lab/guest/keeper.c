// SPDX-License-Identifier: GPL-2.0
/*
 * keeper - holds one guest: starts QEMU, passes on what the agent sends, ends
 * QEMU when the command's status has come, when a limit is over, or when the
 * keeper itself is told to stop. No way out of here leaves a QEMU behind.
 *
 *   keeper [-b SECONDS] [-l SECONDS] [-i | -s] VERDICT_FILE QEMU_LOG QEMU ARGS...
 *
 *   -b  limit for the boot: until the agent says hello
 *   -l  limit for the whole
 *   -i  interactive: QEMU keeps the terminal, and the guest is told its size,
 *       now and whenever it changes
 *   -s  the guest gets our stdin
 *
 * QEMU gets the stream's pipe as descriptor 3, and with -i or -s, as descriptor
 * 4, a socket with what goes to the guest. VERDICT_FILE ends up with one
 * line: `status N`, `boot-limit`, `limit`, `silent` (QEMU ended before the
 * agent said hello), `crashed` (so it did, by a signal), `gone` (it ended after
 * that), `stopped`. QEMU_LOG gets what QEMU itself has to say.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

#define WIRE_FD		3
#define INPUT_FD	4
#define QEMU_END_MS	10000	/* for QEMU to obey SIGTERM */

struct guest {
	pid_t qemu;
	pid_t feeder;		/* fills the guest's input; 0: it has none */
	int wire;
	int signals;
	long long boot_end;	/* in ms of the monotonic clock; 0: no limit */
	long long end;
	bool up;
	bool stream_over;	/* QEMU is about to be gone, or is */
	const char *verdict;	/* NULL while the guest runs */
	char verdict_text[32];
	size_t have;		/* bytes of an incomplete frame */
	char buf[2 * (sizeof(struct wire_head) + WIRE_PAYLOAD_MAX)];
};

static void die(const char *what)
{
	fprintf(stderr, "keeper: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static long long deadline(const char *seconds)
{
	return now_ms() + atoll(seconds) * 1000;
}

static long long next_deadline(const struct guest *g)
{
	if (g->boot_end && !g->up && (!g->end || g->boot_end < g->end))
		return g->boot_end;
	return g->end;
}

static int ms_left(const struct guest *g)
{
	long long left = next_deadline(g);

	if (!left)
		return -1;
	left -= now_ms();
	return left < 0 ? 0 : left > 3600000 ? 3600000 : left;
}

static void check_limits(struct guest *g)
{
	long long at = next_deadline(g);

	if (at && now_ms() >= at)
		g->verdict = at == g->end ? "limit" : "boot-limit";
}

static void take_signal(struct guest *g)
{
	struct signalfd_siginfo info;

	if (read(g->signals, &info, sizeof(info)) == sizeof(info))
		g->verdict = "stopped";
}

/*
 * Waits until @fd is ready; limits and signals hold while the reader of our
 * output is slow, too. False when the guest's time is over.
 */
static bool wait_for(struct guest *g, int fd, short events)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = events },
		{ .fd = g->signals, .events = POLLIN },
	};

	while (!g->verdict) {
		int n = poll(fds, 2, ms_left(g));

		if (n < 0 && errno != EINTR)
			die("poll");
		if (n > 0 && fds[1].revents)
			take_signal(g);
		else if (n > 0)
			return true;
		check_limits(g);
	}
	return false;
}

/* A ready pipe takes PIPE_BUF bytes without blocking, no matter who reads. */
static void pass_on(struct guest *g, int fd, const char *p, size_t len)
{
	while (len && wait_for(g, fd, POLLOUT)) {
		ssize_t n = write(fd, p, len < 4096 ? len : 4096);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			die("output");
		if (n > 0) {
			p += n;
			len -= n;
		}
	}
}

static void take_status(struct guest *g, const char *payload)
{
	uint32_t status;

	memcpy(&status, payload, sizeof(status));
	snprintf(g->verdict_text, sizeof(g->verdict_text), "status %u", status);
	g->verdict = g->verdict_text;
}

static void take_frame(struct guest *g, const struct wire_head *head,
		       const char *payload)
{
	switch (head->kind) {
	case WIRE_HELLO:
		g->up = true;
		break;
	case WIRE_OUT:
		pass_on(g, STDOUT_FILENO, payload, head->len);
		break;
	case WIRE_ERR:
		pass_on(g, STDERR_FILENO, payload, head->len);
		break;
	case WIRE_STATUS:
		take_status(g, payload);
		break;
	}
}

static void take_frames(struct guest *g)
{
	struct wire_head head;
	size_t at = 0;

	while (!g->verdict && g->have - at >= sizeof(head)) {
		memcpy(&head, g->buf + at, sizeof(head));
		if (head.len > WIRE_PAYLOAD_MAX) {
			fprintf(stderr, "keeper: the stream is damaged\n");
			exit(1);
		}
		if (g->have - at < sizeof(head) + head.len)
			break;
		take_frame(g, &head, g->buf + at + sizeof(head));
		at += sizeof(head) + head.len;
	}
	g->have -= at;
	memmove(g->buf, g->buf + at, g->have);
}

static void receive(struct guest *g)
{
	ssize_t n = read(g->wire, g->buf + g->have, sizeof(g->buf) - g->have);

	if (n < 0 && errno != EINTR)
		die("stream");
	if (!n) {
		g->stream_over = true;
		g->verdict = g->up ? "gone" : "silent";
	}
	if (n > 0) {
		g->have += n;
		take_frames(g);
	}
}

static int open_signals(void)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(stops) / sizeof(*stops); i++) {
		/* A shell starts background jobs with SIGINT ignored. */
		signal(stops[i], SIG_DFL);
		sigaddset(&set, stops[i]);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		die("signalfd");
	/* The calling shell may be killed without a chance to tell us. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	return fd;
}

/* Our own descriptors are the command's, not QEMU's. */
static void redirect_qemu(const char *log_path, bool interactive)
{
	int null = open("/dev/null", O_RDONLY);
	int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (null < 0 || log < 0)
		die(log_path);
	dup2(log, STDERR_FILENO);
	if (!interactive) {
		dup2(null, STDIN_FILENO);
		dup2(log, STDOUT_FILENO);
	}
	close(null);
	close(log);
}

/* No child of ours outlives us. */
static void begin_child(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void exec_qemu(char **argv, int wire, int input)
{
	begin_child();
	/* Out of the way of the numbers that they get. */
	wire = fcntl(wire, F_DUPFD_CLOEXEC, INPUT_FD + 1);
	if (input >= 0)
		input = fcntl(input, F_DUPFD_CLOEXEC, INPUT_FD + 1);
	if (dup2(wire, WIRE_FD) < 0 || (input >= 0 && dup2(input, INPUT_FD) < 0))
		_exit(1);
	execvp(argv[0], argv);
	fprintf(stderr, "keeper: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static void start_qemu(struct guest *g, const char *log, char **argv,
		       bool interactive, int input)
{
	int wire[2];

	if (pipe2(wire, O_CLOEXEC))
		die("pipe");
	g->qemu = fork();
	if (g->qemu < 0)
		die("fork");
	if (!g->qemu) {
		redirect_qemu(log, interactive);
		exec_qemu(argv, wire[1], input);
	}
	close(wire[1]);
	g->wire = wire[0];
}

/* Until our stdin ends. */
static void feed_stdin(int to)
{
	static char buf[65536];
	ssize_t n;

	while ((n = read(STDIN_FILENO, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		for (ssize_t at = 0, m; at < n; at += m) {
			m = write(to, buf + at, n - at);
			if (m < 0)
				_exit(0);	/* QEMU is gone */
		}
	}
}

/* The size of our terminal, in stty's words: now, and whenever it changes. */
static void feed_sizes(int to)
{
	sigset_t changed;
	int sig;

	sigemptyset(&changed);
	sigaddset(&changed, SIGWINCH);
	sigprocmask(SIG_BLOCK, &changed, NULL);
	do {
		struct winsize size = { 0 };

		/* A terminal that does not know its size says 0. */
		if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
			size = (struct winsize) { .ws_row = 24, .ws_col = 80 };
		dprintf(to, "rows %u columns %u\n", size.ws_row, size.ws_col);
	} while (!sigwait(&changed, &sig));
}

/*
 * A process of its own: whoever gives us input need not take our output first.
 * QEMU takes a socket that is closed for disconnected and drops what it has not
 * read; so the end of the input is told by shutdown(), and the socket stays.
 */
static void start_feeder(struct guest *g, int to, void (*feed)(int))
{
	g->feeder = fork();
	if (g->feeder < 0)
		die("fork");
	if (g->feeder)
		return;
	begin_child();
	feed(to);
	shutdown(to, SHUT_WR);
	for (;;)
		pause();
}

/* Whoever feeds us learns that nobody reads any more. */
static void end_feeder(struct guest *g)
{
	if (!g->feeder)
		return;
	kill(g->feeder, SIGKILL);
	waitpid(g->feeder, NULL, 0);
}

/* SIGTERM first: QEMU's plugins write their results when it ends by itself. */
static void end_qemu(struct guest *g)
{
	int pidfd = pidfd_open(g->qemu, 0);
	struct pollfd fds = { .fd = pidfd, .events = POLLIN };
	int status;

	if (!g->stream_over)
		kill(g->qemu, SIGTERM);
	if (pidfd < 0 || poll(&fds, 1, QEMU_END_MS) <= 0)
		kill(g->qemu, SIGKILL);
	if (waitpid(g->qemu, &status, 0) == g->qemu && g->stream_over &&
	    !g->up && WIFSIGNALED(status))
		g->verdict = "crashed";
}

static void write_verdict(const struct guest *g, const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f || fprintf(f, "%s\n", g->verdict) < 0 || fclose(f))
		die(path);
}

int main(int argc, char **argv)
{
	static struct guest g;
	void (*feed)(int) = NULL;
	int input[2] = { -1, -1 };
	int c;

	while ((c = getopt(argc, argv, "+b:l:is")) != -1) {
		if (c == 'b')
			g.boot_end = deadline(optarg);
		else if (c == 'l')
			g.end = deadline(optarg);
		else if (c == 'i')
			feed = feed_sizes;
		else if (c == 's')
			feed = feed_stdin;
		else
			return 2;
	}
	if (argc - optind < 3) {
		fprintf(stderr, "usage: keeper [-b S] [-l S] [-i | -s] VERDICT_FILE QEMU_LOG QEMU ARGS...\n");
		return 2;
	}
	g.signals = open_signals();
	if (feed && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input))
		die("socket");
	start_qemu(&g, argv[optind + 1], argv + optind + 2, feed == feed_sizes, input[1]);
	if (feed) {
		close(input[1]);
		start_feeder(&g, input[0], feed);
		close(input[0]);
	}
	while (wait_for(&g, g.wire, POLLIN))
		receive(&g);
	end_feeder(&g);
	end_qemu(&g);
	write_verdict(&g, argv[optind]);
	return 0;
}
