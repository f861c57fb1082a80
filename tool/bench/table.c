// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/statistics.h"
#include "bench/table.h"
#include "cli/array.h"
#include "cli/complain.h"
#include "help.h"

/* One line: a column in a cell, compared with another one. */
struct table_row {
	const char *scenario;
	uint64_t folio;
	const char *metric;
	const char *unit;
	const char *impl;
	const char *layout;
	double repeat;
	uint64_t n;
	double median;
	double low;
	double high;
	const char *against;
	double change;
	double change_low;
	double change_high;
	double p;
	bool is_exact;
	/* The title of the column, and what @against points to. */
	char title[MAX_TITLE];
	char base_title[MAX_TITLE];
};

#define FIELD(member, type_, what_) {				\
	.key = #member, .label = #member,			\
	.what = what_, .type = type_,				\
	.offset = offsetof(struct table_row, member),			\
}

/* The last fields exist only in a comparison. */
static const struct out_field fields[] = {
	FIELD(scenario, OUT_STR, "what was measured"),
	FIELD(folio, OUT_U64, "bytes of each folio; 0 for a command"),
	FIELD(metric, OUT_STR,
	      "what the numbers are: ns; where an emulator counts also "
	      "instructions and locked (atomic read-modify-writes). If it was told "
	      "to: lines (of cache, that were touched), warm_l1 to cold_l3 (misses "
	      "of simulated caches that were in use or empty before); transfers (of "
	      "lines that another CPU had modified), invalidations (of copies of "
	      "others), folio_transfers, folio_invalidations and folio_accesses "
	      "(those of the folio's struct pages), slips (see rmapctl-bench(8)). Of a "
	      "command user_ns and system_ns, of it and of the children that it has "
	      "waited for. Where the CPU counts: cpu_cycles, cpu_instructions and "
	      "llc_misses (of the last cache)"),
	FIELD(unit, OUT_STR,
	      "what costs are given per: page, folio, page-op (a page that any "
	      "CPU maps or unmaps), or run (of a command)"),
	FIELD(impl, OUT_STR, "the implementation"),
	FIELD(layout, OUT_STR,
	      "what large folios got at their first mapping, page or none; absent "
	      "if the run did not choose that"),
	FIELD(repeat, OUT_REAL,
	      "2 and more: the column is in that many files; absent in the first"),
	FIELD(n, OUT_U64, "the number of samples"),
	FIELD(median, OUT_REAL, "the median of the samples, per unit"),
	FIELD(low, OUT_REAL,
	      "the lower end of the 95 % interval of the median (sign test); "
	      "absent below 6 samples"),
	FIELD(high, OUT_REAL, "its upper end"),
	FIELD(against, OUT_STR,
	      "the implementation that it is compared with, as IMPL/LAYOUT if it "
	      "has a layout"),
	FIELD(change, OUT_REAL,
	      "how much more it costs than that, in percent of the median: "
	      "the Hodges-Lehmann estimate of the shift"),
	FIELD(change_low, OUT_REAL, "the lower end of its 95 % interval"),
	FIELD(change_high, OUT_REAL, "its upper end"),
	FIELD(p, OUT_REAL,
	      "the probability of such samples if there is no difference: "
	      "Mann-Whitney, two-sided, exact up to 200 samples"),
};

static const struct out_desc desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
};

static const struct out_desc alone_desc = {
	.fields = fields,
	.nr_fields = 11,
};

/* Returns the series that all others are compared with. */
static const struct series *base_of(const struct cell *cell)
{
	for (size_t i = 0; i < cell->nr_series; i++)
		if (!strcmp(cell->series[i].column.impl, RMAP_AB_BUILTIN))
			return &cell->series[i];
	return &cell->series[0];
}

/* One side of a comparison. */
struct side {
	const struct cell *cell;
	const struct series *series;
};

static double *values_of(struct side side, enum metric metric)
{
	double *values = calloc(side.series->nr, sizeof(*values));

	for (size_t i = 0; values && i < side.series->nr; i++)
		values[i] = (double)side.series->samples[i].of[metric] /
			    side.cell->units;
	return values;
}

/* Returns the percentage, or NAN if @of is 0. */
static double percent(double shift, double of)
{
	return of ? 100 * shift / of : NAN;
}

static void fill_change(struct table_row *row, const double *base, size_t nr_base,
			const double *values, size_t nr)
{
	struct stats_interval shift = stats_shift(base, nr_base, values, nr);
	double median = stats_median(base, nr_base).value;

	row->change = percent(shift.value, median);
	row->change_low = percent(shift.low, median);
	row->change_high = percent(shift.high, median);
	row->p = stats_mann_whitney(base, nr_base, values, nr);
}

/* @row has pointers into itself: so the caller gives the place. */
static void make_row(struct table_row *row, struct side base, struct side side,
		     enum metric metric)
{
	const struct column *column = &side.series->column;
	double *x = base.series ? values_of(base, metric) : NULL;
	double *y = values_of(side, metric);
	struct stats_interval median = stats_median(y, side.series->nr);

	*row = (struct table_row){
		.scenario = side.cell->scenario,
		.folio = side.cell->folio,
		.metric = metric_name(metric),
		.unit = side.cell->unit,
		.impl = column->impl,
		.layout = *column->layout ? column->layout : NULL,
		.repeat = column->repeat ? column->repeat + 1 : NAN,
		.is_exact = metric_is_exact(metric),
		.n = side.series->nr,
		.median = median.value,
		.low = median.low,
		.high = median.high,
	};

	column_title(column, row->title);
	if (x) {
		row->against = column_title(&base.series->column, row->base_title);
		fill_change(row, x, base.series->nr, y, side.series->nr);
	}
	free(x);
	free(y);
}

static void make_row_in_cell(struct table_row *row, const struct cell *cell,
			     const struct series *series, enum metric metric)
{
	struct side base = { cell, base_of(cell) };

	if (base.series == series)
		base = (struct side){ };
	make_row(row, base, (struct side){ cell, series }, metric);
}

/*
 * Text: a table for each scenario and metric, a line for each folio size.
 */

static void put_size(FILE *to, size_t bytes)
{
	if (!bytes)
		fprintf(to, "%6s", "");
	else if (bytes >> 20)
		fprintf(to, "%5zuM", bytes >> 20);
	else
		fprintf(to, "%5zuK", bytes >> 10);
}

/* Counts vary only as much as two runs differ. Times need statistics. */
static bool is_proven(const struct table_row *row)
{
	return row->is_exact ? fabs(row->change) >= TABLE_DETERMINED :
	       row->p < TABLE_PROVEN;
}

/* A run of a command takes milliseconds, and millions of all else. */
static bool is_run(const char *unit)
{
	return !strcmp(unit, UNIT_RUN);
}

static double shown_value(const struct table_row *row)
{
	return is_run(row->unit) ? row->median / 1e6 : row->median;
}

static void table_put_row(FILE *to, const struct table_row *row)
{
	char text[64] = "";

	if (!row->against)
		snprintf(text, sizeof(text), "%.2f", shown_value(row));
	else if (isnan(row->change))
		snprintf(text, sizeof(text), "%.2f", shown_value(row));
	else
		snprintf(text, sizeof(text), "%.2f %+6.2f%%%s", shown_value(row),
			 row->change, is_proven(row) ? " " : "~");
	fprintf(to, "  %18s", text);
}

static void put_titles(FILE *to, const struct cell *cell, enum metric metric)
{
	char title[MAX_TITLE];

	fprintf(to, "\n%s: %s%s per %s\n%6s", cell->scenario,
		is_run(cell->unit) ? "10^6 " : "", metric_name(metric), cell->unit,
		is_run(cell->unit) ? "" : "folio");
	for (size_t i = 0; i < cell->nr_series; i++)
		fprintf(to, "  %18s",
			column_title(&cell->series[i].column, title));
	fputc('\n', to);
}

static void table_put_cell(struct out *out, const struct cell *cell,
			   enum metric metric)
{
	put_size(out->to, cell->folio);
	for (size_t i = 0; i < cell->nr_series; i++) {
		struct table_row row;

		make_row_in_cell(&row, cell, &cell->series[i], metric);
		table_put_row(out->to, &row);
	}
	fputc('\n', out->to);
}

static void put_header(FILE *to, const struct result *result)
{
	const struct machine *machine = &result->machine;
	char title[MAX_TITLE];

	fprintf(to, "kernel       %s\n", machine->kernel);
	fprintf(to, "machine      %s, %u CPUs, %zu MiB\n", machine->cpu,
		machine->cpus, machine->memory >> 20);
	fprintf(to, "accelerator  %s\n", machine->accel);
	if (result->interrupted)
		fputs("interrupted  what had not been measured by then is missing\n",
		      to);
	if (!result->nr_cells)
		return;
	fprintf(to, "samples      %zu", result->cells[0].series[0].nr);
	if (result->cells[0].size)
		fprintf(to, " of %zu MiB", result->cells[0].size >> 20);
	fprintf(to, "; median, change against %s, ",
		column_title(&base_of(&result->cells[0])->column, title));
	if (!counting_is_exact(result->counting))
		fprintf(to, "~ may be chance (p >= %.2f)\n", TABLE_PROVEN);
	else
		fprintf(to, "~ less than what runs differ by (%.1f %%)\n",
			TABLE_DETERMINED);
}

/* Where instructions are counted, times are noise and are not shown. */
static bool is_shown(enum metric metric, const struct result *result)
{
	if (metric == METRIC_NS)
		return !counting_is_exact(result->counting);
	return metric_is_recorded(metric, result->counting);
}

static void show_text(struct out *out, const struct result *result)
{
	const struct cell *cell = result->cells, *end = cell + result->nr_cells;
	const struct cell *next;

	put_header(out->to, result);
	for (; cell < end; cell = next) {
		next = cell + 1;
		while (next < end && !strcmp(next->scenario, cell->scenario))
			next++;
		for (enum metric m = 0; m < NR_METRICS; m++) {
			if (!is_shown(m, result))
				continue;
			put_titles(out->to, cell, m);
			for (const struct cell *c = cell; c < next; c++)
				table_put_cell(out, c, m);
		}
	}
	out->nr++;
}

static void show_json(struct out *out, const struct cell *cell,
		      enum metric metric)
{
	for (size_t i = 0; i < cell->nr_series; i++) {
		struct table_row row;

		make_row_in_cell(&row, cell, &cell->series[i], metric);
		out_record(out, row.against ? &desc : &alone_desc, &row);
	}
}

void table_show(struct out *out, const struct result *result)
{
	if (!out->json) {
		show_text(out, result);
		return;
	}
	for (size_t i = 0; i < result->nr_cells; i++)
		for (enum metric m = 0; m < NR_METRICS; m++)
			if (metric_is_recorded(m, result->counting))
				show_json(out, &result->cells[i], m);
}

static void put_pair(struct out *out, const struct table_row *row)
{
	if (out->json) {
		out_record(out, &desc, row);
		return;
	}
	fprintf(out->to, "%-14s", row->scenario);
	put_size(out->to, row->folio);
	fprintf(out->to, "  %-12s %10s -> %-10s %10.2f%s/%s  %+7.2f%%",
		row->metric, row->against, row->title, shown_value(row),
		is_run(row->unit) ? "*10^6" : "", row->unit, row->change);
	if (!isnan(row->change_low))
		fprintf(out->to, " [%+.2f, %+.2f]", row->change_low,
			row->change_high);
	fprintf(out->to, "  p=%.3g%s\n", row->p, is_proven(row) ? "" : " ~");
	out->nr++;
}

/*
 * The same column of another run. A run that did not choose a layout had what a
 * kernel has by default: page.
 */
static const struct series *partner(const struct cell *cell,
				    const struct column *column)
{
	const struct series *same = cell_find(cell, column);
	struct column other = *column;

	if (!*column->layout)
		strcpy(other.layout, RMAP_AB_LAYOUT_PAGE);
	else if (!strcmp(column->layout, RMAP_AB_LAYOUT_PAGE))
		*other.layout = '\0';
	if (!same)
		same = cell_find(cell, &other);
	return same || cell->nr_series > 1 ? same : &cell->series[0];
}

static void compare_cell(struct out *out, const struct result *a,
			 const struct cell *base, const struct cell *cell,
			 struct comparison *comparison)
{
	for (size_t i = 0; i < cell->nr_series; i++) {
		const struct series *series = &cell->series[i];
		struct side x = { base, partner(base, &series->column) };

		for (enum metric m = 0; x.series && m < NR_METRICS; m++) {
			struct table_row row;

			if (!is_shown(m, a))
				continue;
			make_row(&row, x, (struct side){ cell, series }, m);
			put_pair(out, &row);
			comparison->nr++;
			comparison->nr_above += is_proven(&row) &&
						row.change > comparison->limit;
		}
	}
}

void table_compare(struct out *out, const struct result *a,
		   const struct result *b, struct comparison *comparison)
{
	for (size_t i = 0; i < b->nr_cells; i++) {
		const struct cell *cell = &b->cells[i];
		const struct cell *base = result_find(a, cell->scenario,
						      cell->folio);

		if (!base)
			continue;
		if (base->size != cell->size) {
			complain("%s: %zu MiB in one file, %zu in the other: not compared",
				 cell->scenario, base->size >> 20,
				 cell->size >> 20);
			continue;
		}
		compare_cell(out, a, base, cell, comparison);
	}
}

void table_help(void)
{
	help_fields(&desc);
}
