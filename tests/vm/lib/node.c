// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/node.h"
#include "lib/pages.h"
#include "lib/text.h"

int node_of(const void *p)
{
	void *pages[] = { (void *)p };
	int status;

	must(!syscall(SYS_move_pages, 0, 1UL, pages, NULL, &status, 0),
	     "ask for a page's node");
	must(status >= 0, "the page is there: %d", status);
	return status;
}

/* The list reads "0-1" or "0,2". */
int node_other(int node)
{
	char text[64];
	int first, last;

	must(text_read("/sys/devices/system/node/has_memory", text,
		       sizeof(text)) > 0, "the list of nodes");
	must(sscanf(text, "%d%*[-,]%d", &first, &last) == 2, "two nodes");
	return node == first ? last : first;
}

int node_move(char *p, size_t nr, size_t pages, int node)
{
	int status;
	long stayed;
	void *page;
	size_t i;

	for (i = 0; i < nr; i += pages) {
		page = p + i * PAGE;
		status = 0;
		stayed = syscall(SYS_move_pages, 0, 1UL, &page, &node, &status,
				 MPOL_MF_MOVE_ALL);
		must(stayed >= 0, "move_pages");
		if (stayed || status < 0)
			return stayed ? -EBUSY : status;
	}
	return 0;
}
