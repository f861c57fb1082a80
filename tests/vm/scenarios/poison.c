// SPDX-License-Identifier: GPL-2.0
/*
 * A page of a huge page fails, and the kernel cannot split the huge page just then: so the
 * page stays mapped. What then changes its flags must not forget the mark: a split of
 * the PMD mapping makes it anon-exclusive, fork takes that away.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/pages.h"
#include "lib/pin.h"
#include "lib/scenario.h"
#include "lib/text.h"
#include "lib/truth.h"

#define INJECT "/sys/kernel/debug/hwpoison/"

/* The first two pages have flags of the folio beside those of the page. */
static const size_t failing[] = { 0, 1, 2, 3, 8, 77, PMD_PAGES - 1 };

static void tell(const char *file, uint64_t pfn)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)pfn);
	text_write(file, text);
}

/* While another page is pinned. The kernel says that it failed; the mark is what counts. */
static void fail_page(char *thp, uint64_t pfn, size_t page)
{
	const int pin = pin_take(thp + (page ^ 4) * PAGE, PAGE);

	tell(INJECT "corrupt-pfn", pfn);
	pin_drop(pin);
	must(frame_failed(pfn), "page %zu is marked", page);
	must(page_by_pmd(thp), "the huge page is still mapped as a whole");
}

static void fork_once(void)
{
	const pid_t pid = fork();
	int status;

	if (!pid)
		_exit(0);
	must(pid > 0, "fork");
	must(waitpid(pid, &status, 0) == pid && !status, "the child, status %#x", status);
}

/* One mapping again, so that fork duplicates all pages by one operation. */
static void split_by_rights(char *thp)
{
	must(!mprotect(thp + PAGE, PAGE, PROT_READ), "other rights of a page");
	must(!mprotect(thp + PAGE, PAGE, PROT_READ | PROT_WRITE), "the same rights again");
	must(!page_by_pmd(thp) && page_exclusive(thp + 5 * PAGE),
	     "PTEs map it, it is of one process");
}

static void keep_mark(size_t page)
{
	char *p = thp_map(1);
	uint64_t pfn;

	pages_fill(p, 0, PMD_PAGES, 1);
	pfn = page_frame(p + page * PAGE);
	fail_page(p, pfn, page);
	split_by_rights(p);
	must(frame_failed(pfn), "page %zu is marked after the split", page);
	counts_agree("after the split");
	fork_once();
	must(!page_exclusive(p + 5 * PAGE), "fork has looked at each page");
	must(frame_failed(pfn), "page %zu is marked after fork", page);
	counts_agree("after fork");
	thp_take_apart(p, page);
	pages_unmap(p, PMD);
	must(frame_failed(pfn), "page %zu is marked though nobody maps it", page);
	tell(INJECT "unpoison-pfn", pfn);
}

static void unsplit(void)
{
	for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++)
		keep_mark(failing[i]);
	counts_agree("at the end");
}

const struct scenario poison_scenarios[] = {
	{ "poison/unsplit", unsplit, NEED_THP | NEED_SPLIT | NEED_POISON | NEED_PIN,
	  ADD_NEW_ANON | ADD_ANON_PTES | DUP_ANON_PTES | REMOVE_PMD | REMOVE_PTES },
	{ 0 }
};
