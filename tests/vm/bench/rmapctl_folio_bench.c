// SPDX-License-Identifier: GPL-2.0
/*
 * rmapctl_folio_bench PAGE-TYPES [MIB] measures how long `rmapctl folio --pid`
 * takes for a process with so much memory (1 GiB), and `page-types -p` of the
 * kernel's tools/mm for the same process; with small folios and with THP. It
 * takes the best of three runs of each, in turn. It fails if rmapctl takes more
 * than 1.2 times as long, or more than 32 MiB.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/clock.h"

#define ROUNDS		3
#define MAX_RATIO	1.2
#define MAX_KIB		(32 * 1024)

struct cost {
	double seconds;
	double user;	/* of these, outside of the kernel */
	long kib;
};

/* The tools' output goes nowhere: a pipe would also measure its reader. */
static void run(char **words, struct cost *best)
{
	double start = clock_now();
	struct rusage usage;
	int status;
	pid_t pid = fork();

	if (!pid) {
		const int out = open("/dev/null", O_WRONLY);

		dup2(out, STDOUT_FILENO);
		execvp(words[0], words);
		_exit(127);
	}
	must(wait4(pid, &status, 0, &usage) == pid, "wait4");
	must(!status, "%s: status %x", words[0], status);
	start = clock_now() - start;
	if (!best->seconds || start < best->seconds) {
		best->seconds = start;
		best->user = usage.ru_utime.tv_sec + usage.ru_utime.tv_usec / 1e6;
	}
	if (usage.ru_maxrss > best->kib)
		best->kib = usage.ru_maxrss;
}

/*
 * A process with memory. It is not the one that starts the tools, because a
 * process keeps its largest size across exec().
 */
static pid_t start_target(int advice, size_t size)
{
	int ready[2];
	pid_t pid;
	char *area, byte = 0;

	must(!pipe(ready), "pipe");
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		area = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		must(area != MAP_FAILED, "mmap");
		madvise(area, size, advice);
		for (size_t i = 0; i < size; i += 4096)
			area[i] = 1;
		must(write(ready[1], &byte, 1) == 1, "write");
		for (;;)
			pause();
	}
	close(ready[1]);
	must(read(ready[0], &byte, 1) == 1, "the target");
	close(ready[0]);
	return pid;
}

static bool compare(const char *what, char *page_types, int advice, size_t size)
{
	const pid_t target = start_target(advice, size);
	char pid[16], *theirs[] = { page_types, "-p", pid, NULL };
	char *ours[] = { "rmapctl", "folio", "--pid", pid, NULL };
	struct cost their = { }, our = { };

	snprintf(pid, sizeof(pid), "%d", target);
	for (int i = 0; i < ROUNDS; i++) {
		run(theirs, &their);
		run(ours, &our);
	}
	kill(target, SIGKILL);
	waitpid(target, NULL, 0);
	printf("%s: page-types -p %.2f s (%.2f out of the kernel), %ld KiB; rmapctl folio --pid %.2f s (%.2f), %ld KiB; ratio %.2f\n",
	       what, their.seconds, their.user, their.kib, our.seconds, our.user,
	       our.kib, our.seconds / their.seconds);
	return our.seconds <= MAX_RATIO * their.seconds && our.kib < MAX_KIB;
}

int main(int argc, char **argv)
{
	size_t size = (argc > 2 ? strtoul(argv[2], NULL, 10) : 1024) << 20;
	bool fine;

	if (argc < 2) {
		fputs("usage: rmapctl_folio_bench PAGE-TYPES [MIB]\n", stderr);
		return 2;
	}
	fine = compare("small folios", argv[1], MADV_NOHUGEPAGE, size);
	fine &= compare("THP", argv[1], MADV_HUGEPAGE, size);
	return fine ? 0 : 1;
}
