// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/machine.h"
#include "bench/scenario.h"
#include "bench/worker.h"
#include "cli/complain.h"
#include "cli/stop.h"
#include "kernel/control.h"
#include "kernel/page_state.h"

#define WORDS_MAX	256

/* The worker's report, in memory that it shares with the parent. */
struct report {
	bool done;
	struct sample sample;
	char words[WORDS_MAX];
};

static struct report *report;

static pid_t child;
static int child_pipe[2] = { -1, -1 };

void worker_fail(const char *fmt, ...)
{
	va_list ap;

	/* What comes first is the cause. */
	va_start(ap, fmt);
	if (!report->words[0])
		vsnprintf(report->words, sizeof(report->words), fmt, ap);
	va_end(ap);
	_exit(1);
}

void worker_fail_errno(const char *what)
{
	worker_fail("%s: %s", what, strerror(errno));
}

/* Small folios and those of hugetlb are the same in every layout. */
static const char *layout_to_check(const struct scenario *scenario, size_t folio,
				   const char *layout)
{
	return *layout && scenario->kind != KIND_HUGETLB &&
	       folio > (size_t)getpagesize() ? layout : NULL;
}

/* Binds to one CPU, so that child and worker never run at the same time. */
static void stay_on_one_cpu(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void child_main(void)
{
	char byte;

	close(child_pipe[1]);
	while (read(child_pipe[0], &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

void worker_fork(void)
{
	child = fork();
	if (child < 0)
		worker_fail_errno("fork");
	if (!child)
		child_main();
}

void worker_child_exit(void)
{
	int status;

	close(child_pipe[1]);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			worker_fail_errno("waitpid");
	child = 0;
}

static void __attribute__((noreturn))
worker_main(const struct scenario *scenario, size_t size, size_t folio,
	    const char *layout, pid_t parent)
{
	struct area area = {
		.size = size, .folio = folio,
		.layout = layout_to_check(scenario, folio, layout),
	};

	/*
	 * A measured fork would copy these files. This closes the keeper's
	 * line, too.
	 */
	close_range(STDERR_FILENO + 1, ~0U, 0);
	stop_default();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	stay_on_one_cpu();
	if (pipe(child_pipe))
		worker_fail_errno("pipe");
	scenario->run(&area, &report->sample);
	if (child)
		worker_child_exit();
	report->done = true;
	_exit(0);
}

static int complain_about(int status, const char *name)
{
	if (report->words[0])
		complain("%s: %s", name, report->words);
	else if (WIFSIGNALED(status))
		complain("%s: the process that measures was killed by signal %d (%s)",
			 name, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		complain("%s: the process that measures ended early", name);
	return -EIO;
}

static int worker_wait(pid_t pid, const char *name, struct sample *sample)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return complain_errno(errno, "waitpid");
	stop_kills(0);
	if (stop_signal())
		return -EINTR;
	if (!report->done)
		return complain_about(status, name);
	*sample = report->sample;
	return 0;
}

int worker_run(const struct scenario *scenario, size_t size, size_t folio,
	       const char *layout, struct sample *sample)
{
	const pid_t parent = getpid();
	pid_t pid;

	if (!report)
		report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED)
		return complain_errno(errno, "shared memory");
	*report = (struct report){ };
	stop_hold(true);
	pid = fork();
	if (!pid)
		worker_main(scenario, size, folio, layout, parent);
	stop_kills(pid < 0 ? 0 : pid);
	stop_hold(false);
	if (pid < 0)
		return complain_errno(errno, "fork");
	return worker_wait(pid, scenario->name, sample);
}

/* ---- its memory ---- */

/*
 * Nothing else is under this third-level entry, so page tables are always the
 * same.
 */
#define AREA_AT		((void *)0x100000000000)

/* Documentation/admin-guide/mm/pagemap.rst */
#define PM_PRESENT	(1ull << 63)
#define PM_SWAPPED	(1ull << 62)
#define PM_PFN		((1ull << 55) - 1)
#define KPF_HEAD	(1ull << 15)
#define KPF_TAIL	(1ull << 16)

#define NR_WINDOW	512

/* A part of a file of 64-bit words. It is read when it is needed. */
struct window {
	int fd;
	uint64_t first;
	size_t nr;
	uint64_t words[NR_WINDOW];
};

static struct window *window_open(struct window *window, const char *path)
{
	window->nr = 0;
	window->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (window->fd < 0)
		worker_fail_errno(path);
	return window;
}

static uint64_t window_word(struct window *window, uint64_t index)
{
	ssize_t nr;

	if (index - window->first >= window->nr) {
		window->first = index - index % NR_WINDOW;
		nr = pread(window->fd, window->words, sizeof(window->words),
			   window->first * sizeof(uint64_t));
		window->nr = nr > 0 ? nr / sizeof(uint64_t) : 0;
	}
	return index - window->first < window->nr ?
	       window->words[index - window->first] : 0;
}

void area_map(struct area *area, int flags)
{
	area->at = mmap(AREA_AT, area->size, PROT_READ | PROT_WRITE,
			flags | MAP_FIXED_NOREPLACE, -1, 0);
	if (area->at == MAP_FAILED)
		worker_fail_errno("mmap");
}

void area_advise(const struct area *area)
{
	bool huge = area->folio > (size_t)getpagesize();

	if (madvise(area->at, area->size,
		    huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) && huge)
		worker_fail_errno("MADV_HUGEPAGE");
}

void area_write(const struct area *area)
{
	volatile char *at = area->at;

	for (size_t i = 0; i < area->size; i += 4096)
		at[i] = 0;
}

void area_read(const struct area *area)
{
	volatile char *at = area->at;

	for (size_t i = 0; i < area->size; i += 4096)
		(void)at[i];
}

/* Is it a folio of exactly this size? There must be no further tail. */
static bool is_folio(struct window *flags, uint64_t pfn, size_t nr)
{
	uint64_t word = window_word(flags, pfn);

	if (nr == 1)
		return !(word & (KPF_HEAD | KPF_TAIL));
	return word & KPF_HEAD &&
	       window_word(flags, pfn + nr - 1) & KPF_TAIL &&
	       !(window_word(flags, pfn + nr) & KPF_TAIL);
}

void area_check(const struct area *area)
{
	static struct window map, flags;
	size_t nr = area->folio / 4096, good = 0, all = area->size / area->folio;
	uint64_t entry, first = (uintptr_t)area->at / 4096;

	window_open(&map, "/proc/self/pagemap");
	window_open(&flags, "/proc/kpageflags");
	for (size_t i = 0; i < all; i++) {
		entry = window_word(&map, first + i * nr);
		if (entry & PM_PRESENT && !(entry & PM_PFN))
			worker_fail("only root sees page frame numbers");
		good += entry & PM_PRESENT &&
			is_folio(&flags, entry & PM_PFN, nr);
	}
	close(map.fd);
	close(flags.fd);
	if (good != all)
		worker_fail("the machine gave %zu of %zu folios of %zu KiB: memory is too small or too fragmented for more",
			    good, all, area->folio / 1024);
	area_check_layout(area);
}

uint64_t area_pfn(const struct area *area)
{
	static struct window map;
	uint64_t entry;

	window_open(&map, "/proc/self/pagemap");
	entry = window_word(&map, (uintptr_t)area->at / 4096);
	close(map.fd);
	return entry & PM_PFN;
}

static bool folio_has_layout(int state, uint64_t pfn, const char *layout)
{
	struct rmap_ab_page page;

	if (page_records_read(state, RMAP_AB_FILE_PAGE_STATE, pfn, 1, &page,
			      sizeof(page)) != 1)
		return false;
	return !(page.flags & RMAP_AB_FOLIO_LAYOUT_NONE) ==
	       !!strcmp(layout, RMAP_AB_LAYOUT_NONE);
}

void area_check_layout(const struct area *area)
{
	static struct window map;
	size_t nr = area->folio / 4096, good = 0, all = area->size / area->folio;
	uint64_t first = (uintptr_t)area->at / 4096;
	int state;

	if (!area->layout)
		return;
	state = control_open_read(RMAP_AB_FILE_PAGE_STATE);
	if (state < 0)
		worker_fail("the layout of folios cannot be verified");
	window_open(&map, "/proc/self/pagemap");
	for (size_t i = 0; i < all; i++)
		good += folio_has_layout(state, window_word(&map, first + i * nr) & PM_PFN,
					 area->layout);
	close(map.fd);
	close(state);
	if (good != all)
		worker_fail("%zu of %zu folios of %zu KiB have the layout '%s'", good,
			    all, area->folio / 1024, area->layout);
}

void area_check_swapped(const struct area *area)
{
	static struct window map;
	uint64_t first = (uintptr_t)area->at / 4096;
	size_t swapped = 0, all = area->size / 4096;

	window_open(&map, "/proc/self/pagemap");
	for (size_t i = 0; i < all; i++)
		swapped += !!(window_word(&map, first + i) & PM_SWAPPED);
	close(map.fd);
	if (swapped != all)
		worker_fail("the machine swapped out %zu of %zu pages",
			    swapped, all);
}

void area_check_pmds(const struct area *area, size_t bytes)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	unsigned long start, kib, found = 0;
	char line[256];
	bool ours = false;

	if (!file)
		worker_fail_errno("/proc/self/smaps");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%*x %*s", &start) == 1 && line[8] != ' ' &&
		    strchr(line, '-'))
			ours = start == (uintptr_t)area->at;
		else if (ours && sscanf(line, "AnonHugePages: %lu", &kib) == 1)
			found += kib * 1024;
	}
	fclose(file);
	if (found != bytes)
		worker_fail("the machine maps %lu KiB of %zu by PMDs, not %zu",
			    found / 1024, area->size / 1024, bytes / 1024);
}

void area_split_pmds(const struct area *area)
{
	for (char *at = area->at; at < area->at + area->size; at += area->folio)
		if (mprotect(at, 4096, PROT_READ))
			worker_fail_errno("mprotect");
}

void area_join(const struct area *area)
{
	if (mprotect(area->at, area->size, PROT_READ | PROT_WRITE))
		worker_fail_errno("mprotect");
}

void area_fill_anon(struct area *area)
{
	area_map(area, MAP_PRIVATE | MAP_ANONYMOUS);
	area_advise(area);
	area_write(area);
	area_check(area);
	if (area->folio < machine_pmd_size())
		return;
	area_split_pmds(area);
	area_join(area);
	area_check_pmds(area, 0);
	/* mprotect() has removed the write permission of each first page. */
	area_write(area);
}
