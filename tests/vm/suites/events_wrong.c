// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/rmap_ab.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/corrupt.h"
#include "lib/event.h"
#include "lib/fault.h"
#include "lib/kmod.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "suites/events_wrong.h"

#define GUARD RMAP_AB RMAP_AB_FILE_GUARD

/* Below everything else that the process has mapped: fork comes here first. */
#define LOWEST ((char *)0x10000000UL)

/* ---- revert, clear ---- */

/* With the guard around it. */
static void use_page(int fd, uint64_t *seq)
{
	struct netlink_message m;

	must(!text_write(IMPLEMENTATION, "page"), "use page");
	event_next(fd, &m, RMAP_AB_CMD_SWITCH_NTF, seq);
	must(!text_write(GUARD, "1"), "guard on");
	event_next(fd, &m, RMAP_AB_CMD_LAYERS_NTF, seq);
	event_has(&m, 0, RMAP_AB_A_INSTRUMENTED, "guard");
}

/* The page at @p has one mapping less than it should have, when a fork looks. */
static void await_revert(int fd, const char *p, struct netlink_message *m,
			 uint64_t *seq)
{
	struct peer child;

	corrupt(page_frame(p), "page_mapcount", -1);
	peer_start(&child, peer_pause_once, NULL);
	event_next(fd, m, RMAP_AB_CMD_SWITCH_NTF, seq);
	event_has(m, 0, RMAP_AB_A_PREVIOUS, "page");
	event_has(m, 0, RMAP_AB_A_CURRENT, RMAP_AB_BUILTIN);
	event_next(fd, m, RMAP_AB_CMD_LAYERS_NTF, seq);
	event_has(m, 0, RMAP_AB_A_INSTRUMENTED, "none");
	event_next(fd, m, RMAP_AB_CMD_REVERT_NTF, seq);
	corrupt(page_frame(p), "page_mapcount", 1);
	peer_finish(&child);
}

static void is_revert_of(const struct netlink_message *m, const char *p)
{
	char reason[256];

	event_has(m, 0, RMAP_AB_A_CURRENT, RMAP_AB_BUILTIN);
	event_has(m, 0, RMAP_AB_A_PREVIOUS, "page");
	event_has(m, 0, RMAP_AB_A_INSTRUMENTED, "none");
	snprintf(reason, sizeof(reason),
		 "page_mapcount too low: found by folio_try_dup_anon_rmap_pte() of page, pfn %#llx",
		 (unsigned long long)page_frame(p));
	event_has(m, 0, RMAP_AB_A_LAST_REVERT, reason);
	must(netlink_number(m, 0, RMAP_AB_A_NR_REVERTS) == 1, "one revert");
	must(netlink_number(m, 0, RMAP_AB_A_SWITCH_SEQ) == 2, "two switches");
	event_is_status(m);
}

void events_revert(void)
{
	struct netlink_message m;
	uint64_t seq = 0;
	char *p = small_map(1);
	int fd;

	pages_fill(p, 0, 1, 1);
	must(!kmod_unload("rmap_ab") && !kmod_load("rmap_ab", "allow_corrupt=1"),
	     "load it anew");
	fd = event_open();
	use_page(fd, &seq);
	await_revert(fd, p, &m, &seq);
	event_has(&m, 0, RMAP_AB_A_STATE, RMAP_AB_STATE_REVERTED);
	is_revert_of(&m, p);
	event_none(fd);
	must(!text_write(GUARD, "clear"), "clear");
	event_next(fd, &m, RMAP_AB_CMD_CLEAR_NTF, &seq);
	event_has(&m, 0, RMAP_AB_A_STATE, RMAP_AB_STATE_BUILTIN);
	is_revert_of(&m, p);
	must(!text_write(GUARD, "clear"), "once more");
	event_none(fd);
	pages_verify(p, 0, 1, 1);
}

/* ---- faults ---- */

static void next_fault(int fd, uint64_t *seq, const char *name,
		       const char *operation)
{
	struct netlink_message m;

	event_next(fd, &m, RMAP_AB_CMD_FAULT_NTF, seq);
	event_has(&m, RMAP_AB_A_FAULT, RMAP_AB_A_FAULT_NAME, name);
	event_has(&m, RMAP_AB_A_FAULT, RMAP_AB_A_FAULT_OPERATION, operation);
	event_is_status(&m);
}

static void next_layers(int fd, uint64_t *seq, const char *layers)
{
	struct netlink_message m;

	event_next(fd, &m, RMAP_AB_CMD_LAYERS_NTF, seq);
	event_has(&m, 0, RMAP_AB_A_INSTRUMENTED, layers);
}

/* The page is tried once, and again when there is another to copy it to. */
static void refused_fork(int fd, uint64_t *seq)
{
	char *p = mmap(LOWEST, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		       MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	struct peer child;
	int i;

	must(p == LOWEST, "map a page");
	pages_fill(p, 0, 1, 1);
	fault_begin(TRY_DUP, 2);
	next_layers(fd, seq, "fault");
	peer_start(&child, peer_pause_once, NULL);
	must(page_mapcount(p) == 1, "it is copied");
	for (i = 0; i < 2; i++)
		next_fault(fd, seq, TRY_DUP, "folio_try_dup_anon_rmap_pte");
	peer_finish(&child);
	fault_end(TRY_DUP);
	must(!text_write(FAULT_OPS, "0"), "no more");
	next_layers(fd, seq, "none");
}

void events_fault(void)
{
	uint64_t seq;
	int fd;

	fault_need();
	seq = event_seq();
	fd = event_open();
	refused_fork(fd, &seq);
	if (!fault_nth_is_shared()) {
		fault_nth(1);
		must(text_write(IMPLEMENTATION, "page") == -ENOMEM, "no page");
		next_fault(fd, &seq, FAIL_AB, "install");
	}
	event_none(fd);
	must(event_seq() == seq, "each has its number");
}

/*
 * Everything that can fail does, and one reader listens. The event that reports a
 * fault must not be the next fault. Otherwise no event ever arrives, and this test
 * waits in vain.
 */
void events_fault_of_fault(void)
{
	uint64_t seq;
	int fd;

	fault_need();
	seq = event_seq();
	fd = event_open();
	fault_set(FAIL_AB, "verbose", 0);
	fault_set(FAIL_AB, "task-filter", 0);
	fault_set(FAIL_AB, "times", -1);
	fault_set(FAIL_AB, "probability", 100);
	must(text_write(IMPLEMENTATION, "page") == -ENOMEM, "no page");
	next_fault(fd, &seq, FAIL_AB, "install");
	must(text_write(IMPLEMENTATION, "page") == -ENOMEM, "still no page");
	next_fault(fd, &seq, FAIL_AB, "install");
	fault_end(FAIL_AB);
	event_none(fd);
	must(event_seq() == seq, "each has its number, and there is no other");
}

/* The second step of a switch is to say that it has happened. */
void events_unsent(void)
{
	struct netlink_message m;
	uint64_t seq;
	int fd;

	fault_need();
	if (fault_nth_is_shared())
		tap_skip("failslab and fail_page_alloc of this kernel count, too");
	seq = event_seq();
	fd = event_open();
	fault_nth(2);
	must(!text_write(IMPLEMENTATION, "page"), "use page");
	must(!fault_nth_left(), "the second has come");
	seq++;
	next_fault(fd, &seq, FAIL_AB, "message_new");
	must(!text_write(IMPLEMENTATION, RMAP_AB_BUILTIN), "builtin");
	event_next(fd, &m, RMAP_AB_CMD_SWITCH_NTF, &seq);
	event_has(&m, 0, RMAP_AB_A_PREVIOUS, "page");
	event_none(fd);
}
