// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/array.h"
#include "folio/show.h"
#include "folio/show_text.h"
#include "help.h"
#include "kernel/mm_ids.h"
#include "kernel/page_size.h"

/* A slot of MM IDs, and whose it is. */
struct shown_slot {
	uint64_t mm_id;
	int64_t mapcount;
	uint64_t pid;
	const char *comm;
};

/* A folio with every field in a place of its own. */
struct shown_folio {
	uint64_t pfn;
	uint64_t count;
	uint64_t head_pfn;
	uint64_t order;
	const char *kind;
	int64_t refcount;
	int64_t pincount;
	int64_t entire_mapcount;
	int64_t large_mapcount;
	int64_t nr_pages_mapped;
	int64_t page_mapcount;
	const char *layout;
	bool anon_exclusive;
	bool partially_mapped;
	bool deferred_split;
	bool swap_cache;
	bool locked;
	bool mlocked;
	bool maybe_pinned;
	bool pincount_guessed;
	bool hwpoison;
	bool racy;
	uint64_t index;
	uint64_t memcg;
	uint64_t nid;
	int maybe_mapped_shared;
	int mapped_shared_exact;
	struct out_records mm_ids;
	struct shown_slot slots[MM_SLOTS];
	struct out_records runs;
	uint64_t address;
	uint64_t pid;
	const struct folio *folio;
	struct show_change change;
};

#define RUN_FIELD(member, type_, what_) {			\
	.key = #member, .label = #member, .what = what_,	\
	.type = type_, .offset = offsetof(struct run, member),	\
}

static const struct out_field run_fields[] = {
	RUN_FIELD(first, OUT_U64, NULL),
	RUN_FIELD(count, OUT_U64, NULL),
	RUN_FIELD(page_mapcount, OUT_S64, NULL),
	RUN_FIELD(anon_exclusive, OUT_BOOL, NULL),
};

static const struct out_desc run_desc = {
	.fields = run_fields,
	.nr_fields = ARRAY_SIZE(run_fields),
};

#define SLOT_FIELD(member, type_) {				\
	.key = #member, .label = #member,			\
	.type = type_, .offset = offsetof(struct shown_slot, member),	\
}

static const struct out_field slot_fields[] = {
	SLOT_FIELD(mm_id, OUT_U64),
	SLOT_FIELD(mapcount, OUT_S64),
	SLOT_FIELD(pid, OUT_U64),
	SLOT_FIELD(comm, OUT_STR),
};

static const struct out_desc slot_desc = {
	.fields = slot_fields,
	.nr_fields = ARRAY_SIZE(slot_fields),
};

#define FIELD(member, type_, what_) {				\
	.key = #member, .label = #member, .what = what_,	\
	.type = type_, .offset = offsetof(struct shown_folio, member),	\
}

#define FIELDS_OF_FOLIO							\
	FIELD(pfn, OUT_U64, "the first page frame"),			\
	FIELD(count, OUT_U64, "how many there are from it on"),		\
	FIELD(head_pfn, OUT_U64,					\
	      "the first page frame of the folio; for a page in no folio, of itself"), \
	FIELD(order, OUT_U64, "the folio has 2 to the power of this pages"), \
	FIELD(kind, OUT_STR, "what the folio is, see the kinds"),	\
	FIELD(refcount, OUT_S64, "references of the folio"),		\
	FIELD(pincount, OUT_S64, "pins of the folio by get_user_pages"), \
	FIELD(pincount_guessed, OUT_BOOL,				\
	      "whether pincount is derived from refcount, as for small folios"), \
	FIELD(maybe_pinned, OUT_BOOL,					\
	      "whether the kernel itself takes it for pinned"),		\
	FIELD(entire_mapcount, OUT_S64,					\
	      "mappings of the whole folio by one entry: a PMD, a PUD of DAX, " \
	      "or what hugetlb has"),					\
	FIELD(large_mapcount, OUT_S64, "all mappings of the folio together"), \
	FIELD(nr_pages_mapped, OUT_S64,					\
	      "the number of its pages that have a PTE mapping"),	\
	FIELD(partially_mapped, OUT_BOOL,				\
	      "whether the kernel takes it for mapped in parts"),	\
	FIELD(deferred_split, OUT_BOOL,					\
	      "whether it is queued to be split when memory is short"),	\
	FIELD(swap_cache, OUT_BOOL, "whether it is in the swap cache"),	\
	FIELD(locked, OUT_BOOL, "whether its lock is held"),		\
	FIELD(mlocked, OUT_BOOL, "whether it is locked into memory"),	\
	FIELD(hwpoison, OUT_BOOL,					\
	      "whether a page of it has had a memory error"),		\
	FIELD(index, OUT_U64,						\
	      "the place of the folio's first page in the file or area, in pages"), \
	FIELD(memcg, OUT_U64,						\
	      "the inode number of the directory of its memory cgroup; 0 for none"), \
	FIELD(nid, OUT_U64, "the NUMA node"),				\
	FIELD(racy, OUT_BOOL,						\
	      "whether it changed at each look: the values may not belong together")

/* Folios without MM IDs have no choice, and so no such field. */
#define FIELD_LAYOUT							\
	FIELD(layout, OUT_STR,						\
	      "none if the kernel has no mapcounts of the folio's pages, which are "	\
	      "0 here, else page; only if it has MM IDs")

/* Only folios with MM IDs have them. */
#define FIELDS_OF_MM_IDS						\
	FIELD(maybe_mapped_shared, OUT_MAYBE,				\
	      "whether the kernel thinks that more than one mm may map the "	\
	      "folio; only if it has MM IDs: large ones, on Linux 7.3 with THP"), \
	FIELD(mapped_shared_exact, OUT_MAYBE,				\
	      "whether that is certain: yes may be wrong after a third mm came"), \
	FIELD(mm_ids, OUT_RECORDS,					\
	      "the mms that have one of its two slots: mm_id, the mapcount in " \
	      "the slot, pid and comm of the process; pid 0: it is gone")

/* The last of each form, which are left out if they are not known. */
#define NR_FIELDS_OF_PLACE	2
#define FIELDS_OF_PLACE							\
	FIELD(address, OUT_U64,						\
	      "where the process maps it first; only with --pid or --cgroup"), \
	FIELD(pid, OUT_U64,						\
	      "which process that is; only if several may be selected")

static const struct out_field folio_fields[] = {
	FIELDS_OF_FOLIO,
	FIELD_LAYOUT,
	FIELDS_OF_MM_IDS,
	FIELD(runs, OUT_RECORDS,
	      "all its pages, in order: those from first, counted from the "
	      "head, on to count of them have the same page_mapcount and "
	      "anon_exclusive"),
	FIELDS_OF_PLACE,
};

static const struct out_field pages_fields[] = {
	FIELDS_OF_FOLIO,
	FIELD_LAYOUT,
	FIELD(page_mapcount, OUT_S64, "PTE mappings of each page of the row"),
	FIELD(anon_exclusive, OUT_BOOL,
	      "whether each page of the row belongs to one process alone"),
	FIELDS_OF_PLACE,
};

#define FIELD_OF_CHANGE(member, type_, what_) {				\
	.key = #member, .label = #member, .what = what_, .type = type_,	\
	.offset = offsetof(struct shown_folio, change.member),			\
}

#define FIELDS_OF_CHANGE						\
	FIELD_OF_CHANGE(timestamp, OUT_STR, "when it was looked at; only with -t"), \
	FIELD_OF_CHANGE(tick, OUT_U64, "the number of the look, from 0"),	\
	FIELD_OF_CHANGE(change, OUT_STR, "what has happened: new, changed or gone")

static const struct out_field change_fields[] = {
	FIELDS_OF_CHANGE,
	FIELDS_OF_FOLIO,
	FIELD_LAYOUT,
	FIELDS_OF_MM_IDS,
	FIELD(runs, OUT_RECORDS, "as in folio"),
	FIELDS_OF_PLACE,
};

static const struct out_field gone_fields[] = {
	FIELDS_OF_CHANGE,
	FIELD(pfn, OUT_U64, NULL),
};

static void folio_text(FILE *to, const void *rec)
{
	const struct shown_folio *shown = rec;

	show_text_folio(to, shown->folio, shown->address);
}

static void pages_text(FILE *to, const void *rec)
{
	const struct shown_folio *shown = rec;

	show_text_pages(to, shown->folio, shown->address);
}

static const struct form {
	const struct out_field *fields;
	size_t nr;
	void (*text)(FILE *to, const void *rec);
} forms[] = {
	[SHOW_FOLIO] = { folio_fields, ARRAY_SIZE(folio_fields), folio_text },
	[SHOW_PAGES] = { pages_fields, ARRAY_SIZE(pages_fields), pages_text },
	[SHOW_CHANGE] = { change_fields, ARRAY_SIZE(change_fields), NULL },
};

static void fill_flags(struct shown_folio *shown, unsigned int flags)
{
	shown->partially_mapped = flags & RMAP_AB_FOLIO_PARTIALLY_MAPPED;
	shown->deferred_split = flags & RMAP_AB_FOLIO_DEFERRED_SPLIT;
	shown->swap_cache = flags & RMAP_AB_FOLIO_SWAP_CACHE;
	shown->locked = flags & RMAP_AB_FOLIO_LOCKED;
	shown->mlocked = flags & RMAP_AB_FOLIO_MLOCKED;
	shown->maybe_pinned = flags & RMAP_AB_FOLIO_MAYBE_PINNED;
	shown->pincount_guessed = flags & RMAP_AB_FOLIO_PINCOUNT_GUESSED;
	shown->hwpoison = flags & RMAP_AB_PAGE_HWPOISON;
	shown->anon_exclusive = flags & RMAP_AB_PAGE_ANON_EXCLUSIVE;
}

static void fill_mm_ids(struct shown_folio *shown, const struct folio *folio)
{
	size_t nr = 0;

	shown->maybe_mapped_shared = -1;
	shown->mapped_shared_exact = -1;
	if (!folio_has_mm_ids(folio))
		return;
	shown->maybe_mapped_shared = folio_maybe_mapped_shared(folio);
	shown->mapped_shared_exact = folio_mapped_shared_is_exact(folio);
	for (size_t i = 0; i < MM_SLOTS; i++) {
		const struct mm_slot *slot = &folio->slots[i];
		const struct mm_owner *owner;

		if (!slot->mm_id)
			continue;
		owner = mm_owner(slot->mm_id);
		shown->slots[nr++] = (struct shown_slot){
			.mm_id = slot->mm_id,
			.mapcount = slot->mapcount,
			.pid = owner ? owner->pid : 0,
			.comm = owner ? owner->comm : "",
		};
	}
	shown->mm_ids = (struct out_records){ &slot_desc, shown->slots, nr,
					      sizeof(shown->slots[0]) };
}

static void fill(struct shown_folio *shown, enum show_form form,
		 const struct folio *folio)
{
	const struct rmap_ab_page *page = &folio->page;

	*shown = (struct shown_folio){
		.pfn = folio->pfn,
		.count = folio->nr,
		.head_pfn = page->head_pfn,
		.order = page->order,
		.kind = form == SHOW_PAGES ? kind_of_page(page) :
			kind_name(page->kind),
		.refcount = page->refcount,
		.pincount = page->pincount,
		.entire_mapcount = page->entire_mapcount,
		.large_mapcount = page->large_mapcount,
		.nr_pages_mapped = page->nr_pages_mapped,
		.page_mapcount = page->page_mapcount,
		.index = page->index,
		.memcg = page->memcg,
		.nid = page->nid,
		.racy = folio->racy,
		.runs = { &run_desc, folio->runs, folio->nr_runs,
			  sizeof(*folio->runs) },
		.address = folio->at,
		.pid = folio->pid,
		.folio = folio,
	};
	if (folio_has_mm_ids(folio))
		shown->layout = record_is_none(page) ? RMAP_AB_LAYOUT_NONE :
						       RMAP_AB_LAYOUT_PAGE;
	fill_flags(shown, page->flags);
	if (form != SHOW_PAGES)
		fill_mm_ids(shown, folio);
}

static size_t nr_unknown(const struct folio *folio, bool with_address)
{
	return NR_FIELDS_OF_PLACE - with_address - !!folio->pid;
}

void show(struct out *out, enum show_form form, const struct folio *folio,
	  bool with_address)
{
	const struct out_desc desc = {
		.fields = forms[form].fields,
		.nr_fields = forms[form].nr - nr_unknown(folio, with_address),
		.text = forms[form].text,
	};
	struct shown_folio shown;

	/* text needs no more than these two, and there may be much of it */
	if (!out->json) {
		shown.folio = folio;
		shown.address = with_address ? folio->at : SHOW_NO_ADDRESS;
	} else {
		fill(&shown, form, folio);
	}
	out_record(out, &desc, &shown);
}

void show_change(struct out *out, const struct show_change *change,
		 const struct folio *folio, bool with_address)
{
	bool without_time = !change->timestamp;
	const struct out_desc desc = {
		.fields = change_fields + without_time,
		.nr_fields = ARRAY_SIZE(change_fields) - without_time -
			     nr_unknown(folio, with_address),
	};
	struct shown_folio shown;

	fill(&shown, SHOW_CHANGE, folio);
	shown.change = *change;
	out_record(out, &desc, &shown);
}

void show_gone(struct out *out, const struct show_change *change, uint64_t pfn)
{
	bool without_time = !change->timestamp;
	const struct out_desc desc = {
		.fields = gone_fields + without_time,
		.nr_fields = ARRAY_SIZE(gone_fields) - without_time,
	};
	struct shown_folio shown = { .change = *change, .pfn = pfn };

	out_record(out, &desc, &shown);
}

void show_help(enum show_form form)
{
	const struct out_desc desc = {
		.fields = forms[form].fields,
		.nr_fields = forms[form].nr,
	};

	help_fields(&desc);
}
