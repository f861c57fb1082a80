// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/pages.h"
#include "lib/scenario.h"
#include "lib/text.h"
#include "lib/uapi.h"
#include "stress/act.h"
#include "stress/disturb.h"

#define LRU_GEN "/sys/kernel/debug/lru_gen"
#define FAILURES "/sys/devices/system/node/node%d/memory_failure/total"

enum { NODES = 2, VICTIM_PAGES = PMD_PAGES, PATTERN = 9 };

static atomic_uint *turn;	/* of all processes */

static void compact(char *page)
{
	(void)page;
	(void)text_write("/proc/sys/vm/compact_memory", "1");
}

/*
 * Starts a new generation on each node, for the first memcg, which is the root.
 * This walks page tables. The file has lines "memcg ID PATH", " node ID", and
 * one for each generation, the youngest last.
 */
static void age(char *page)
{
	static char text[1 << 16];
	int memcg = -1, node = -1;
	unsigned long youngest = 0;
	char command[64], *line, *rest = text;

	(void)page;
	if (text_read(LRU_GEN, text, sizeof(text)) <= 0)
		return;
	while ((line = strsep(&rest, "\n"))) {
		const bool is_memcg = !strncmp(line, "memcg ", 6);

		if (sscanf(line, " %lu", &youngest) == 1)
			continue;
		if (node >= 0) {
			snprintf(command, sizeof(command), "+ %d %d %lu", memcg,
				 node, youngest);
			(void)text_append(LRU_GEN, command);
		}
		node = -1;
		if (is_memcg && memcg >= 0)
			return;
		if (is_memcg)
			sscanf(line, "memcg %d", &memcg);
		else
			sscanf(line, " node %d", &node);
	}
}

/* The contents move to another frame. This one is not used any more. */
static void retire(char *page)
{
	/* It may fail for many reasons; then it has done nothing. */
	(void)madvise(page, PAGE, MADV_SOFT_OFFLINE);
}

/* The handler only keeps the signal from killing the process. */
static void survive(int sig)
{
	(void)sig;
}

/* All but the page that failed is as it was, in the child, too. */
static void __attribute__((noreturn)) look_after(const char *p, int failed,
						 int wait)
{
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	must(!read(wait, &byte, 1), "the end of the pipe");
	pages_verify(p, 0, failed, PATTERN);
	pages_verify(p, failed + 1, VICTIM_PAGES - failed - 1, PATTERN);
	_exit(0);
}

/* A page that two processes map fails. A process that asks for it gets a signal. */
static void __attribute__((noreturn)) be_victim(void)
{
	const struct sigaction action = { .sa_handler = survive };
	const int failed = act_random(VICTIM_PAGES);
	const bool thp = act_random(2) && !need_missing(NEED_THP | NEED_SPLIT);
	char *p = thp ? thp_map(1) : small_map(VICTIM_PAGES);
	int ends[2], status;
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	must(!sigaction(SIGBUS, &action, NULL), "sigaction");
	pages_fill(p, 0, VICTIM_PAGES, PATTERN);
	must(!pipe(ends), "a pipe");
	pid = fork();
	if (!pid) {
		close(ends[1]);
		look_after(p, failed, ends[0]);
	}
	must(pid > 0, "fork");
	if (madvise(p + failed * PAGE, PAGE, MADV_HWPOISON)) {
		must(errno != EINVAL, "MADV_HWPOISON");
		if (thp && errno == EHWPOISON)
			thp_take_apart(p, failed);
	}
	pages_verify(p, 0, failed, PATTERN);
	close(ends[1]);
	must(waitpid(pid, &status, 0) == pid && !status,
	     "the child of the victim, status %#x", status);
	_exit(0);
}

static void break_page(char *page)
{
	int status;
	pid_t pid;

	(void)page;
	if (disturb_failures() < 0)
		return;
	pid = fork();
	if (!pid)
		be_victim();
	must(pid > 0, "fork");
	must(waitpid(pid, &status, 0) == pid && !status,
	     "the victim of a memory failure, status %#x", status);
}

void disturb_prepare(void)
{
	turn = mmap(NULL, sizeof(*turn), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		    -1, 0);
	must(turn != MAP_FAILED, "memory for the turn");
}

void disturb(char *page)
{
	static void (*const disturbances[])(char *page) = {
		compact, retire, break_page, age, retire,
	};
	const unsigned int nr = sizeof(disturbances) / sizeof(disturbances[0]);

	must(!!turn, "disturb_prepare() was called");
	disturbances[atomic_fetch_add(turn, 1) % nr](page);
}

long long disturb_failures(void)
{
	long long sum = -1, nr;
	char path[128];
	int node;

	for (node = 0; node < NODES; node++) {
		snprintf(path, sizeof(path), FAILURES, node);
		nr = text_number(path, -1);
		if (nr >= 0)
			sum = (sum < 0 ? 0 : sum) + nr;
	}
	return sum;
}
