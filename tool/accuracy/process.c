// SPDX-License-Identifier: GPL-2.0
/*
 * One process: each page that it maps, and how often that page is mapped.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accuracy/accuracy.h"
#include "cli/complain.h"
#include "folio/walk.h"
#include "kernel/page_size.h"
#include "kernel/page_state.h"

/* How often the kernel and the page tables are asked at most. */
#define LOOKS		5

/* The kernel's own fraction, so that rounding is no difference. */
#define PSS_SHIFT	12

/* What page tables say, of a VMA or in all; sizes in pages. */
struct tally {
	uint64_t rss;
	uint64_t pss;	/* bytes, shifted by PSS_SHIFT */
	uint64_t uss;
	uint64_t one_mm;
	uint64_t exclusive;
	uint64_t exclusive_wrong;
	uint64_t exclusive_missing;
};

/* One look at a process. */
struct look {
	struct accuracy_source *source;
	struct process *process;
	struct tally vma;
	struct tally all;
	struct accuracy_partial partial;
	struct frame_set seen;
	uint64_t unknown;
	bool racy;
	uint64_t entries[PAGEMAP_BATCH];
};

int accuracy_open(struct accuracy_source *source)
{
	int ret = page_state_open(&source->state);

	if (ret)
		return ret;
	source->mappings = page_mappings_open();
	if (source->mappings >= 0)
		return 0;
	page_state_close(&source->state);
	return source->mappings;
}

void accuracy_close(struct accuracy_source *source)
{
	page_state_close(&source->state);
	close(source->mappings);
}

uint64_t accuracy_mappings(const struct rmap_ab_mappings *m,
			   const struct rmap_ab_page *page, uint64_t *unknown)
{
	int64_t mapcount = (int64_t)page->page_mapcount + page->entire_mapcount;

	if (m->flags & RMAP_AB_MAPPINGS_KNOWN)
		return m->mappings;
	++*unknown;
	return mapcount < 0 ? 0 : mapcount;
}

void accuracy_partial_add(struct accuracy_partial *partial,
			  const struct rmap_ab_mappings *m,
			  const struct rmap_ab_page *page)
{
	const bool taken = page->flags & RMAP_AB_FOLIO_PARTIALLY_MAPPED;
	const uint64_t nr = 1ULL << m->order;

	/* Only these can be queued for splitting. */
	if (m->kind != RMAP_AB_KIND_ANON || m->order < 2 ||
	    !(m->flags & RMAP_AB_MAPPINGS_KNOWN) || !m->nr_mapped)
		return;
	partial->large_folios++;
	if (m->nr_mapped == nr) {
		partial->partial_wrong += taken;
		return;
	}
	partial->partial++;
	partial->partial_unnoticed += !taken;
	partial->partial_unmapped += (nr - m->nr_mapped) * page_size() / 1024;
}

/*
 * Is this a page that smaps counts? Not those of hugetlb, nor what is mapped by
 * its number alone, as is the zero page. The huge zero page may look like a
 * driver's; but nobody counts its mappings.
 */
static bool is_counted(uint64_t entry, const struct rmap_ab_mappings *m,
		       const struct rmap_ab_page *page)
{
	switch (m->kind) {
	case RMAP_AB_KIND_HUGETLB:
		return false;
	case RMAP_AB_KIND_ANON:
	case RMAP_AB_KIND_KSM:
		return true;
	case RMAP_AB_KIND_NONE:
	case RMAP_AB_KIND_NOT_RMAPPABLE:
		return pagemap_is_file(entry) &&
		       (page->page_mapcount || page->large_mapcount);
	default:
		return pagemap_is_file(entry);
	}
}

static void take_bit(struct tally *tally, bool says, bool tables)
{
	tally->exclusive += says;
	tally->exclusive_wrong += says && !tables;
	tally->exclusive_missing += tables && !says;
}

static void take_page(struct look *look, uint64_t entry,
		      const struct rmap_ab_mappings *m,
		      const struct rmap_ab_page *page)
{
	struct tally *tally = &look->vma;
	uint64_t nr;

	look->racy |= m->flags & RMAP_AB_MAPPINGS_RACY;
	if (!is_counted(entry, m, page))
		return;
	nr = accuracy_mappings(m, page, &look->unknown);
	/* It was mapped when pagemap was read. */
	look->racy |= !nr;
	tally->rss++;
	tally->pss += (page_size() << PSS_SHIFT) / (nr ? nr : 1);
	tally->uss += nr < 2;
	tally->one_mm += !(m->flags & RMAP_AB_MAPPINGS_PAGE_SHARED) &&
			 (nr < 2 || m->flags & RMAP_AB_MAPPINGS_KNOWN);
	take_bit(tally, pagemap_is_exclusive(entry), nr == 1);
	if (m->order && !frame_set_add(&look->seen, m->head_pfn))
		accuracy_partial_add(&look->partial, m, page);
}

/* Takes consecutive page frames. Returns 0, or -errno after a complaint. */
static int take_frames(struct look *look, const uint64_t *entries, size_t nr)
{
	struct accuracy_source *source = look->source;
	const uint64_t pfn = pagemap_pfn(entries[0]);
	const struct rmap_ab_page *pages;
	ssize_t got = page_mappings_read(source->mappings, pfn, nr,
					 source->records);
	ssize_t some;

	for (ssize_t i = 0; i < got; i += some) {
		some = page_state_near(&source->state, pfn + i, got - i,
				       &pages);
		if (some <= 0)
			return some;
		for (ssize_t k = 0; k < some && i + k < got; k++)
			take_page(look, entries[i + k],
				  &source->records[i + k], &pages[k]);
	}
	return got < 0 ? got : 0;
}

static bool continues(const uint64_t *entries, size_t nr)
{
	return pagemap_is_present(entries[nr]) &&
	       pagemap_pfn(entries[nr]) == pagemap_pfn(entries[0]) + nr;
}

static int take_entries(struct look *look, size_t nr)
{
	size_t i, run;
	int ret = 0;

	for (i = 0; i < nr && !ret; i += run) {
		run = 1;
		if (!pagemap_is_present(look->entries[i]))
			continue;
		if (!pagemap_pfn(look->entries[i])) {
			complain("the kernel hides page frames: that needs CAP_SYS_ADMIN");
			return -EPERM;
		}
		while (i + run < nr && continues(look->entries + i, run))
			run++;
		ret = take_frames(look, look->entries + i, run);
	}
	return ret;
}

/* Reads the page tables of a VMA. Returns 0, or -errno after a complaint. */
static int take_vma(struct look *look, const struct vma *vma)
{
	uint64_t address = vma->start, left;
	ssize_t nr;
	int ret = 0;

	while (!ret) {
		address = pagemap_skip_holes(look->process, address, vma->last);
		if (address > vma->last)
			break;
		left = (vma->last - address) / page_size() + 1;
		nr = pagemap_read(look->process, address, look->entries,
				  left < PAGEMAP_BATCH ? left : PAGEMAP_BATCH);
		if (nr <= 0)
			return nr;
		ret = take_entries(look, nr);
		address += nr * page_size();
	}
	return ret;
}

static void tally_add(struct tally *to, const struct tally *from)
{
	to->rss += from->rss;
	to->pss += from->pss;
	to->uss += from->uss;
	to->one_mm += from->one_mm;
	to->exclusive += from->exclusive;
	to->exclusive_wrong += from->exclusive_wrong;
	to->exclusive_missing += from->exclusive_missing;
}

static uint64_t kib(uint64_t pages)
{
	return pages * page_size() / 1024;
}

static void set_sizes(struct accuracy_sizes *to, const struct tally *tables,
		      const struct smaps_sizes *says)
{
	*to = (struct accuracy_sizes){
		.rss = says->rss,
		.rss_tables = kib(tables->rss),
		.pss = says->pss,
		.pss_tables = tables->pss >> (10 + PSS_SHIFT),
		.uss = says->uss,
		.uss_tables = kib(tables->uss),
		.exclusive = tables->exclusive,
		.exclusive_tables = tables->exclusive -
				    tables->exclusive_wrong +
				    tables->exclusive_missing,
		.exclusive_wrong = tables->exclusive_wrong,
		.exclusive_missing = tables->exclusive_missing,
	};
	to->pss_error = to->pss - to->pss_tables;
	to->uss_error = to->uss - to->uss_tables;
}

/* Reads the page tables of all VMAs that the kernel has told of. */
static int take_vmas(struct look *look, const struct smaps *smaps,
		     struct accuracy_vma *vmas)
{
	int ret = 0;

	for (size_t i = 0; i < smaps->nr && !ret; i++) {
		look->vma = (struct tally){ };
		ret = take_vma(look, &smaps->vmas[i].vma);
		tally_add(&look->all, &look->vma);
		vmas[i] = (struct accuracy_vma){
			.start = smaps->vmas[i].vma.start,
			.end = smaps->vmas[i].vma.last + 1,
			.name = smaps->vmas[i].name,
		};
		set_sizes(&vmas[i].sizes, &look->vma, &smaps->vmas[i].sizes);
	}
	return ret;
}

static int look_within(struct look *look, const struct smaps *smaps,
		       struct accuracy_process *result)
{
	struct accuracy_vma *vmas = calloc(smaps->nr + 1, sizeof(*vmas));
	int ret = vmas ? take_vmas(look, smaps, vmas) :
			 complain_errno(ENOMEM, "accuracy");

	if (ret) {
		free(vmas);
		return ret;
	}
	result->vmas = (struct out_records){
		.desc = &accuracy_vma_desc,
		.records = vmas,
		.nr = smaps->nr,
		.size = sizeof(*vmas),
	};
	result->uss_one_mm = kib(look->all.one_mm);
	result->partial = look->partial;
	result->unknown = look->unknown;
	return 0;
}

/* Asks the kernel, then the page tables, then the kernel again. */
static int look_once(struct look *look, struct accuracy_process *result)
{
	struct smaps_sizes before, after;
	int ret = smaps_rollup(look->process, &before);

	ret = ret ? ret : smaps_read(look->process, &result->smaps);
	ret = ret ? ret : look_within(look, &result->smaps, result);
	ret = ret ? ret : smaps_rollup(look->process, &after);
	if (ret)
		return ret;
	set_sizes(&result->sizes, &look->all, &after);
	result->racy = look->racy || memcmp(&before, &after, sizeof(before)) ||
		       result->sizes.rss != result->sizes.rss_tables;
	return 0;
}

void accuracy_process_free(struct accuracy_process *result)
{
	free((void *)result->vmas.records);
	result->vmas = (struct out_records){ };
	smaps_free(&result->smaps);
}

int accuracy_process(struct accuracy_source *source, struct process *process,
		     struct accuracy_process *result)
{
	static struct look look;
	int ret = 0;

	*result = (struct accuracy_process){ .pid = process->pid };
	process_comm(process, result->comm_text, sizeof(result->comm_text));
	do {
		accuracy_process_free(result);
		page_state_forget(&source->state);
		look = (struct look){ .source = source, .process = process };
		ret = look_once(&look, result);
		frame_set_free(&look.seen);
		result->looks++;
	} while (!ret && result->racy && result->looks < LOOKS);
	if (ret)
		accuracy_process_free(result);
	result->comm = result->comm_text;
	return ret;
}
