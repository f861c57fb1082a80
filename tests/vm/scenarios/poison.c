// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of large folios fail while fork and a split of a PMD mapping change their flags.
 * A page that the kernel has marked once stays marked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/pages.h"
#include "lib/scenario.h"
#include "lib/text.h"
#include "lib/truth.h"

#define INJECT "/sys/kernel/debug/hwpoison/"

enum { ROUNDS = 16 };

/* The process that reports a failure of each frame that it is told. */
static void report_failures(int from, int to)
{
	char text[32];
	uint64_t pfn;
	int err;

	while (read(from, &pfn, sizeof(pfn)) == sizeof(pfn)) {
		snprintf(text, sizeof(text), "%llu", (unsigned long long)pfn);
		err = text_write(INJECT "corrupt-pfn", text);
		if (write(to, &err, sizeof(err)) != sizeof(err))
			break;
	}
	_exit(0);
}

struct reporter {
	pid_t pid;
	int ask, answer;
};

static void reporter_start(struct reporter *r)
{
	int ask[2], answer[2];

	must(!pipe(ask) && !pipe(answer), "pipes");
	r->pid = fork();
	must(r->pid >= 0, "fork");
	if (!r->pid) {
		close(ask[1]);
		report_failures(ask[0], answer[1]);
	}
	close(ask[0]);
	close(answer[1]);
	r->ask = ask[1];
	r->answer = answer[0];
}

static void reporter_end(struct reporter *r)
{
	close(r->ask);
	must(waitpid(r->pid, NULL, 0) == r->pid, "the reporter ends");
	close(r->answer);
}

/* Splits the PMD mapping by a page of other rights, and forks: both without touching it. */
static void change_flags(char *p)
{
	int status;
	pid_t pid;

	must(!mprotect(p + PAGE, PAGE, PROT_READ), "split the mapping");
	pid = fork();
	if (!pid)
		_exit(0);
	must(pid > 0, "fork");
	must(waitpid(pid, &status, 0) == pid && !status, "the child, status %#x", status);
}

/*
 * One page of a new folio fails meanwhile. Whether the kernel can do without it depends on
 * what the process does just then; but it must not forget it.
 */
static void fail_one(struct reporter *r, size_t page)
{
	char *p = thp_map(1);
	char text[32];
	uint64_t pfn;
	int err;

	pages_fill(p, 0, PMD_PAGES, 1);
	must(page_by_pmd(p), "a THP");
	pfn = page_frame(p + page * PAGE);
	must(write(r->ask, &pfn, sizeof(pfn)) == sizeof(pfn), "ask");
	change_flags(p);
	must(read(r->answer, &err, sizeof(err)) == sizeof(err), "an answer");
	must(frame_failed(pfn), "page %zu is marked as failed, the report says %d", page, err);
	change_flags(p);
	must(frame_failed(pfn), "page %zu is still marked", page);
	counts_agree("after a failure");
	thp_take_apart(p, page);
	pages_unmap(p, PMD);
	must(frame_failed(pfn), "page %zu is marked though nobody maps it", page);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)pfn);
	text_write(INJECT "unpoison-pfn", text);
}

static void thp_fails(void)
{
	struct reporter r;
	size_t i;

	reporter_start(&r);
	for (i = 0; i < ROUNDS; i++)
		fail_one(&r, i < 4 ? i : rand() % PMD_PAGES);
	reporter_end(&r);
	counts_agree("at the end");
}

const struct scenario poison_scenarios[] = {
	{ "poison/thp", thp_fails, NEED_THP | NEED_SPLIT | NEED_POISON,
	  ADD_NEW_ANON | ADD_ANON_PTES | DUP_ANON_PTES | REMOVE_PMD | REMOVE_PTES },
	{ 0 }
};
