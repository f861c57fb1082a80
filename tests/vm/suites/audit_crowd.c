// SPDX-License-Identifier: GPL-2.0
/*
 * The audit of a file that many processes map takes long: it shows how far it has
 * come, a signal ends it, and it lets others go on.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/audit.h"
#include "lib/check.h"
#include "lib/clock.h"
#include "lib/files.h"
#include "lib/pages.h"
#include "lib/row.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "suites/audit.h"

/* Processes; mappings of each; pages of each mapping. */
enum { CROWD = 100, CROWD_MAPS = 80, CROWD_PAGES = 512 };

static void nap(double seconds)
{
	const struct timespec t = {
		.tv_sec = seconds, .tv_nsec = (seconds - (long)seconds) * 1e9,
	};

	nanosleep(&t, NULL);
}

static pid_t fork_that_dies_with_us(void)
{
	const pid_t pid = fork();

	must(pid >= 0, "fork");
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

struct crowd {
	int fd;
	pid_t pids[CROWD];
};

/*
 * Small folios, written so that neighbours in memory are far from each other in
 * the file.
 */
static int file_scattered(void)
{
	const int fd = file_memfd(CROWD_PAGES, 0);
	char page[PAGE];
	size_t i;

	memset(page, 1, sizeof(page));
	for (i = 0; i < CROWD_PAGES; i++)
		must(pwrite(fd, page, PAGE, i * 37 % CROWD_PAGES * PAGE) ==
		     PAGE, "write a page");
	return fd;
}

static bool map_often(int fd)
{
	int i;

	for (i = 0; i < CROWD_MAPS; i++)
		if (mmap(NULL, CROWD_PAGES * PAGE, PROT_READ,
			 MAP_SHARED | MAP_POPULATE, fd, 0) == MAP_FAILED)
			return false;
	return true;
}

/* Processes map such a file, all of it, and often. */
static void crowd_start(struct crowd *crowd)
{
	int ready[2], i;
	char byte;

	must(!pipe(ready), "pipe");
	crowd->fd = file_scattered();
	for (i = 0; i < CROWD; i++) {
		crowd->pids[i] = fork_that_dies_with_us();
		if (crowd->pids[i])
			continue;
		if (!map_often(crowd->fd) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	for (i = 0; i < CROWD; i++)
		must(read(ready[0], &byte, 1) == 1, "a process maps the file");
	close(ready[0]);
	close(ready[1]);
}

static void crowd_stop(struct crowd *crowd)
{
	int i;

	for (i = 0; i < CROWD; i++)
		stop(crowd->pids[i]);
	close(crowd->fd);
}

static pid_t audit_in_a_loop(void)
{
	static struct audit_answer answer;
	const pid_t pid = fork_that_dies_with_us();

	if (pid)
		return pid;
	for (;;)
		audit_ask(0, 0, &answer);
}

static void await_running(void)
{
	char text[4096];

	do {
		nap(0.001);
		must(text_read(RMAP_AB RMAP_AB_FILE_AUDIT, text,
			       sizeof(text)) > 0, "read progress");
	} while (!strstr(text, "state: running"));
}

/* Seconds from SIGKILL to the end of an audit that has been at it for a while. */
static double kill_audit(double after)
{
	const pid_t worker = audit_in_a_loop();
	double start;

	await_running();
	nap(after);
	start = clock_now();
	stop(worker);
	return clock_now() - start;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * Another reader sees how far an audit has come; a signal ends it at once, and
 * what it had not looked at is not among the numbers.
 */
static void interrupted(void)
{
	enum { NR = 9 };
	static struct audit_answer answer;
	double took, last[NR];
	struct crowd crowd;
	char text[4096];
	int i, seen = 0;

	crowd_start(&crowd);
	took = clock_now();
	must(!audit_ask(0, 0, &answer), "audit");
	took = clock_now() - took;
	for (i = 0; i < NR; i++) {
		last[i] = kill_audit(took * (i + 1) / (2 * NR));
		text_read(RMAP_AB RMAP_AB_FILE_AUDIT, text, sizeof(text));
		must(!strstr(text, "state: running"), "it has ended: %s", text);
		if (!strstr(text, "state: interrupted"))
			continue;
		seen++;
		must(strstr(text, "\nskipped_unstable: 0\n") &&
		     strstr(text, "\nmismatched: 0\n") &&
		     strstr(text, "\nstatistics: not-compared\n"),
		     "it has not looked at the rest: %s", text);
	}
	qsort(last, NR, sizeof(last[0]), by_size);
	tap_note("an audit that takes %.0f ms ends %.1f ms after SIGKILL (median of %d; %.1f at most)",
		 took * 1e3, last[NR / 2] * 1e3, NR, last[NR - 1] * 1e3);
	must(seen, "an audit was interrupted");
	must(last[NR / 2] < took / 8, "%.0f ms after SIGKILL, of %.0f",
	     last[NR / 2] * 1e3, took * 1e3);
	crowd_stop(&crowd);
}

static void on_alarm(int signal)
{
	(void)signal;
}

/* Also the result of an audit that was interrupted starts with its first byte. */
static void interrupted_again(void)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_AUDIT, O_RDWR | O_CLOEXEC);
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval soon = { .it_value.tv_usec = 20 * 1000 };
	struct crowd crowd;
	char text[8192];

	must(fd >= 0 && !sigaction(SIGALRM, &action, NULL), "prepare");
	crowd_start(&crowd);
	must(write(fd, "run 0 512", 9) == 9, "a first one");
	text_read_rest(fd, text, sizeof(text));
	setitimer(ITIMER_REAL, &soon, NULL);
	must(write(fd, "run", 3) < 0 && errno == EINTR, "a signal ends it");
	text_read_rest(fd, text, sizeof(text));
	must(!memcmp(text, "state: interrupted\n", 19), "and there is an answer: %s",
	     text);
	crowd_stop(&crowd);
	close(fd);
}

/* A signal also ends the search for the mappers of a page. */
static void mappers_interrupted(void)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_MAPPERS, O_RDWR | O_CLOEXEC);
	const struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval soon = { 0 };
	double start, took = 1e9;
	struct crowd crowd;
	char question[32], *p;
	int i, len;

	must(fd >= 0 && !sigaction(SIGALRM, &action, NULL), "prepare");
	crowd_start(&crowd);
	p = pages_map_fd(PAGE, PAGE, MAP_SHARED, crowd.fd);
	pages_touch(p, 0, 1);
	len = snprintf(question, sizeof(question), "%llu",
		       (unsigned long long)page_frame(p));
	for (i = 0; i < 3; i++) {
		start = clock_now();
		must(write(fd, question, len) == len, "ask");
		took = clock_now() - start < took ? clock_now() - start : took;
	}
	soon.it_value.tv_usec = took / 3 * 1e6;
	/* It may have been about to end. */
	for (i = 0; i < 5; i++) {
		setitimer(ITIMER_REAL, &soon, NULL);
		if (write(fd, question, len) < 0)
			break;
	}
	must(i < 5 && errno == EINTR, "after %.1f of %.1f ms, a signal ends it",
	     took / 3 * 1e3, took * 1e3);
	crowd_stop(&crowd);
	close(fd);
}

/* A process that maps a page of the file and unmaps it, and counts that. */
static pid_t map_and_unmap(int fd, atomic_ulong *nr)
{
	const pid_t pid = fork_that_dies_with_us();
	char *p;

	if (pid)
		return pid;
	for (;;) {
		p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
		if (p == MAP_FAILED || munmap(p, PAGE))
			_exit(1);
		atomic_fetch_add(nr, 1);
	}
}

static int by_number(const void *a, const void *b)
{
	const unsigned long x = *(const unsigned long *)a;
	const unsigned long y = *(const unsigned long *)b;

	return (x > y) - (x < y);
}

/*
 * How often another process maps and unmaps, by @nr, during an audit of the block
 * of @pfn: the median of some audits. Nothing but the file's pages takes time in
 * one block of page frames.
 */
static unsigned long nr_beside_audit(atomic_ulong *nr, uint64_t pfn)
{
	enum { ROUNDS = 5, BLOCK = 512 };
	static struct audit_answer answer;
	unsigned long during[ROUNDS], before;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		before = atomic_load(nr);
		must(!audit_ask(pfn / BLOCK * BLOCK, BLOCK, &answer) &&
		     !answer.mismatched, "audit: %s", answer.text);
		during[i] = atomic_load(nr) - before;
	}
	qsort(during, ROUNDS, sizeof(during[0]), by_number);
	tap_note("beside an audit of %lld mappings: %lu times mmap and munmap (median of %d; %lu to %lu)",
		 answer.mappings, during[ROUNDS / 2], ROUNDS, during[0],
		 during[ROUNDS - 1]);
	return during[ROUNDS / 2];
}

/*
 * A process that maps the file goes on during an audit. Each system call of this
 * process that waits for the lock makes the audit lend it. So one audit lets
 * hundreds of them through, however busy the machine is. An audit that keeps the
 * lock lets through what happens before and after.
 */
static void considerate(void)
{
	enum { ATTEMPTS = 3, MANY = 400 };
	static struct audit_answer answer;
	atomic_ulong *nr = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct crowd crowd;
	uint64_t pfn;
	pid_t mapper;
	char *p;
	int i;

	must(nr != MAP_FAILED, "shared memory");
	crowd_start(&crowd);
	/* Halfway through the pages as they were written: its block has many. */
	p = pages_map_fd(CROWD_PAGES * PAGE, PAGE, MAP_SHARED, crowd.fd);
	pages_touch(p, 0, CROWD_PAGES);
	pfn = page_frame(p + CROWD_PAGES / 2 * 37 % CROWD_PAGES * PAGE);
	mapper = map_and_unmap(crowd.fd, nr);
	for (i = 0; i < ATTEMPTS && nr_beside_audit(nr, pfn) < MANY; i++)
		;
	must(i < ATTEMPTS, "an audit lends the lock");

	/* And it comes to an end all the same, and has looked at all. */
	must(!audit_ask(0, 0, &answer) && !answer.mismatched &&
	     answer.mappings > CROWD * CROWD_MAPS * (CROWD_PAGES - 64),
	     "nearly all mappings are found: %s", answer.text);
	tap_note("beside an audit of all: %lld mappings, %lld skipped",
		 answer.mappings, answer.skipped);
	stop(mapper);
	munmap(p, CROWD_PAGES * PAGE);
	munmap(nr, PAGE);
	crowd_stop(&crowd);
}

const struct suite_case audit_crowd[] = {
	{ "crowd/interrupted", interrupted, 0 },
	{ "crowd/interrupted-again", interrupted_again, 0 },
	{ "crowd/mappers-interrupted", mappers_interrupted, 0 },
	{ "crowd/considerate", considerate, 0 },
	{ 0 }
};
