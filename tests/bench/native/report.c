// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

/* Text on stdout, unless JSON goes there. */
static bool text;
/* NULL: no JSON is wanted. */
static const char *json_file;
static json_object *report;
static json_object *cells;

static const char *cache_text(const struct cell *cell)
{
	return cell->cold ? "cold" : "warm";
}

/* "unknown" where the kernel does not say it like this. */
static void read_cpu(char *name, size_t size)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	char line[256];

	snprintf(name, size, "unknown");
	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "model name", 10) || !strchr(line, ':'))
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(name, size, "%s", strchr(line, ':') + 2);
		break;
	}
	if (f)
		fclose(f);
}

/* ---- text -------------------------------------------------------------------------- */

static void text_begin(const char *cpu, double load)
{
	printf("# %s, load average %.1f\n", cpu, load);
	printf("# ns per page; in brackets: times less than %s, and its 95 %% interval\n",
	       columns[reference]->name);
	printf("# line: loads the cache line of each struct page; store: stores to each\n");
	for (int i = 0; i < nr_bench_ops; i++)
		printf("# %s: %s\n", bench_ops[i].name, bench_ops[i].what);
	printf("%-13s %5s %5s %7s", "operation", "pages", "cache", "threads");
	for (int c = 0; c < nr_columns; c++)
		printf(c > reference ? "  %-24s" : " %7s", columns[c]->name);
	printf("\n");
}

static void text_cell(const struct cell *cell, const struct result *results)
{
	printf("%-13s %5d %5s %7d", cell->op->name, cell->nr_pages,
	       cache_text(cell), cell->nr_threads);
	for (int c = 0; c < nr_columns; c++) {
		const struct stats_interval *gain = &results[c].gain;

		printf(c > reference ? " %6.2f" : " %7.2f", results[c].ns.value);
		if (c > reference)
			printf(" (%.2f, %.2f-%.2f)", gain->value, gain->low,
			       gain->high);
	}
	printf("\n");
	fflush(stdout);
}

/* ---- JSON --------------------------------------------------------------------------- */

static void add_real(json_object *to, const char *key, double value)
{
	char text[32];

	/* JSON has neither infinity nor what is no number. */
	if (!isfinite(value))
		return;
	snprintf(text, sizeof(text), "%.4f", value);
	json_object_object_add(to, key, json_object_new_double_s(value, text));
}

static void add_text(json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, json_object_new_string(value));
}

static void json_begin(const char *cpu, double load)
{
	report = json_object_new_object();
	cells = json_object_new_array();
	add_text(report, "cpu", cpu);
	add_real(report, "load_average", load);
	add_text(report, "reference", columns[reference]->name);
	add_real(report, "clock_overhead_ns", measure_overhead());
	json_object_object_add(report, "cells", cells);
}

static json_object *json_result(int column, const struct result *result)
{
	json_object *object = json_object_new_object();

	add_text(object, "name", columns[column]->name);
	add_real(object, "ns_per_page", result->ns.value);
	add_real(object, "ns_per_page_low", result->ns.low);
	add_real(object, "ns_per_page_high", result->ns.high);
	add_real(object, "gain", result->gain.value);
	add_real(object, "gain_low", result->gain.low);
	add_real(object, "gain_high", result->gain.high);
	return object;
}

static void json_cell(const struct cell *cell, const struct result *results)
{
	json_object *object = json_object_new_object();
	json_object *columns_of = json_object_new_array();

	add_text(object, "operation", cell->op->name);
	json_object_object_add(object, "pages", json_object_new_int(cell->nr_pages));
	add_text(object, "cache", cache_text(cell));
	json_object_object_add(object, "threads",
			       json_object_new_int(cell->nr_threads));
	json_object_object_add(object, "rounds", json_object_new_int(cell->rounds));
	for (int c = 0; c < nr_columns; c++)
		json_object_array_add(columns_of, json_result(c, &results[c]));
	json_object_object_add(object, "columns", columns_of);
	json_object_array_add(cells, object);
}

/* ---- both ---------------------------------------------------------------------------- */

void report_begin(const char *json)
{
	double load = NAN;
	char cpu[128];

	read_cpu(cpu, sizeof(cpu));
	getloadavg(&load, 1);
	text = !json || strcmp(json, "-");
	json_file = json;
	if (text)
		text_begin(cpu, load);
	if (json)
		json_begin(cpu, load);
}

void report_cell(const struct cell *cell, const struct result *results)
{
	if (text)
		text_cell(cell, results);
	if (json_file)
		json_cell(cell, results);
}

void report_end(void)
{
	FILE *to = stdout;

	if (json_file && text)
		to = fopen(json_file, "w");
	if (!to)
		err(1, "%s", json_file);
	if (json_file)
		fprintf(to, "%s\n",
			json_object_to_json_string_ext(report,
						       JSON_C_TO_STRING_PRETTY));
	if (fflush(to) || ferror(to))
		err(1, "%s", to == stdout ? "standard output" : json_file);
	if (to != stdout)
		fclose(to);
	json_object_put(report);
}
