// SPDX-License-Identifier: GPL-2.0
/*
 * Each change sends one event to every reader that may listen. The module counts
 * the events that a reader misses, and `rmapctl monitor` reports them.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/rmap_ab.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/event.h"
#include "lib/fault.h"
#include "lib/klog.h"
#include "lib/kmod.h"
#include "lib/knob.h"
#include "lib/row.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "suites/events_wrong.h"

#define AUDIT RMAP_AB RMAP_AB_FILE_AUDIT
#define STATS_ENABLED RMAP_AB RMAP_AB_FILE_STATS_ENABLED
#define GUARD RMAP_AB RMAP_AB_FILE_GUARD

/* The cheapest event: an audit of no page frame at all. */
#define NO_AUDIT "run 0 0"

/* Events between two looks of a slow reader, which has room for some tens. */
#define TELL_EVERY	1000
/* Events for which rmapctl's receive buffer has no room. */
#define MORE_THAN_FITS	10000

static struct {
	unsigned long flood, fuzz, seed;
} options = { 20000, 20000, 1 };

static void use(const char *name)
{
	must(!text_write(IMPLEMENTATION, name), "use %s", name);
}

static void get_is_status(void)
{
	struct netlink_message m;
	int fd = event_open();

	use("page");
	must(!text_write(STATS_ENABLED, "1"), "a layer");
	must(!netlink_next(fd, &m, true) && !netlink_next(fd, &m, true),
	     "two events");
	event_get(fd, &m);
	event_is_status(&m);
	event_has(&m, 0, RMAP_AB_A_CURRENT, "page");
	event_has(&m, 0, RMAP_AB_A_INSTRUMENTED, "stats");
}

static void every_change(void)
{
	struct netlink_message m;
	uint64_t seq = event_seq();
	int fd = event_open();

	use("batch");
	event_next(fd, &m, RMAP_AB_CMD_SWITCH_NTF, &seq);
	event_has(&m, 0, RMAP_AB_A_PREVIOUS, "builtin");
	event_has(&m, 0, RMAP_AB_A_CURRENT, "batch");
	event_has(&m, 0, RMAP_AB_A_STATE, "active");
	must(!text_write(STATS_ENABLED, "1"), "a layer");
	event_next(fd, &m, RMAP_AB_CMD_LAYERS_NTF, &seq);
	event_has(&m, 0, RMAP_AB_A_INSTRUMENTED, "stats");
	use("builtin");
	event_next(fd, &m, RMAP_AB_CMD_SWITCH_NTF, &seq);
	event_has(&m, 0, RMAP_AB_A_PREVIOUS, "batch");
	event_has(&m, 0, RMAP_AB_A_CURRENT, "builtin");
	event_has(&m, 0, RMAP_AB_A_INSTRUMENTED, "stats");
	must(!text_write(STATS_ENABLED, "0"), "no layer");
	event_next(fd, &m, RMAP_AB_CMD_LAYERS_NTF, &seq);
	event_has(&m, 0, RMAP_AB_A_INSTRUMENTED, "none");
	must(!text_write(AUDIT, "run 256 16"), "audit");
	event_next(fd, &m, RMAP_AB_CMD_AUDIT_NTF, &seq);
	event_has(&m, RMAP_AB_A_AUDIT, RMAP_AB_A_AUDIT_STATE, "finished");
	event_has(&m, RMAP_AB_A_AUDIT, RMAP_AB_A_AUDIT_STATISTICS,
		  "not-compared");
	must(netlink_number(&m, RMAP_AB_A_AUDIT, RMAP_AB_A_AUDIT_START) == 256 &&
	     netlink_number(&m, RMAP_AB_A_AUDIT, RMAP_AB_A_AUDIT_END) == 272 &&
	     !netlink_number(&m, RMAP_AB_A_AUDIT, RMAP_AB_A_AUDIT_MISMATCHED),
	     "what was audited");
	event_none(fd);
}

/* Nothing is told, and no number is used, where nothing has changed. */
static void no_change(void)
{
	static const char *const writes[][2] = {
		{ IMPLEMENTATION, "page" },
		{ IMPLEMENTATION, "no_such_thing" },
		{ STATS_ENABLED, "0" },
		{ STATS_ENABLED, "x" },
		{ GUARD, "0" },
		{ GUARD, "clear" },
		{ AUDIT, "walk" },
	};
	struct netlink_message m;
	uint64_t seq;
	size_t i;
	int fd;

	use("page");
	seq = event_seq();
	fd = event_open();
	for (i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		text_write(writes[i][0], writes[i][1]);
		must(netlink_next(fd, &m, false) == -EAGAIN,
		     "no event of '%s' in %s", writes[i][1], writes[i][0]);
		must(event_seq() == seq, "nor a number");
	}
	use("builtin");
	event_next(fd, &m, RMAP_AB_CMD_SWITCH_NTF, &seq);
	use("builtin");
	must(netlink_next(fd, &m, false) == -EAGAIN, "builtin again: no event");
}

static void two_readers(void)
{
	struct netlink_message m;
	uint64_t seqs[2];
	int fds[2], i, round;

	seqs[0] = event_seq();
	seqs[1] = seqs[0];
	fds[0] = event_open();
	fds[1] = event_open();
	for (round = 0; round < 10; round++) {
		use(round % 2 ? "builtin" : "page");
		event_next(fds[0], &m, RMAP_AB_CMD_SWITCH_NTF, &seqs[0]);
	}
	for (round = 0; round < 10; round++)
		event_next(fds[1], &m, RMAP_AB_CMD_SWITCH_NTF, &seqs[1]);
	for (i = 0; i < 2; i++)
		event_none(fds[i]);
}

static void must_refuse(int fd, int err, const char *words)
{
	struct netlink_message m;

	must(!netlink_next(fd, &m, true), "an answer");
	must(netlink_error(&m) == err, "error %d, not %d", netlink_error(&m),
	     err);
	must(strstr(netlink_words_of_error(&m), words), "'%s' says '%s'",
	     netlink_words_of_error(&m), words);
}

static void unprivileged(void)
{
	int fd = event_open();

	close(fd);
	must(!setresgid(65534, 65534, 65534) && !setresuid(65534, 65534, 65534),
	     "be nobody");
	fd = netlink_open();
	must(netlink_join(fd, event_group) == -EPERM, "nobody may not listen");
	must(!netlink_ask(fd, event_family, RMAP_AB_CMD_GET, NULL, 0), "ask");
	must_refuse(fd, -EPERM, "CAP_SYS_ADMIN");
}

static void refusals(void)
{
	static const struct {
		struct nlattr attr;
		uint32_t number;
	} one = { { 8, 1 }, 0 }, other = { { 8, 77 }, 0 },
	  large = { { 80, 1 }, 0 };
	int fd = event_open();
	struct netlink_message m;

	must(!netlink_ask(fd, event_family, RMAP_AB_CMD_GET, &one, 8), "ask");
	must_refuse(fd, -EINVAL, "get takes no attributes");
	must(!netlink_ask(fd, event_family, RMAP_AB_CMD_GET, &other, 8), "ask");
	must_refuse(fd, -EINVAL, "Unknown attribute type");
	must(!netlink_ask(fd, event_family, RMAP_AB_CMD_GET, &large, 8), "ask");
	must_refuse(fd, -EINVAL, "bytes leftover");
	/* These are the core's, which has no words for them. */
	must(!netlink_ask(fd, event_family, RMAP_AB_CMD_SWITCH_NTF, NULL, 0),
	     "ask");
	must_refuse(fd, -EOPNOTSUPP, "");
	must(!netlink_ask(fd, event_family, 99, NULL, 0), "ask");
	must_refuse(fd, -EOPNOTSUPP, "");
	event_get(fd, &m);
}

/* Requests with any bytes wrong, and cut anywhere. */
static void fuzz_one(int fd, unsigned int *seed)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genl;
		char rest[64];
	} ask = {
		.nlh = {
			.nlmsg_type = event_family,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.genl = { .cmd = RMAP_AB_CMD_GET, .version = 1 },
	};
	const size_t len = rand_r(seed) % sizeof(ask);
	size_t i;

	ask.nlh.nlmsg_len = len;
	for (i = NLMSG_HDRLEN; i < sizeof(ask); i++)
		if (i >= NLMSG_HDRLEN + GENL_HDRLEN || !(rand_r(seed) % 16))
			((char *)&ask)[i] = rand_r(seed);
	if (!(rand_r(seed) % 8))
		ask.nlh.nlmsg_len = rand_r(seed);
	if (!(rand_r(seed) % 8))
		ask.nlh.nlmsg_flags = rand_r(seed) | NLM_F_REQUEST;
	netlink_send(fd, &ask, len);
}

static void fuzz(void)
{
	unsigned int seed = options.seed;
	unsigned long i, refused = 0;
	struct netlink_message m;
	int fd = event_open(), err;

	for (i = 0; i < options.fuzz; i++) {
		fuzz_one(fd, &seed);
		while ((err = netlink_next(fd, &m, false)) != -EAGAIN)
			if (!err && netlink_type(&m) == NLMSG_ERROR)
				refused += !!netlink_error(&m);
	}
	must(refused > options.fuzz / 4, "%lu of %lu refused", refused,
	     options.fuzz);
	must(!klog_warning(), "no warning");
	event_get(fd, &m);
	event_has(&m, 0, RMAP_AB_A_CURRENT, "builtin");
}

static unsigned long ms_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* @pipe: gets a byte after every TELL_EVERY events; or -1. */
static void flood(int pipe)
{
	const int fd = open(AUDIT, O_WRONLY | O_CLOEXEC);
	unsigned long i, start = ms_now();

	must(fd >= 0, "the file");
	for (i = 1; i <= options.flood; i++) {
		must(write(fd, NO_AUDIT, strlen(NO_AUDIT)) > 0, "audit %lu", i);
		if (pipe >= 0 && !(i % TELL_EVERY))
			must(write(pipe, "", 1) == 1, "tell the reader");
	}
	close(fd);
	printf("%lu events in %lu ms\n", options.flood, ms_now() - start);
}

/*
 * Reads all there is. Returns how many were lost, as the numbers say.
 * @overruns: how often the socket said so.
 */
static unsigned long drain(int fd, uint64_t *seq, unsigned long *got,
			   unsigned long *overruns)
{
	struct netlink_message m;
	unsigned long lost = 0;
	uint64_t this;
	int err;

	while ((err = netlink_next(fd, &m, false)) != -EAGAIN) {
		if (err) {
			must(err == -ENOBUFS, "error %d", err);
			++*overruns;
			continue;
		}
		this = netlink_number(&m, 0, RMAP_AB_A_EVENT_SEQ);
		must(this > *seq, "number %llu after %llu",
		     (unsigned long long)this, (unsigned long long)*seq);
		lost += this - *seq - 1;
		*seq = this;
		++*got;
	}
	return lost;
}

static void count_all(uint64_t first, uint64_t last, unsigned long got,
		      unsigned long lost)
{
	must(last - first == options.flood, "%llu events sent",
	     (unsigned long long)(last - first));
	must(got + lost == options.flood, "%lu read and %lu lost", got, lost);
}

/*
 * A reader with little room, which reads when there have been many more events than
 * that has room for.
 */
static void slow_reader(void)
{
	const int size = 16384;
	unsigned long got = 0, lost = 0, overruns = 0;
	uint64_t first, seq;
	int fd, status, tell[2];
	pid_t writer;
	char byte;

	first = event_seq();
	seq = first;
	fd = event_open();
	must(!setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)),
	     "little room");
	must(!pipe(tell), "pipe");
	writer = fork();
	must(writer >= 0, "fork");
	if (!writer) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		flood(tell[1]);
		fflush(stdout);
		_exit(0);
	}
	close(tell[1]);
	while (read(tell[0], &byte, 1) == 1)
		lost += drain(fd, &seq, &got, &overruns);
	close(tell[0]);
	must(waitpid(writer, &status, 0) == writer && !status, "the writer: %#x", status);
	lost += drain(fd, &seq, &got, &overruns);
	/* What was lost last has no event behind it. */
	must(!text_write(AUDIT, NO_AUDIT), "one more");
	lost += drain(fd, &seq, &got, &overruns);
	must(overruns && lost && got > 10,
	     "%lu read, %lu lost, %lu overruns", got, lost, overruns);
	count_all(first, event_seq() - 1, got - 1, lost);
	printf("%lu read, %lu lost\n", got, lost);
}

/* rmapctl monitor, and what it has printed. */
struct monitor {
	pid_t pid;
	int fd;
	size_t len;
	char text[1 << 22];
};

static struct monitor monitor;

static void monitor_start(const char *options)
{
	int fds[2];

	must(!pipe(fds), "pipe");
	monitor.len = 0;
	monitor.text[0] = '\0';
	monitor.fd = fds[0];
	monitor.pid = fork();
	must(monitor.pid >= 0, "fork");
	if (!monitor.pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		execlp("rmapctl", "rmapctl", options, "monitor", NULL);
		_exit(99);
	}
	close(fds[1]);
}

/* Read until a line has @words, from the byte @from on. Returns where it ends. */
static size_t monitor_wait(size_t from, const char *words)
{
	ssize_t nr;
	char *at;

	while (!(at = strstr(monitor.text + from, words)) ||
	       !strchr(at, '\n')) {
		must(monitor.len < sizeof(monitor.text) - 1, "room");
		nr = read(monitor.fd, monitor.text + monitor.len,
			  sizeof(monitor.text) - 1 - monitor.len);
		must(nr > 0, "'%s' does not come, but '%s'", words,
		     monitor.text + from);
		monitor.len += nr;
		monitor.text[monitor.len] = '\0';
	}
	return strchr(at, '\n') + 1 - monitor.text;
}

static void monitor_wait_for(const char *event, uint64_t seq)
{
	char words[64];

	snprintf(words, sizeof(words), "\"event\":\"%s\",\"event_seq\":%llu,",
		 event, (unsigned long long)seq);
	monitor_wait(0, words);
}

static int monitor_end(int signal)
{
	int status;

	kill(monitor.pid, signal);
	must(waitpid(monitor.pid, &status, 0) == monitor.pid, "its end");
	return status;
}

static void monitor_prints(void)
{
	size_t at;

	monitor_start("-t");
	at = monitor_wait(0, "] start: builtin in use, builtin, instrumented: none");
	use("batch");
	at = monitor_wait(at, "] switch: builtin -> batch in ");
	use("batch");
	must(!text_write(STATS_ENABLED, "1"), "a layer");
	at = monitor_wait(at, "] layers: batch in use, active, instrumented: stats");
	must(!text_write(AUDIT, "run 256 16"), "audit");
	at = monitor_wait(at, "] audit: finished, page frames 256-271, ");
	must(!text_write(STATS_ENABLED, "0"), "no layer");
	use("builtin");
	at = monitor_wait(at, "] switch: batch -> builtin in ");
	must(!strstr(monitor.text, "overrun"), "nothing is lost");
	must(WTERMSIG(monitor_end(SIGINT)) == SIGINT, "a signal ends it");
	must(monitor.len == at, "nothing else: '%s'", monitor.text + at);
}

/* Lines with @words; @sum: of the numbers behind them. */
static unsigned long lines(const char *words, unsigned long *sum)
{
	unsigned long nr = 0;
	const char *at;

	for (at = monitor.text; (at = strstr(at, words)); nr++) {
		at += strlen(words);
		if (sum)
			*sum += strtoul(at, NULL, 10);
	}
	return nr;
}

/* It stands still during a flood, and then accounts for all of it. */
static void monitor_counts(void)
{
	unsigned long lost = 0, got;
	const uint64_t first = event_seq();

	monitor_start("-j");
	monitor_wait(0, "\"event\":\"start\"");
	must(!kill(monitor.pid, SIGSTOP), "stop it");
	flood(-1);
	must(!kill(monitor.pid, SIGCONT), "continue");
	if (options.flood >= MORE_THAN_FITS)
		monitor_wait(0, "\"event\":\"overrun\"");
	else
		monitor_wait_for("audit", first + options.flood);
	use("page");
	monitor_wait_for("switch", first + options.flood + 1);
	monitor_end(SIGTERM);
	got = lines("\"event\":\"audit\"", NULL);
	lines("\"event\":\"overrun\",\"lost\":", &lost);
	printf("%lu lines, %lu lost\n", got, lost);
	count_all(first, event_seq() - 1, got, lost);
}

/* The module goes and comes while somebody listens. */
static void reload(void)
{
	size_t at;
	int i;

	monitor_start("-j");
	at = monitor_wait(0, "\"event\":\"start\"");
	for (i = 0; i < 3; i++) {
		must(!kmod_unload("rmap_ab"), "unload");
		at = monitor_wait(at, "{\"event\":\"unload\"}");
		must(!kmod_load("rmap_ab", ""), "load");
		at = monitor_wait(at, "{\"event\":\"load\",\"event_seq\":0,");
		use("page");
		at = monitor_wait(at, "{\"event\":\"switch\",\"event_seq\":1,");
		use("builtin");
		at = monitor_wait(at, "{\"event\":\"switch\",\"event_seq\":2,");
	}
	must(!strstr(monitor.text, "overrun"), "nothing is lost");
	monitor_end(SIGTERM);
	must(!klog_warning(), "no warning");
}

/* Unloaded with an event on its way, and with requests. */
static void reload_while_asking(void)
{
	pid_t asker;
	int i, fd;

	asker = fork();
	must(asker >= 0, "fork");
	if (!asker) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fd = netlink_open();
		while (true) {
			struct netlink_message m;

			netlink_ask(fd, event_family, RMAP_AB_CMD_GET, NULL, 0);
			netlink_next(fd, &m, true);
			netlink_family(fd, RMAP_AB_FAMILY_NAME,
				       RMAP_AB_MCGRP_EVENTS, &event_family,
				       &event_group);
		}
	}
	for (i = 0; i < 10; i++) {
		must(!text_write(AUDIT, NO_AUDIT), "audit");
		must(!kmod_unload("rmap_ab"), "unload");
		must(!kmod_load("rmap_ab", ""), "load");
	}
	kill(asker, SIGKILL);
	must(!klog_warning(), "no warning");
}

static void terminal_stays(void)
{
	struct termios before, after;
	char text[4096] = "";
	size_t len = 0;
	ssize_t nr;
	int fd, hold, status;
	pid_t pid;

	pid = forkpty(&fd, NULL, NULL, NULL);
	if (pid < 0)
		tap_skip("no pseudo-terminals in this guest");
	if (!pid) {
		raise(SIGSTOP);
		execlp("rmapctl", "rmapctl", "monitor", NULL);
		_exit(99);
	}
	must(waitpid(pid, &status, WUNTRACED) == pid, "it waits");
	hold = open(ptsname(fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
	must(hold >= 0 && !tcgetattr(hold, &before), "its settings");
	kill(pid, SIGCONT);
	while (!strstr(text, "start: builtin in use") || !strchr(text, '\n')) {
		nr = read(fd, text + len, sizeof(text) - 1 - len);
		must(nr > 0, "a line, not '%s'", text);
		text[len += nr] = '\0';
	}
	must(write(fd, "\003", 1) == 1, "^C");
	must(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	     WTERMSIG(status) == SIGINT, "it ends: %#x", status);
	must(!tcgetattr(hold, &after) && !memcmp(&before, &after,
						 sizeof(before)),
	     "the settings are as they were");
	must(!strchr(text, '\033'), "nothing for the terminal to obey");
}

static const struct suite_case events_cases[] = {
	{ "get-is-status", get_is_status, 0 },
	{ "every-change", every_change, 0 },
	{ "no-change", no_change, 0 },
	{ "revert", events_revert, 0 },
	{ "fault", events_fault, 0 },
	{ "fault-of-fault", events_fault_of_fault, 0 },
	{ "unsent", events_unsent, 0 },
	{ "two-readers", two_readers, 0 },
	{ "unprivileged", unprivileged, 0 },
	{ "refusals", refusals, 0 },
	{ "fuzz", fuzz, 0 },
	{ "slow-reader", slow_reader, 0 },
	{ "monitor/prints", monitor_prints, 0 },
	{ "monitor/counts", monitor_counts, 0 },
	{ "monitor/reload", reload, 0 },
	{ "monitor/terminal", terminal_stays, 0 },
	{ "reload-while-asking", reload_while_asking, 0 },
	{ 0 }
};

/* Undo what a test has left. */
static void after_events_test(void)
{
	knobs_restore();
	text_write(GUARD, "clear");
	text_write(GUARD, "0");
	text_write(FAULT_OPS, "0");
	text_write(STATS_ENABLED, "0");
	text_write(IMPLEMENTATION, RMAP_AB_BUILTIN);
}

static const char *prepare_events_suite(void)
{
	fault_nth_alone();
	return NULL;
}

/* The tests switch by themselves, so the plan has no rows. */
static void run_events_suite(void)
{
	tap_plan(suite_count(events_cases));
	suite_run_cases(events_cases, "");
}

static const struct suite_option events_options[] = {
	{ "flood", "EVENTS", "events for a reader that is too slow (20000)",
	  .number = &options.flood },
	{ "fuzz", "MESSAGES", "random messages to the module (20000)",
	  .number = &options.fuzz },
	{ "seed", "N", "for the random numbers (1)", .number = &options.seed },
	{ 0 }
};

static const struct suite events_suite = {
	.what = "Expects an event for each change, and a count of those that a reader misses.",
	.options = events_options,
	.flags = SUITE_ROWS,
	.timeout = 600,
	.verbose = true,
	.prepare = prepare_events_suite,
	.before = klog_open,
	.after = after_events_test,
	.run = run_events_suite,
};

int main(int argc, char **argv)
{
	return suite_main(&events_suite, argc, argv);
}
