// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/number.h"
#include "cli/stop.h"
#include "help.h"
#include "kernel/audit_result.h"
#include "kernel/control.h"
#include "noun.h"

/* Sixteen complete mismatches take a tenth of this. */
#define ANSWER_MAX	0x100000
#define NS_PER_S	(1000 * 1000 * 1000)
#define TICK_NS		(NS_PER_S / 5)

static struct range pfns = { 0, UINT64_MAX };
static bool has_pfns;

static int take_pfns(const struct opt *opt, const char *arg)
{
	(void)opt;
	if (has_pfns) {
		complain("--pfn can be given only once");
		return EXIT_USAGE;
	}
	has_pfns = true;
	return range_pages("--pfn", arg, &pfns);
}

static const struct opt options[] = {
	OPT_CALL("pfn", "A[-B]",
		 "check only these page frames; A+COUNT and A- work, too",
		 take_pfns, NULL, NULL),
	{ }
};

/* A second thread watches over the one that waits for the audit. */
struct watcher {
	pthread_t thread;
	pthread_t auditor;
	sem_t done;
	int fd;			/* for the progress, or -1 */
};

static void show_progress(int fd)
{
	unsigned long long start, end, position;
	char text[512];
	ssize_t nr = read_at(fd, text, sizeof(text) - 1, 0);

	if (nr <= 0)
		return;
	text[nr] = '\0';
	if (sscanf(text, "state: running\nstart: %llx\nend: %llx\nposition: %llx",
		   &start, &end, &position) != 3 || end <= start)
		return;
	fprintf(stderr, "\r\033[Kaudit: %llu of %llu page frames, %.0f %%",
		position - start, end - start,
		100.0 * (position - start) / (end - start));
}

/* Waits for a while. Returns true if the audit is done. */
static bool watcher_is_done(struct watcher *watcher)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += TICK_NS;
	until.tv_sec += until.tv_nsec / NS_PER_S;
	until.tv_nsec %= NS_PER_S;
	return !sem_clockwait(&watcher->done, CLOCK_MONOTONIC, &until);
}

/*
 * A signal that comes just before the write would not interrupt it. So this
 * thread sends the signal to the auditor until the audit is done.
 */
static void *audit_watch(void *arg)
{
	struct watcher *watcher = arg;

	while (!watcher_is_done(watcher)) {
		if (stop_signal())
			pthread_kill(watcher->auditor, stop_signal());
		else if (watcher->fd >= 0)
			show_progress(watcher->fd);
	}
	return NULL;
}

/* Only the auditor handles signals. A signal that comes now waits for it. */
static int watcher_start(struct watcher *watcher)
{
	int err;

	sem_init(&watcher->done, 0, 0);
	watcher->auditor = pthread_self();
	watcher->fd = isatty(STDERR_FILENO) ?
		      control_open_read(RMAP_AB_FILE_AUDIT) : -1;
	stop_hold(true);
	err = pthread_create(&watcher->thread, NULL, audit_watch, watcher);
	stop_hold(false);
	return err ? complain_errno(err, "audit") : 0;
}

static void watcher_end(struct watcher *watcher)
{
	sem_post(&watcher->done);
	pthread_join(watcher->thread, NULL);
	sem_destroy(&watcher->done);
	if (watcher->fd < 0)
		return;
	fputs("\r\033[K", stderr);
	close(watcher->fd);
}

static void command_make(char *to, size_t size)
{
	if (!has_pfns)
		snprintf(to, size, "run");
	else if (pfns.last == UINT64_MAX)
		snprintf(to, size, "run %" PRIu64, pfns.first);
	else
		snprintf(to, size, "run %" PRIu64 " %" PRIu64, pfns.first,
			 pfns.last - pfns.first + 1);
}

/* Returns 0 also if a signal has ended the audit, as there is a result. */
static int audit_run(int fd)
{
	struct watcher watcher = { };
	char command[64];
	int ret;

	command_make(command, sizeof(command));
	stop_catch();
	ret = watcher_start(&watcher);
	if (!ret) {
		ret = control_tell(fd, RMAP_AB_FILE_AUDIT, command);
		watcher_end(&watcher);
	}
	stop_default();
	return ret == -EINTR ? 0 : ret;
}

static char *read_answer(int fd)
{
	char *text = malloc(ANSWER_MAX + 1);
	size_t used = 0;
	ssize_t nr = 0;

	while (text && used < ANSWER_MAX &&
	       (nr = read(fd, text + used, ANSWER_MAX - used)) > 0)
		used += nr;
	if (text && nr >= 0) {
		text[used] = '\0';
		return text;
	}
	complain_errno(text ? errno : ENOMEM, "cannot read the file '%s'",
		       RMAP_AB_FILE_AUDIT);
	free(text);
	return NULL;
}

static bool is_out_of_range(const struct audit_result *result)
{
	if (!has_pfns || result->start != result->end)
		return false;
	complain("page frame %" PRIu64 " is out of range: this machine's last one is %" PRIu64,
		 pfns.first, result->end - 1);
	return true;
}

static int audit_report(struct out *out, const struct audit_result *result)
{
	if (is_out_of_range(result))
		return EXIT_KERNEL;
	out_record(out, &audit_result_desc, result);
	/* The process dies of the signal when the output is complete. */
	if (stop_signal())
		atexit(stop_now);
	if (strcmp(result->state, "finished"))
		complain("the audit is %s: all before page frame %" PRIu64 " has been looked at, and little or nothing of the rest",
			 result->state, result->position);
	if (audit_result_is_wrong(result))
		return EXIT_MISMATCH;
	return strcmp(result->state, "finished") ? EXIT_KERNEL : EXIT_FINE;
}

static int run_and_report(struct out *out, int fd)
{
	struct audit_result result;
	char *text = audit_run(fd) ? NULL : read_answer(fd);
	int ret = EXIT_KERNEL;

	if (!text)
		return ret;
	if (!audit_result_parse(text, &result))
		ret = audit_report(out, &result);
	audit_result_free(&result);
	free(text);
	return ret;
}

static void audit_help(void)
{
	help_fields(&audit_result_desc);
}

static int do_audit(struct out *out, int argc, char **argv)
{
	int fd = control_open_both(RMAP_AB_FILE_AUDIT), ret;

	(void)argc;
	(void)argv;
	if (fd < 0)
		return EXIT_KERNEL;
	ret = run_and_report(out, fd);
	close(fd);
	return ret;
}

const struct noun noun_audit = {
	.name = "audit",
	.args = "[WHICH]",
	.brief = "compare all mapcounts with the page tables",
	.about = "Compares the mapcounts of every folio with what the page tables say, and\n"
		 "shows the first of those that differ in full. A difference counts only if\n"
		 "it stays the same for several looks. Exit status 3: something is wrong.\n"
		 "\n"
		 "After an audit of all memory NR_ANON_MAPPED and NR_FILE_MAPPED are compared\n"
		 "with the sums of the counters; 'drifted' is an error as well. On a terminal\n"
		 "the audit shows its progress. Ctrl-C ends it: rmapctl prints the result so\n"
		 "far, with 'interrupted', and dies of the signal.",
	.flags = NOUN_JSON,
	.options = options,
	.help = audit_help,
	.run = do_audit,
};
