// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "cli/terminal.h"

#define NS_PER_SECOND	1000000000ULL

/* Switch to the alternate screen and hide the cursor; and back. */
#define ENTER	"\033[?1049h\033[?25l"
#define LEAVE	"\033[0m\033[?25h\033[?1049l"

/* Signals that end a process, on request or because of a bug. */
static const int ends[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2,
	SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGXFSZ,
};

/* Written before the handlers are installed, and read in them. */
static struct termios before, during;
static volatile sig_atomic_t entered, stale;

/* Holds complaints until the terminal is restored. */
static FILE *kept_stderr;
static char *words;
static size_t nr_words;

/* Ignores errors: nothing can be done about a terminal that takes no text. */
static void put_bytes(const char *text, size_t size)
{
	while (size && write(STDOUT_FILENO, text, size) < 0 && errno == EINTR)
		;
}

/* Handlers call this, too. */
static void restore(void)
{
	int err = errno;

	if (!entered)
		return;
	entered = 0;
	put_bytes(LEAVE, strlen(LEAVE));
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	errno = err;
}

static void take(void)
{
	entered = 1;
	tcsetattr(STDIN_FILENO, TCSANOW, &during);
	put_bytes(ENTER, strlen(ENTER));
	stale = 1;
}

/* Restores the terminal. The process then ends by the same signal. */
static void handle_end(int signum)
{
	restore();
	signal(signum, SIG_DFL);
	raise(signum);
}

static void handle_resize(int signum)
{
	(void)signum;
	stale = 1;
}

static void handle_stop(int signum);

static void on(int signum, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	/* A second signal must not interrupt the handler of the first. */
	sigfillset(&action.sa_mask);
	sigdelset(&action.sa_mask, signum);
	action.sa_flags = SA_NODEFER;
	sigaction(signum, &action, NULL);
}

/* Stops the process here. It goes on here when somebody continues it. */
static void handle_stop(int signum)
{
	int err = errno;

	restore();
	signal(signum, SIG_DFL);
	raise(signum);
	on(signum, handle_stop);
	take();
	errno = err;
}

static void set_handlers(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		on(ends[i], handle_end);
	on(SIGTSTP, handle_stop);
	on(SIGWINCH, handle_resize);
}

static int check(void)
{
	const char *term = getenv("TERM");

	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)) {
		complain("a live view needs a terminal; -j prints one object a line instead");
		return -ENOTTY;
	}
	if (!term || !*term || !strcmp(term, "dumb")) {
		complain("the terminal cannot show a live view (TERM=%s); -j prints one object a line instead",
			 term ? term : "");
		return -ENOTTY;
	}
	if (tcgetattr(STDIN_FILENO, &before))
		return complain_errno(errno, "cannot ask the terminal");
	return 0;
}

int terminal_enter(void)
{
	FILE *memory;
	int ret = check();

	if (ret)
		return ret;
	memory = open_memstream(&words, &nr_words);
	if (!memory)
		return complain_errno(ENOMEM, "terminal");
	kept_stderr = stderr;
	stderr = memory;
	during = before;
	during.c_lflag &= ~(ICANON | ECHO);
	during.c_cc[VMIN] = 0;
	during.c_cc[VTIME] = 0;
	set_handlers();
	take();
	return 0;
}

void terminal_leave(void)
{
	FILE *memory = stderr;

	if (!kept_stderr)
		return;
	restore();
	stderr = kept_stderr;
	kept_stderr = NULL;
	fclose(memory);
	fwrite(words, 1, nr_words, stderr);
	free(words);
}

struct terminal_size terminal_size(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row ||
	    !size.ws_col)
		return (struct terminal_size){ 24, 80 };
	return (struct terminal_size){ size.ws_row, size.ws_col };
}

uint64_t terminal_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

static struct timespec until(uint64_t deadline)
{
	uint64_t now = terminal_now();
	uint64_t left = deadline > now ? deadline - now : 0;

	return (struct timespec){ left / NS_PER_SECOND, left % NS_PER_SECOND };
}

void terminal_sleep(uint64_t deadline)
{
	struct timespec left;

	do {
		left = until(deadline);
		if (left.tv_sec || left.tv_nsec)
			ppoll(NULL, 0, &left, NULL);
	} while (left.tv_sec || left.tv_nsec);
}

static enum terminal_key key_of(const char *text)
{
	static const struct {
		const char *text;
		enum terminal_key key;
	} keys[] = {
		{ "q", KEY_QUIT }, { "Q", KEY_QUIT }, { "\033", KEY_QUIT },
		{ "k", KEY_UP }, { "\033[A", KEY_UP }, { "\033OA", KEY_UP },
		{ "j", KEY_DOWN }, { "\033[B", KEY_DOWN },
		{ "\033OB", KEY_DOWN },
		{ "b", KEY_PAGE_UP }, { "\033[5~", KEY_PAGE_UP },
		{ " ", KEY_PAGE_DOWN }, { "\033[6~", KEY_PAGE_DOWN },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(text, keys[i].text))
			return keys[i].key;
	return KEY_OTHER;
}

/* Of a sequence after ESC, which comes in one piece: adds what is there, up to its end. */
static void read_sequence(char *text, size_t size)
{
	struct pollfd input = { STDIN_FILENO, POLLIN, 0 };
	size_t nr = 1;

	while (nr + 1 < size && poll(&input, 1, 0) > 0 && read(STDIN_FILENO, text + nr, 1) == 1)
		if (nr++ > 1 && text[nr - 1] >= '@')
			break;
}

/*
 * Reads one key, though more may have been pressed. A terminal that has hung up reads as
 * the end of a file.
 */
static enum terminal_key read_key(void)
{
	char text[8] = "";
	ssize_t nr = read(STDIN_FILENO, text, 1);

	if (nr <= 0)
		return nr < 0 && errno == EINTR ? KEY_OTHER : KEY_QUIT;
	if (*text == '\033')
		read_sequence(text, sizeof(text));
	return key_of(text);
}

/*
 * SIGWINCH and SIGTSTP are unblocked only while ppoll() waits. Otherwise one
 * that comes just before would be noticed only at the deadline.
 */
enum terminal_key terminal_wait(uint64_t deadline)
{
	struct pollfd input = { STDIN_FILENO, POLLIN, 0 };
	struct timespec left = until(deadline);
	sigset_t block, old;
	int nr = 0;

	sigemptyset(&block);
	sigaddset(&block, SIGWINCH);
	sigaddset(&block, SIGTSTP);
	sigprocmask(SIG_BLOCK, &block, &old);
	if (!stale)
		nr = ppoll(&input, 1, &left, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (stale) {
		stale = 0;
		return KEY_RESIZED;
	}
	return nr > 0 ? read_key() : nr < 0 ? KEY_OTHER : KEY_NONE;
}
