// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "cli/text.h"
#include "folio/show_text.h"
#include "folio/summary.h"
#include "help.h"
#include "kernel/page_size.h"
#include "kernel/smaps.h"

/* Folios of one kind and order. All but the numbers of folios are in KiB. */
struct summary_row {
	uint64_t start;
	uint64_t end;
	const char *name;
	const char *kind;
	uint64_t order;
	uint64_t folios;
	uint64_t memory;
	uint64_t mapped;
	uint64_t once;
	uint64_t more;
	uint64_t unknown;
	uint64_t exclusive;
	uint64_t partial;
};

#define FIELD(member, what_, type_) {					\
	.key = #member, .label = #member, .what = what_, .type = type_,	\
	.offset = offsetof(struct summary_row, member),			\
}

/* The first three only by VMA. */
static const struct out_field fields[] = {
	FIELD(start, "the first address of the VMA; only with --vmas", OUT_U64),
	FIELD(end, "the address behind it", OUT_U64),
	FIELD(name, "what is mapped there, as in /proc/PID/maps", OUT_STR),
	FIELD(kind, "what the folios are, see the kinds", OUT_STR),
	FIELD(order, "each has 2 to the power of this pages", OUT_U64),
	FIELD(folios, "how many there are", OUT_U64),
	FIELD(memory, "how large they are together, in KiB, as are those that follow",
	      OUT_U64),
	FIELD(mapped, "their pages that are mapped, by whomever", OUT_U64),
	FIELD(once, "those that are mapped once", OUT_U64),
	FIELD(more, "those that are mapped more often", OUT_U64),
	FIELD(unknown, "pages of mapped folios whose mappings the kernel does not count (layout none): they are in none of the three before",
	      OUT_U64),
	FIELD(exclusive, "pages that are anon-exclusive", OUT_U64),
	FIELD(partial, "how many of the folios are mapped in parts", OUT_U64),
};

#define NR_VMA_FIELDS	3

static const struct out_desc vma_desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
};

static const struct out_desc desc = {
	.fields = fields + NR_VMA_FIELDS,
	.nr_fields = ARRAY_SIZE(fields) - NR_VMA_FIELDS,
};

#define NR_ORDERS	23	/* a folio of 16 GiB has 22 */

/* What has been found since the last VMA began. */
struct summary {
	struct summary_row rows[RMAP_AB_NR_KINDS][NR_ORDERS];
	bool by_vma;
	struct smaps smaps;
	size_t vma;
	bool has_header;
};

static void add_run(struct summary_row *row, const struct folio *folio,
		    const struct run *run, uint64_t kib)
{
	const int64_t mapcount = run->page_mapcount + folio->page.entire_mapcount;
	const uint64_t size = run->count * kib;

	row->exclusive += run->anon_exclusive ? size : 0;
	if (record_is_none(&folio->page)) {
		row->unknown += folio->page.large_mapcount > 0 ? size : 0;
		return;
	}
	row->mapped += mapcount > 0 ? size : 0;
	row->once += mapcount == 1 ? size : 0;
	row->more += mapcount > 1 ? size : 0;
}

static void add(struct summary *summary, const struct folio *folio)
{
	const uint64_t kib = page_size() / 1024;
	struct summary_row *row;

	/* What is larger than the largest is garbled, which the walk has refused. */
	if (folio->page.kind >= RMAP_AB_NR_KINDS || folio->page.order >= NR_ORDERS)
		return;
	row = &summary->rows[folio->page.kind][folio->page.order];
	row->folios++;
	row->memory += folio->nr * kib;
	row->partial += folio_is_partial(folio);
	for (size_t i = 0; i < folio->nr_runs; i++)
		add_run(row, folio, &folio->runs[i], kib);
}

/* ---- what is printed ---- */

static void put_header(struct summary *summary, FILE *to)
{
	if (!summary->has_header)
		fprintf(to, "%-13s %9s %9s %10s %10s %10s %10s\n", "kind", "size",
			"folios", "KiB", "mapped", "once", "more");
	summary->has_header = true;
}

static void put_row(FILE *to, const struct summary_row *row)
{
	struct wrap wrap = { .to = to, .between = ", " };
	char text[64];

	fprintf(to, "%-13s %9s %9" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n",
		row->kind, show_size(1ULL << row->order), row->folios,
		row->memory, row->mapped, row->once, row->more);
	if (row->partial) {
		snprintf(text, sizeof(text), "  %" PRIu64 " of them mapped in parts",
			 row->partial);
		wrap_word(&wrap, text);
	}
	if (row->unknown) {
		snprintf(text, sizeof(text), "  %" PRIu64 " KiB without page mapcounts",
			 row->unknown);
		wrap_word(&wrap, text);
	}
	wrap_end(&wrap);
}

static const struct smaps_vma *vma_of(const struct summary *summary)
{
	return summary->by_vma && summary->vma < summary->smaps.nr ?
	       &summary->smaps.vmas[summary->vma] : NULL;
}

static void put_one(struct summary *summary, struct out *out,
		    struct summary_row *row)
{
	const struct smaps_vma *vma = vma_of(summary);

	if (!out->json) {
		put_row(out->to, row);
		return;
	}
	if (vma) {
		row->start = vma->vma.start;
		row->end = vma->vma.last + 1;
		row->name = *vma->name ? vma->name : NULL;
	}
	out_record(out, vma ? &vma_desc : &desc, row);
}

static void put_vma(const struct smaps_vma *vma, FILE *to)
{
	fprintf(to, "\n0x%" PRIx64 "-0x%" PRIx64 "  ", vma->vma.start,
		vma->vma.last + 1);
	text_put(to, vma->name);
	fputc('\n', to);
}

/* Prints the rows that have folios, and begins anew. */
static void put_rows(struct summary *summary, struct out *out)
{
	const struct smaps_vma *vma = vma_of(summary);
	bool first = true;

	for (unsigned int kind = 0; kind < RMAP_AB_NR_KINDS; kind++) {
		for (unsigned int order = 0; order < NR_ORDERS; order++) {
			struct summary_row *row = &summary->rows[kind][order];

			if (!row->folios)
				continue;
			if (!out->json)
				put_header(summary, out->to);
			if (first && vma && !out->json)
				put_vma(vma, out->to);
			first = false;
			row->kind = kind_name(kind);
			row->order = order;
			put_one(summary, out, row);
		}
	}
	memset(summary->rows, 0, sizeof(summary->rows));
}

/* Folios come by address. A new mapping since smaps was read is in no VMA of it. */
static void enter_vma(struct summary *summary, struct out *out, uint64_t address)
{
	const struct smaps_vma *vma = vma_of(summary);

	if (!vma || address <= vma->vma.last)
		return;
	put_rows(summary, out);
	while (vma && address > vma->vma.last) {
		summary->vma++;
		vma = vma_of(summary);
	}
}

/* ---- what is looked at ---- */

static struct summary summary;

static int take(struct list *list, const struct folio *folio)
{
	if (!filter_takes(&list->filter, folio))
		return 0;
	enter_vma(&summary, list->out, folio->at);
	totals_add(&list->totals, folio);
	add(&summary, folio);
	return 0;
}

static int read_vmas(uint64_t pid)
{
	struct process process;
	int ret = process_open(&process, pid);

	if (ret)
		return ret;
	ret = smaps_read_vmas(&process, &summary.smaps);
	process_close(&process);
	if (ret == -ESRCH)
		complain("process %" PRIu64 " has gone", pid);
	return ret;
}

/* Nothing said is the whole machine. */
static int check(struct list *list, bool by_vma)
{
	struct selection *selection = &list->selection;

	if (list->key.value || list->each) {
		complain("--summary has one row for many folios: it takes neither --sort nor --each");
		return EXIT_USAGE;
	}
	if (by_vma && selection->by != SELECT_PID) {
		complain("--vmas goes with --pid");
		return EXIT_USAGE;
	}
	if (!selection->by && !selection->has_range) {
		selection->by = SELECT_PFN;
		selection->pfns = (struct range){ 0, UINT64_MAX };
	}
	return 0;
}

int summary_show(struct list *list, bool by_vma)
{
	int ret = check(list, by_vma);

	if (ret)
		return ret;
	ret = list_begin(list, "folio");
	if (ret)
		return ret;
	summary.by_vma = by_vma;
	if (by_vma)
		ret = read_vmas(list->selection.pid);
	if (!ret)
		ret = list_walk(list, take);
	put_rows(&summary, list->out);
	if (by_vma)
		smaps_free(&summary.smaps);
	return list_end(list, ret);
}

void summary_help(void)
{
	struct word words[ARRAY_SIZE(fields)];

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		words[i] = (struct word){ fields[i].key, fields[i].what };
	help_words("Summary", words, ARRAY_SIZE(words));
}
