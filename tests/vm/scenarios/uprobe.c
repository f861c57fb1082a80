// SPDX-License-Identifier: GPL-2.0
/* Uprobes: a breakpoint replaces a page of program text by an anonymous copy. */
#include "lib/breakpoint.h"
#include "lib/check.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/truth.h"

static bool has_breakpoint(void)
{
	return *(volatile const unsigned char *)breakpoint_function == 0xcc;
}

static void call(struct peer *self, void *arg)
{
	(void)arg;
	must(breakpoint_function(1) == 2, "the function works");
	peer_pause(self);
	must(has_breakpoint() && breakpoint_function(1) == 2, "it works with a breakpoint");
	peer_pause(self);
	must(!has_breakpoint() && breakpoint_function(1) == 2, "it works without one");
}

static void call_late(struct peer *self, void *arg)
{
	(void)arg;
	must(has_breakpoint() && breakpoint_function(1) == 2, "fork copied the breakpoint");
	peer_pause(self);
	must(!has_breakpoint() && breakpoint_function(1) == 2, "it works without one");
}

static void breakpoint(void)
{
	struct peer other, child;
	bool taken;

	must(breakpoint_function(1) == 2, "the function works");
	peer_start(&other, call, NULL);
	breakpoint_insert();
	/* The uprobe must go whatever fails, so the result is judged after that. */
	taken = has_breakpoint() && breakpoint_function(1) == 2;
	peer_step(&other);
	counts_agree("with a breakpoint");
	peer_start(&child, call_late, NULL);
	counts_agree("after fork with a breakpoint");
	breakpoint_drop();
	counts_agree("after the breakpoint is gone");
	must(taken, "the breakpoint was there, and the function worked");
	must(!has_breakpoint() && breakpoint_function(1) == 2, "it works without one");
	peer_finish(&other);
	peer_finish(&child);
}

const struct scenario uprobe_scenarios[] = {
	{ "uprobe/breakpoint", breakpoint, NEED_UPROBES,
	  ADD_NEW_ANON | REMOVE_PTE | DUP_ANON_PTE },
	{ 0 }
};
