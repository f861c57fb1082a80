// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/contend.h"
#include "bench/machine.h"

/* A byte for each process: "go"; and a pipe whose end means that they may end. */
static int go[2], end[2];

/* By process: a byte for "it is ready", another one for "it has finished". */
static int from[CPU_SETSIZE];

static void say(int fd)
{
	if (write(fd, "", 1) != 1)
		worker_fail_errno("write to a pipe");
}

/* Returns false if the other end is closed. */
static bool hear(int fd)
{
	char byte;
	ssize_t nr;

	do {
		nr = read(fd, &byte, 1);
	} while (nr < 0 && errno == EINTR);
	if (nr < 0)
		worker_fail_errno("read from a pipe");
	return nr;
}

static void go_to_cpu(unsigned int nth)
{
	cpu_set_t set = machine_cpu(nth);

	if (sched_setaffinity(0, sizeof(set), &set))
		worker_fail_errno("sched_setaffinity");
}

/* What each process does between "go" and "it has finished". */
typedef void (*work_fn)(const struct area *area);

/* The child is on the same CPU. */
static void fork_and_unmap_once(const struct area *folio)
{
	const pid_t pid = fork();
	int status;

	if (pid < 0)
		worker_fail_errno("fork");
	if (!pid) {
		if (munmap(folio->at, folio->size))
			worker_fail_errno("munmap");
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			worker_fail_errno("waitpid");
	if (status)
		worker_fail("a child ended with status %#x", status);
}

static size_t fork_rounds;

static void fork_and_unmap(const struct area *folio)
{
	for (size_t i = 0; i < fork_rounds; i++)
		fork_and_unmap_once(folio);
}

static void map_and_unmap(const struct area *file)
{
	area_read(file);
	if (madvise(file->at, file->size, MADV_DONTNEED))
		worker_fail_errno("MADV_DONTNEED");
}

static void __attribute__((noreturn))
process_main(unsigned int nth, int leader, const struct area *area, work_fn work)
{
	close(go[1]);
	close(end[1]);
	go_to_cpu(nth);
	say(leader);
	if (!hear(go[0]))
		_exit(1);
	work(area);
	say(leader);
	/* When nothing is measured any more. */
	hear(end[0]);
	_exit(0);
}

static void start(unsigned int nth, const struct area *area, work_fn work)
{
	const pid_t parent = getpid();
	int own[2];
	pid_t pid;

	if (pipe(own))
		worker_fail_errno("pipe");
	pid = fork();
	if (pid < 0)
		worker_fail_errno("fork");
	if (pid) {
		/* Nobody else can write there: if the process is gone, that shows. */
		close(own[1]);
		from[nth] = own[0];
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	process_main(nth, own[1], area, work);
}

static void hear_all(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!hear(from[i]))
			worker_fail("a process ended early");
}

static void wait_for_all(unsigned int nr)
{
	int status;

	for (unsigned int i = 0; i < nr; i++) {
		if (wait(&status) < 0)
			worker_fail_errno("wait");
		if (status)
			worker_fail("a process ended with status %#x", status);
	}
}

/* Struct pages that are not where the plugin looks would count as no transfers. */
static void check_watched(const struct sample *sample)
{
	if (counts_find() == COUNT_TRANSFERS && !sample->of[METRIC_FOLIO_ACCESSES])
		worker_fail("the emulator has not seen the folio's struct pages: the kernel has them elsewhere");
}

/* On each CPU a process of its own does @work, all at the same time. */
static void contend(const struct area *area, work_fn work, struct sample *sample)
{
	const unsigned int nr = machine_cpus();

	if (pipe(go) || pipe(end))
		worker_fail_errno("pipe");
	for (unsigned int i = 0; i < nr; i++)
		start(i, area, work);
	hear_all(nr);
	region_begin();
	for (unsigned int i = 0; i < nr; i++)
		say(go[1]);
	hear_all(nr);
	region_end(sample);
	close(end[1]);
	wait_for_all(nr);
	check_watched(sample);
}

void contend_run(struct area *area, struct sample *sample)
{
	struct area folio = *area;

	folio.size = area->folio;
	fork_rounds = area->size / folio.size;
	area_fill_anon(&folio);
	region_watch(area_pfn(&folio), folio.size / getpagesize());
	contend(&folio, fork_and_unmap, sample);
}

void library_run(struct area *area, struct sample *sample)
{
	area_map(area, MAP_SHARED | MAP_ANONYMOUS);
	area_write(area);
	area_check(area);
	region_watch(area_pfn(area), area->folio / getpagesize());
	if (madvise(area->at, area->size, MADV_DONTNEED))
		worker_fail_errno("MADV_DONTNEED");
	contend(area, map_and_unmap, sample);
}
