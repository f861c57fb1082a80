// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <string.h>

#include "cli/array.h"
#include "folio/show_text.h"
#include "folio/sizes.h"
#include "kernel/page_size.h"

static const struct out_field fields[] = { SIZES_FIELDS };

const struct out_desc sizes_desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
};

static void add_run(struct sizes_row *row, const struct folio *folio,
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

void sizes_add(struct sizes *sizes, const struct folio *folio)
{
	const uint64_t kib = page_size() / 1024;
	struct sizes_row *row;

	/* What is larger than the largest is garbled, which the walk has refused. */
	if (folio->page.kind >= RMAP_AB_NR_KINDS || folio->page.order >= SIZES_ORDERS)
		return;
	row = &sizes->rows[folio->page.kind][folio->page.order];
	row->folios++;
	row->memory += folio->nr * kib;
	row->partial += folio_is_partial(folio);
	row->mappings += folio->page.large_mapcount;
	for (size_t i = 0; i < folio->nr_runs; i++)
		add_run(row, folio, &folio->runs[i], kib);
}

struct sizes_row *sizes_row(struct sizes *sizes, const char *kind, uint64_t order)
{
	for (unsigned int i = 0; i < RMAP_AB_NR_KINDS && order < SIZES_ORDERS; i++)
		if (!strcmp(kind_name(i), kind))
			return &sizes->rows[i][order];
	return NULL;
}

const struct sizes_row *sizes_next(struct sizes *sizes, size_t *at)
{
	while (*at < RMAP_AB_NR_KINDS * SIZES_ORDERS) {
		const size_t kind = *at / SIZES_ORDERS, order = *at % SIZES_ORDERS;
		struct sizes_row *row = &sizes->rows[kind][order];

		++*at;
		if (!row->folios)
			continue;
		row->kind = kind_name(kind);
		row->order = order;
		return row;
	}
	return NULL;
}

/* ---- text ---- */

/* The kind is aligned to the left, all others are to the right. */
int sizes_width(unsigned int i)
{
	static const int widths[SIZES_COLUMNS] = { -13, 10, 10, 11, 11, 11, 11 };

	return widths[i];
}

void sizes_heads(char cells[SIZES_COLUMNS][SIZES_CELL])
{
	static const char *const heads[SIZES_COLUMNS] = {
		"kind", "size", "folios", "KiB", "mapped", "once", "more",
	};

	for (unsigned int i = 0; i < SIZES_COLUMNS; i++)
		strcpy(cells[i], heads[i]);
}

void sizes_cells(const struct sizes_row *row, char cells[SIZES_COLUMNS][SIZES_CELL])
{
	const uint64_t numbers[] = {
		row->folios, row->memory, row->mapped, row->once, row->more,
	};

	snprintf(cells[0], SIZES_CELL, "%s", row->kind);
	snprintf(cells[1], SIZES_CELL, "%s", show_size(1ULL << row->order));
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		snprintf(cells[i + 2], SIZES_CELL, "%" PRIu64, numbers[i]);
}

void sizes_remark(const struct sizes_row *row, char *to, size_t size)
{
	char partial[64] = "", unknown[64] = "";

	if (row->partial)
		snprintf(partial, sizeof(partial), "  %" PRIu64 " of them mapped in parts",
			 row->partial);
	if (row->unknown)
		snprintf(unknown, sizeof(unknown), "%s%" PRIu64 " KiB without page mapcounts",
			 row->partial ? ", " : "  ", row->unknown);
	snprintf(to, size, "%s%s", partial, unknown);
}
