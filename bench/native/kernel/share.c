// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/page_ref.h>

#include "space.h"
#include "tries.h"

static struct { struct space *parent, *child; } processes[WORK_MAX_PROCESSES];
static unsigned long nr_shared;

/* Memory of one process, which forks all others. */
void share_prepare(unsigned int order, unsigned int nr_pages, int nr_processes)
{
	nr_shared = nr_pages;
	for (int i = 0; i < nr_processes; i++) {
		if (!processes[i].parent) {
			processes[i].parent = space_new();
			processes[i].child = space_new();
		}
		space_clear(processes[i].parent, nr_pages);
		space_clear(processes[i].child, nr_pages);
	}
	space_fill(processes[0].parent, order, nr_pages);
	for (int i = 1; i < nr_processes; i++)
		space_fork(processes[i].parent, processes[0].parent);
}

void share_begin(int process, int nr_processes)
{
	tries_set_process(process, nr_processes);
}

void share_fork(int process)
{
	space_fork(processes[process].child, processes[process].parent);
}

void share_exit(int process)
{
	space_zap(processes[process].child);
}

const char *share_check(int nr_processes)
{
	struct page *page = memory_folio_pages();

	for (unsigned long i = 0; i < nr_shared; i++)
		if (atomic_read(&page[i]._mapcount) + 1 != nr_processes)
			return "the mapcount of a shared page";
	if (folio_ref_count(page_folio(page)) != nr_processes * folio_nr_pages(page_folio(page)))
		return "the references of a shared folio";
	return NULL;
}
