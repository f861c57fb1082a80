// SPDX-License-Identifier: GPL-2.0
/*
 * All memory: the statistics AnonPages and Mapped, and partial mappings.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accuracy/accuracy.h"
#include "cli/complain.h"
#include "kernel/debugfs.h"
#include "kernel/page_size.h"
#include "kernel/page_state.h"

#define LOOKS		5

/* As in /proc/vmstat, in pages. */
struct statistics {
	uint64_t anon;
	uint64_t mapped;
};

/* One look at all page frames. */
struct look {
	struct accuracy_source *source;
	struct statistics tables;
	struct accuracy_partial partial;
	uint64_t unknown;
	bool racy;
};

static char *proc_path(const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", debugfs_proc(), name) < 0 ? NULL : path;
}

/* Each CPU has a share of the statistics. This adds them up. */
static void fold_statistics(void)
{
	char *path = proc_path("sys/vm/stat_refresh");
	int fd = path ? open(path, O_WRONLY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		if (write(fd, "1", 1) < 0)
			errno = 0;
		close(fd);
	}
	free(path);
}

static void take_line(const char *line, struct statistics *statistics)
{
	char key[32];
	uint64_t value;

	if (sscanf(line, "%31s %" SCNu64, key, &value) != 2)
		return;
	if (!strcmp(key, "nr_anon_pages"))
		statistics->anon = value;
	else if (!strcmp(key, "nr_mapped"))
		statistics->mapped = value;
}

static int read_statistics(struct statistics *statistics)
{
	char *path = proc_path("vmstat");
	FILE *file;
	char line[128];

	fold_statistics();
	file = path ? fopen(path, "re") : NULL;
	free(path);
	*statistics = (struct statistics){ };
	if (!file)
		return complain_errno(errno, "cannot read vmstat");
	while (fgets(line, sizeof(line), file))
		take_line(line, statistics);
	fclose(file);
	return 0;
}

/* What a mapped page of that kind is counted in. */
static uint64_t *statistic_of(struct look *look, unsigned int kind)
{
	switch (kind) {
	case RMAP_AB_KIND_ANON:
	case RMAP_AB_KIND_KSM:
		return &look->tables.anon;
	case RMAP_AB_KIND_FILE:
	case RMAP_AB_KIND_SHMEM:
	case RMAP_AB_KIND_NOT_RMAPPABLE:
		return &look->tables.mapped;
	default:
		return NULL;
	}
}

/* The counters are only needed where the page tables do not tell. */
static const struct rmap_ab_page *page_of(struct look *look, uint64_t pfn)
{
	const struct rmap_ab_page *page;

	return page_state_near(&look->source->state, pfn, 1, &page) > 0 ? page :
									NULL;
}

static int take_frame(struct look *look, uint64_t pfn,
		      const struct rmap_ab_mappings *m)
{
	const bool known = m->flags & RMAP_AB_MAPPINGS_KNOWN;
	const bool head = m->order && m->head_pfn == pfn;
	uint64_t *statistic = statistic_of(look, m->kind);
	static const struct rmap_ab_page none;
	const struct rmap_ab_page *page = &none;
	uint64_t nr, unknown = 0;

	look->racy |= m->flags & RMAP_AB_MAPPINGS_RACY;
	if (!statistic)
		return 0;
	if (!known || head)
		page = page_of(look, pfn);
	if (!page)
		return -EIO;
	nr = accuracy_mappings(m, page, &unknown);
	*statistic += nr > 0;
	/* A driver has more pages than it maps. */
	look->unknown += unknown && nr;
	if (head)
		accuracy_partial_add(&look->partial, m, page);
	return 0;
}

static int take_frames(struct look *look)
{
	struct accuracy_source *source = look->source;
	const uint64_t end = page_state_end(&source->state);
	ssize_t got = 1;
	uint64_t pfn;
	int ret = 0;

	for (pfn = 0; pfn < end && got > 0 && !ret; pfn += got) {
		got = page_mappings_read(source->mappings, pfn,
					 end - pfn < PAGEMAP_BATCH ? end - pfn :
					 PAGEMAP_BATCH, source->records);
		for (ssize_t i = 0; i < got && !ret; i++)
			ret = take_frame(look, pfn + i, &source->records[i]);
	}
	return ret ? ret : got < 0 ? got : 0;
}

static void set_result(struct accuracy_machine *result, const struct look *look,
		       const struct statistics *says)
{
	const uint64_t kib = page_size() / 1024;

	result->anon_pages = says->anon * kib;
	result->anon_pages_tables = look->tables.anon * kib;
	result->anon_pages_error = result->anon_pages -
				   result->anon_pages_tables;
	result->mapped = says->mapped * kib;
	result->mapped_tables = look->tables.mapped * kib;
	result->mapped_error = result->mapped - result->mapped_tables;
	result->partial = look->partial;
	result->unknown = look->unknown;
}

static int look_once(struct accuracy_source *source,
		     struct accuracy_machine *result)
{
	struct look look = { .source = source };
	struct statistics before, after;
	int ret = read_statistics(&before);

	ret = ret ? ret : take_frames(&look);
	ret = ret ? ret : read_statistics(&after);
	if (ret)
		return ret;
	set_result(result, &look, &after);
	result->racy = look.racy || memcmp(&before, &after, sizeof(before));
	return 0;
}

int accuracy_machine(struct accuracy_source *source,
		     struct accuracy_machine *result)
{
	int ret;

	*result = (struct accuracy_machine){ };
	do {
		page_state_forget(&source->state);
		ret = look_once(source, result);
		result->looks++;
	} while (!ret && result->racy && result->looks < LOOKS);
	return ret;
}
