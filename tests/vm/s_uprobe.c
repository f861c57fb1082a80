// SPDX-License-Identifier: GPL-2.0
/* Uprobes: a breakpoint replaces a page of program text by an anonymous copy. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "pages.h"
#include "peer.h"
#include "scenario.h"
#include "text.h"
#include "truth.h"

#define TRACING "/sys/kernel/tracing/"
#define EVENT "rmap_vm_uprobe/probed"

/* Alone on its page, so that the page has the breakpoint and nothing else. */
__attribute__((noinline, aligned(4096))) static int probed(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

/* Where @function lies in its file, as "path:offset". */
static void locate(const void *function, char *where, size_t size)
{
	const unsigned long address = (unsigned long)function;
	unsigned long start, end, offset;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512], path[256];

	must(maps, "/proc/self/maps");
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %*s %lx %*s %*s %255s", &start, &end,
			   &offset, path) == 4 &&
		    start <= address && address < end) {
			fclose(maps);
			snprintf(where, size, "%s:%#lx", path,
				 address - start + offset);
			return;
		}
	}
	fclose(maps);
	must(false, "the function is mapped");
}

static void insert(void)
{
	char where[320], command[512];

	locate(probed, where, sizeof(where));
	snprintf(command, sizeof(command), "p:" EVENT " %s\n", where);
	must(!text_append(TRACING "uprobe_events", command), "a uprobe");
	must(!text_write(TRACING "events/" EVENT "/enable", "1"),
	     "enable the uprobe");
}

static void drop(void)
{
	must(!text_write(TRACING "events/" EVENT "/enable", "0"),
	     "disable the uprobe");
	must(!text_append(TRACING "uprobe_events", "-:" EVENT "\n"),
	     "remove the uprobe");
}

static bool has_breakpoint(void)
{
	return *(volatile const unsigned char *)probed == 0xcc;
}

static void call(struct peer *self, void *arg)
{
	(void)arg;
	must(probed(1) == 2, "the function works");
	peer_pause(self);
	must(has_breakpoint() && probed(1) == 2, "it works with a breakpoint");
	peer_pause(self);
	must(!has_breakpoint() && probed(1) == 2, "it works without one");
}

static void call_late(struct peer *self, void *arg)
{
	(void)arg;
	must(has_breakpoint() && probed(1) == 2, "fork copied the breakpoint");
	peer_pause(self);
	must(!has_breakpoint() && probed(1) == 2, "it works without one");
}

static void breakpoint(void)
{
	struct peer other, child;
	bool taken;

	must(probed(1) == 2, "the function works");
	peer_start(&other, call, NULL);
	insert();
	/* From here on, the uprobe must go whatever fails. */
	taken = has_breakpoint() && probed(1) == 2;
	peer_step(&other);
	counts_agree("with a breakpoint");
	peer_start(&child, call_late, NULL);
	counts_agree("after fork with a breakpoint");
	drop();
	counts_agree("after the breakpoint is gone");
	must(taken, "the breakpoint was there, and the function worked");
	must(!has_breakpoint() && probed(1) == 2, "it works without one");
	peer_finish(&other);
	peer_finish(&child);
}

const struct scenario uprobe_scenarios[] = {
	{ "uprobe/breakpoint", breakpoint, NEED_UPROBES,
	  ADD_NEW_ANON | REMOVE_PTE | DUP_ANON_PTE },
	{ 0 }
};
