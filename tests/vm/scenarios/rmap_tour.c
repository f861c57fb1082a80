// SPDX-License-Identifier: GPL-2.0
/*
 * The programs of the demo: what happens to the mapcounts of one THP, a load
 * to switch under, and the comparison of all counts with the page tables.
 *
 *   rmap_tour thp	forks a process with a THP and unmaps parts of it; prints the
 *			mapcounts after each step, which must be the expected ones
 *   rmap_tour load N	N processes fork and unmap until SIGTERM; prints how
 *			often, once their data has been verified
 *   rmap_tour check	compares all of /proc/kpagecount with all page tables
 */

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/truth.h"

#define SEED 1

static int kpagecount;

/* Consecutive pages with the same mapcount. */
struct run {
	size_t nr;
	uint64_t mapcount;
};

static uint64_t frame_mapcount(uint64_t frame)
{
	uint64_t count;

	must(pread(kpagecount, &count, sizeof(count), frame * 8) == 8,
	     "read /proc/kpagecount");
	return count;
}

/* Prints the runs, and requires that they are the expected ones. */
static void show(const char *what, const uint64_t *frames,
		 const struct run *expected, size_t nr_expected)
{
	const char *separator = "";
	uint64_t counts[PMD_PAGES];
	size_t i, first = 0, run = 0;

	for (i = 0; i < PMD_PAGES; i++)
		counts[i] = frame_mapcount(frames[i]);
	printf("  %-38s", what);
	for (i = 1; i <= PMD_PAGES; i++) {
		if (i < PMD_PAGES && counts[i] == counts[first])
			continue;
		printf("%s%zu pages x %llu", separator, i - first,
		       (unsigned long long)counts[first]);
		separator = ", ";
		must(run < nr_expected && expected[run].nr == i - first &&
		     expected[run].mapcount == counts[first],
		     "expected mapcounts, run %zu of %zu", run + 1,
		     nr_expected);
		first = i;
		run++;
	}
	must(run == nr_expected, "expected %zu runs", nr_expected);
	printf("\n");
	fflush(stdout);
}

#define SHOW(what, frames, ...)						\
	do {								\
		const struct run runs[] = { __VA_ARGS__ };		\
									\
		show(what, frames, runs, sizeof(runs) / sizeof(runs[0])); \
	} while (0)

static void child_of_tour(struct peer *self, void *arg)
{
	char *thp = arg;

	peer_pause(self);
	pages_unmap(thp + 100 * PAGE, 3 * PAGE);
	peer_pause(self);
	pages_verify(thp, 0, 100, SEED);
	pages_verify(thp, 103, PMD_PAGES - 103, SEED);
}

static int tour_thp(void)
{
	uint64_t frames[PMD_PAGES];
	struct peer child;
	char *thp = thp_map(1);
	size_t i;

	kpagecount = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	must(kpagecount >= 0, "open /proc/kpagecount");
	pages_fill(thp, 0, PMD_PAGES, SEED);
	must(page_by_pmd(thp), "a THP: is enough memory unfragmented?");
	for (i = 0; i < PMD_PAGES; i++)
		frames[i] = page_frame(thp + i * PAGE);

	SHOW("a THP, mapped by one PMD", frames, { 512, 1 });
	peer_start(&child, child_of_tour, thp);
	SHOW("fork: the child maps it, too", frames, { 512, 2 });
	peer_step(&child);
	SHOW("the child unmaps 3 pages", frames,
	     { 100, 2 }, { 3, 1 }, { 409, 2 });
	pages_unmap(thp + 256 * PAGE, 128 * PAGE);
	SHOW("the parent unmaps 128 others", frames,
	     { 100, 2 }, { 3, 1 }, { 153, 2 }, { 128, 1 }, { 128, 2 });
	peer_finish(&child);
	SHOW("the child exits", frames,
	     { 256, 1 }, { 128, 0 }, { 128, 1 });
	pages_verify(thp, 0, 256, SEED);
	pages_verify(thp, 384, 128, SEED);
	pages_unmap(thp, PMD);
	return 0;
}

/* SIGTERM stops the workers. Their parent has blocked it, and waits for it. */
static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

/* One round: a THP and small pages are forked, and both processes unmap parts. */
static void load_round(uint64_t seed)
{
	char *thp = thp_map(1), *small = small_map(64);
	int status;
	pid_t pid;

	pages_fill(thp, 0, PMD_PAGES, seed);
	pages_fill(small, 0, 64, seed);
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		pages_unmap(thp, 64 * PAGE);
		pages_fill(small, 0, 8, ~seed);
		pages_verify(thp, 64, PMD_PAGES - 64, seed);
		pages_verify(small, 8, 56, seed);
		_exit(0);
	}
	pages_unmap(thp + 300 * PAGE, 12 * PAGE);
	must(waitpid(pid, &status, 0) == pid && !status, "the child's data");
	pages_verify(thp, 0, 300, seed);
	pages_verify(small, 0, 64, seed);
	pages_unmap(thp, PMD);
	pages_unmap(small, 64 * PAGE);
}

static int load_worker(atomic_ulong *rounds, uint64_t seed,
		       const sigset_t *term)
{
	signal(SIGTERM, on_term);
	sigprocmask(SIG_UNBLOCK, term, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!stop) {
		load_round(seed++);
		atomic_fetch_add(rounds, 1);
	}
	return 0;
}

static int tour_load(int nr)
{
	atomic_ulong *rounds;
	int i, sig, status, failed = 0;
	pid_t pids[64];
	sigset_t term;

	must(nr > 0 && nr <= 64, "1 to 64 processes");
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	rounds = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(rounds != MAP_FAILED, "shared memory");
	for (i = 0; i < nr; i++) {
		pids[i] = fork();
		must(pids[i] >= 0, "fork");
		if (!pids[i])
			_exit(load_worker(rounds, (uint64_t)i << 32, &term));
	}
	sigwait(&term, &sig);
	for (i = 0; i < nr; i++)
		kill(pids[i], SIGTERM);
	for (i = 0; i < nr; i++)
		failed |= waitpid(pids[i], &status, 0) < 0 || status;
	printf("%lu\n", atomic_load(rounds));
	return failed || !atomic_load(rounds);
}

static int tour_check(void)
{
	char report[4096] = "";
	long wrong;

	truth_open();
	wrong = truth_check_all(report, sizeof(report));
	if (wrong)
		fprintf(stderr, "%ld mapcounts differ:\n%s", wrong, report);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "thp"))
		return tour_thp();
	if (argc == 3 && !strcmp(argv[1], "load"))
		return tour_load(atoi(argv[2]));
	if (argc == 2 && !strcmp(argv[1], "check"))
		return tour_check();
	fprintf(stderr, "usage: rmap_tour thp | load PROCESSES | check\n");
	return 2;
}
