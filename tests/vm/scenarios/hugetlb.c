// SPDX-License-Identifier: GPL-2.0
/* hugetlb: one mapping maps the whole folio. */
#include <linux/memfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/files.h"
#include "lib/node.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/pin.h"
#include "lib/scenario.h"
#include "lib/truth.h"

enum { FOLIOS = 2, NR = FOLIOS * 512 };

static char *map_private(void)
{
	char *p = pages_map_fd(NR * PAGE, PMD,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1);

	pages_fill(p, 0, NR, 1);
	return p;
}

static void write_second(struct peer *self, void *arg)
{
	char *p = arg;

	pages_verify(p, 0, NR, 1);
	peer_pause(self);
	pages_verify(p, 0, NR, 1);
	pages_fill(p, NR / 2, NR / 2, 2);
	peer_pause(self);
	pages_verify(p, 0, NR / 2, 1);
	pages_verify(p, NR / 2, NR / 2, 2);
}

static void private_fork(void)
{
	char *p = map_private();
	struct peer child;

	must(page_exclusive(p), "folios of one process");
	counts_agree("after faults");
	peer_start(&child, write_second, p);
	must(page_mapcount(p + PAGE) == 2, "a folio of both");
	must(!page_exclusive(p), "of no process alone");
	counts_agree("after fork");
	peer_step(&child);
	must(page_mapcount(p + PMD) == 1, "the child has its own copy");
	counts_agree("after the child wrote");
	pages_fill(p, 0, PMD_PAGES, 3);
	counts_agree("after the parent wrote");
	peer_finish(&child);
	pages_verify(p, 0, PMD_PAGES, 3);
	pages_verify(p, PMD_PAGES, PMD_PAGES, 1);
	pages_unmap(p, PMD);
	counts_agree("after munmap of one");
}

static void write_shared(struct peer *self, void *arg)
{
	char *p = arg;

	pages_verify(p, 0, NR, 1);
	pages_fill(p, NR / 2, NR / 2, 2);
	peer_pause(self);
}

static void shared(void)
{
	const int fd = file_memfd(NR, MFD_HUGETLB);
	char *p = pages_map_fd(NR * PAGE, PMD, MAP_SHARED, fd);
	struct peer child;

	pages_fill(p, 0, NR, 1);
	peer_start(&child, write_shared, p);
	must(page_mapcount(p) == 2, "a folio of both");
	counts_agree("mapped by both");
	pages_verify(p, NR / 2, NR / 2, 2);
	must(!ftruncate(fd, PMD), "ftruncate");
	counts_agree("after the file was truncated");
	peer_finish(&child);
	pages_verify(p, 0, NR / 2, 1);
}

static void verify_mixed(struct peer *self, void *arg)
{
	char *p = arg;

	pages_verify(p, 0, PMD_PAGES, 2);
	pages_verify(p, PMD_PAGES, PMD_PAGES, 1);
	peer_pause(self);
}

/* A private mapping of a file: one folio of its own, one of the file. */
static void private_file(void)
{
	const int fd = file_memfd(NR, MFD_HUGETLB);
	char *file = pages_map_fd(NR * PAGE, PMD, MAP_SHARED, fd), *p;
	struct peer child;

	pages_fill(file, 0, NR, 1);
	p = pages_map_fd(NR * PAGE, PMD, MAP_PRIVATE, fd);
	pages_verify(p, 0, NR, 1);
	pages_fill(p, 0, PMD_PAGES, 2);
	counts_agree("after a write to a private copy");
	peer_start(&child, verify_mixed, p);
	must(page_mapcount(p) == 2 && page_mapcount(p + PMD) == 3,
	     "an anonymous and a file's folio of both");
	counts_agree("after fork");
	peer_finish(&child);
	pages_verify(file, 0, NR, 1);
}

/* Fork must copy a pinned folio, and the pinned one stays the parent's. */
static void pinned_fork(void)
{
	char *p = map_private();
	const uint64_t frame = page_frame(p);
	const int pin = pin_take(p, PMD);
	struct peer child;

	peer_start(&child, write_second, p);
	must(page_mapcount(p) == 1 && page_mapcount(p + PMD) == 2,
	     "the pinned folio was copied, the other one shared");
	counts_agree("after fork of a pinned folio");
	pages_fill(p, 0, PMD_PAGES, 3);
	must(page_frame(p) == frame, "the pinned folio has not been replaced");
	peer_step(&child);
	peer_finish(&child);
	pin_drop(pin);
	pages_verify(p, 0, PMD_PAGES, 3);
}

static void pause_and_verify(struct peer *self, void *arg)
{
	peer_pause(self);
	pages_verify(arg, 0, NR, 1);
}

static void move(char *p)
{
	const int node = node_other(node_of(p));

	must(!node_move(p, NR, PMD_PAGES, node), "move the folios");
	must(node_of(p) == node, "the folio has moved");
	pages_verify(p, 0, NR, 1);
}

static void migrate_private(void)
{
	char *p = map_private();
	struct peer child;

	move(p);
	must(page_exclusive(p), "still of one process");
	counts_agree("after the move of exclusive folios");
	peer_start(&child, pause_and_verify, p);
	move(p);
	must(page_mapcount(p) == 2, "mapped by both");
	must(!page_exclusive(p), "still of no process alone");
	counts_agree("after the move of shared folios");
	pages_fill(p, 0, 8, 2);
	peer_finish(&child);
}

static void migrate_shared(void)
{
	const int fd = file_memfd(NR, MFD_HUGETLB);
	char *p = pages_map_fd(NR * PAGE, PMD, MAP_SHARED, fd);

	pages_fill(p, 0, NR, 1);
	move(p);
	counts_agree("after the move of a file's folios");
}

#define PRIVATE (HUGETLB_NEW | HUGETLB_DUP | HUGETLB_REMOVE)
#define MOVED (HUGETLB_SHARE | HUGETLB_REMOVE | HUGETLB_ADD)

const struct scenario hugetlb_scenarios[] = {
	{ "hugetlb/private-fork", private_fork, NEED_HUGETLB, PRIVATE },
	{ "hugetlb/shared", shared, NEED_HUGETLB, HUGETLB_FILE | HUGETLB_REMOVE },
	{ "hugetlb/private-file", private_file, NEED_HUGETLB,
	  PRIVATE | HUGETLB_FILE },
	{ "hugetlb/pinned-fork", pinned_fork, NEED_HUGETLB | NEED_PIN, PRIVATE },
	{ "hugetlb/migrate-private", migrate_private, NEED_HUGETLB | NEED_NODES,
	  MOVED | HUGETLB_NEW | HUGETLB_DUP },
	{ "hugetlb/migrate-shared", migrate_shared, NEED_HUGETLB | NEED_NODES,
	  HUGETLB_FILE | HUGETLB_REMOVE },
	{ 0 }
};
