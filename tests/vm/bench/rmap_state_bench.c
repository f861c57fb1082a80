// SPDX-License-Identifier: GPL-2.0
/*
 * What reading page_state costs, compared with /proc/kpagecount and
 * /proc/kpageflags: see usage(). It is not a test: it prints figures and judges
 * nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/rmap_ab.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/clock.h"
#include "lib/kmod.h"
#include "lib/pages.h"
#include "lib/row.h"

enum { MAX_ROUNDS = 99, FRAMES = 8192, NR_LOADS = 2, LOAD_PAGES = 1024 };

static struct {
	int rounds, seconds, megabytes;
	bool load;
} options = { 7, 5, 512, false };

static int usage(FILE *to)
{
	fputs("usage: rmap_state_bench [--rounds N] [--mem MB] [--load [--seconds N]]\n"
	      "\n"
	      "Reads page_state for all page frames, and /proc/kpagecount and\n"
	      "/proc/kpageflags for the same ones, in turn; prints the median time of each,\n"
	      "and the ratio: on a machine whose memory is mostly free, with MB of it in\n"
	      "small folios, in PMD-mapped THPs, and in THPs mapped by PTEs.\n"
	      "\n"
	      "  --load   instead: how many rounds of fork and munmap two processes do\n"
	      "           while nobody reads, while /proc is read once a second, and while\n"
	      "           page_state is. Each for --seconds, in turn, --rounds times.\n",
	      to);
	return to == stdout ? 0 : 2;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const double *values, int nr)
{
	double sorted[MAX_ROUNDS];

	memcpy(sorted, values, nr * sizeof(*values));
	qsort(sorted, nr, sizeof(*sorted), compare);
	return nr % 2 ? sorted[nr / 2] : (sorted[nr / 2 - 1] + sorted[nr / 2]) / 2;
}

/* ---- reading ------------------------------------------------------------ */
static uint64_t nr_frames;

static void learn_frames(void)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_PAGE_STATE, O_RDONLY | O_CLOEXEC);

	must(fd >= 0, "open page_state");
	nr_frames = lseek(fd, 0, SEEK_END) / sizeof(struct rmap_ab_page);
	close(fd);
}

static void read_file(const char *path, size_t size)
{
	static char buf[FRAMES * sizeof(struct rmap_ab_page)];
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t frame, nr;

	must(fd >= 0, "open %s", path);
	for (frame = 0; frame < nr_frames; frame += nr) {
		nr = nr_frames - frame < FRAMES ? nr_frames - frame : FRAMES;
		must(read(fd, buf, nr * size) == (ssize_t)(nr * size), "read %s",
		     path);
	}
	close(fd);
}

static void read_proc(void)
{
	read_file("/proc/kpagecount", sizeof(uint64_t));
	read_file("/proc/kpageflags", sizeof(uint64_t));
}

static void read_page_state(void)
{
	read_file(RMAP_AB RMAP_AB_FILE_PAGE_STATE, sizeof(struct rmap_ab_page));
}

static double timed(void (*what)(void))
{
	const double start = clock_now();

	what();
	return clock_now() - start;
}

static void compare_readers(const char *when)
{
	double proc[MAX_ROUNDS], state[MAX_ROUNDS], ratios[MAX_ROUNDS];
	int i;

	read_proc();
	read_page_state();
	for (i = 0; i < options.rounds; i++) {
		proc[i] = timed(read_proc);
		state[i] = timed(read_page_state);
		ratios[i] = state[i] / proc[i];
	}
	qsort(ratios, i, sizeof(*ratios), compare);
	printf("%-28s %8.1f ms %8.1f ms  %5.2f (%.2f to %.2f)\n", when,
	       1e3 * median(proc, i), 1e3 * median(state, i), median(ratios, i),
	       ratios[0], ratios[i - 1]);
	fflush(stdout);
}

static char *populated(size_t len, int advice)
{
	char *p = pages_map(len, PMD);

	(void)madvise(p, len, advice);
	must(!madvise(p, len, MADV_POPULATE_WRITE), "populate");
	return p;
}

static void by_ptes(char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i += PMD)
		must(!mprotect(p + i, PAGE, PROT_READ), "mprotect");
}

static void all_readers(void)
{
	const size_t len = (options.megabytes * 1024UL * 1024) & ~(PMD - 1);
	char *p;

	printf("%llu page frames; medians of %d rounds\n",
	       (unsigned long long)nr_frames, options.rounds);
	printf("%-28s %11s %11s  %s\n", "memory", "/proc", "page_state", "ratio");
	compare_readers("mostly free");
	p = populated(len, MADV_NOHUGEPAGE);
	compare_readers("small folios");
	pages_unmap(p, len);
	p = populated(len, MADV_HUGEPAGE);
	compare_readers("THPs, by PMDs");
	by_ptes(p, len);
	compare_readers("THPs, by PTEs");
	pages_unmap(p, len);
}

/* ---- others work meanwhile ---------------------------------------------- */
static unsigned long *rounds_done;

/* Maps, forks, lets the child unmap and end, and unmaps. */
static void __attribute__((noreturn)) work(int me)
{
	pid_t child;
	char *p;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		p = small_map(LOAD_PAGES);
		must(!madvise(p, LOAD_PAGES * PAGE, MADV_POPULATE_WRITE),
		     "populate");
		child = fork();
		if (!child) {
			munmap(p, LOAD_PAGES * PAGE);
			_exit(0);
		}
		waitpid(child, NULL, 0);
		pages_unmap(p, LOAD_PAGES * PAGE);
		__atomic_fetch_add(&rounds_done[me * 64], 1, __ATOMIC_RELAXED);
	}
}

static unsigned long done(void)
{
	unsigned long sum = 0;
	int i;

	for (i = 0; i < NR_LOADS; i++)
		sum += __atomic_load_n(&rounds_done[i * 64], __ATOMIC_RELAXED);
	return sum;
}

/* Calls @what once a second. Returns the rounds per second of the others. */
static double rate_while(void (*what)(void))
{
	const double start = clock_now();
	const unsigned long before = done();
	double next;
	int i;

	for (i = 0; i < options.seconds; i++) {
		next = start + i + 1;
		if (what)
			what();
		if (next > clock_now())
			usleep(1e6 * (next - clock_now()));
	}
	return (done() - before) / (clock_now() - start);
}

static void under_load(void)
{
	double none[MAX_ROUNDS], proc[MAX_ROUNDS], state[MAX_ROUNDS];
	pid_t pids[NR_LOADS];
	int i;

	rounds_done = mmap(NULL, NR_LOADS * 64 * sizeof(long),
			   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);
	must(rounds_done != MAP_FAILED, "shared memory");
	for (i = 0; i < NR_LOADS; i++) {
		pids[i] = fork();
		if (!pids[i])
			work(i);
	}
	rate_while(NULL);
	for (i = 0; i < options.rounds; i++) {
		none[i] = rate_while(NULL);
		proc[i] = rate_while(read_proc);
		state[i] = rate_while(read_page_state);
		printf("round %d: %.1f %.1f %.1f\n", i + 1, none[i], proc[i],
		       state[i]);
		fflush(stdout);
		proc[i] /= none[i];
		state[i] /= none[i];
	}
	for (i = 0; i < NR_LOADS; i++)
		kill(pids[i], SIGKILL);
	printf("fork and munmap, rounds per second: %.1f; of that, while /proc is read once a second: %.3f, page_state: %.3f\n",
	       median(none, options.rounds), median(proc, options.rounds),
	       median(state, options.rounds));
}

static int number(const char *text, int max)
{
	const int n = atoi(text);

	if (n < 1 || n > max)
		exit(usage(stderr));
	return n;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "mem", required_argument, NULL, 'm' },
		{ "seconds", required_argument, NULL, 's' },
		{ "load", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int option, err;

	while ((option = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (option == 'r')
			options.rounds = number(optarg, MAX_ROUNDS);
		else if (option == 'm')
			options.megabytes = number(optarg, 1 << 20);
		else if (option == 's')
			options.seconds = number(optarg, 3600);
		else if (option == 'l')
			options.load = true;
		else
			return usage(option == 'h' ? stdout : stderr);
	}
	err = kmod_load("rmap_ab", "");
	if (err && err != -EEXIST) {
		fprintf(stderr, "rmap_state_bench: cannot load rmap_ab: %s\n",
			strerror(-err));
		return 2;
	}
	learn_frames();
	if (options.load)
		under_load();
	else
		all_readers();
	return 0;
}
