// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "lib/breakpoint.h"
#include "lib/check.h"
#include "lib/text.h"

#define TRACING "/sys/kernel/tracing/"
#define EVENT "rmap_vm_uprobe/probed"

__attribute__((noinline, aligned(4096))) int breakpoint_function(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

/* Finds where @function lies in its file, as "path:offset". */
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

void breakpoint_insert(void)
{
	char where[320], command[512];

	locate(breakpoint_function, where, sizeof(where));
	snprintf(command, sizeof(command), "p:" EVENT " %s\n", where);
	must(!text_append(TRACING "uprobe_events", command), "a uprobe");
	must(!text_write(TRACING "events/" EVENT "/enable", "1"),
	     "enable the uprobe");
}

void breakpoint_drop(void)
{
	must(!text_write(TRACING "events/" EVENT "/enable", "0"),
	     "disable the uprobe");
	must(!text_append(TRACING "uprobe_events", "-:" EVENT "\n"),
	     "remove the uprobe");
}
