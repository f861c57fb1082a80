// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

/* Print text on stdout, unless JSON goes there. */
static bool text;
/* The file for JSON, or NULL for none. */
static const char *json_file;
static json_object *report;
static json_object *cells;

static const char *cache_text(const struct cell *cell)
{
	return cell->cold ? "cold" : "warm";
}

/*
 * A figure is about one CPU, and a name alone ("AMD EPYC", of a virtual machine)
 * is not one. What /proc/cpuinfo does not say stays empty.
 */
enum { CPU_VENDOR, CPU_FAMILY, CPU_MODEL, CPU_STEPPING, CPU_NAME, NR_CPU_FACTS };

static const struct cpu_fact {
	const char *key;	/* in /proc/cpuinfo */
	const char *name;	/* in JSON */
	bool is_number;
} cpu_facts[NR_CPU_FACTS] = {
	[CPU_VENDOR]	= { "vendor_id", "vendor", false },
	[CPU_FAMILY]	= { "cpu family", "family", true },
	[CPU_MODEL]	= { "model", "model", true },
	[CPU_STEPPING]	= { "stepping", "stepping", true },
	[CPU_NAME]	= { "model name", "name", false },
};

typedef char cpu_text[128];

/* "model name\t: AMD EPYC\n" */
static void read_cpu_line(char *line, cpu_text cpu[NR_CPU_FACTS])
{
	char *colon = strchr(line, ':');

	if (!colon)
		return;
	line[strcspn(line, "\t:")] = '\0';
	for (int i = 0; i < NR_CPU_FACTS; i++)
		if (!strcmp(line, cpu_facts[i].key))
			sscanf(colon, ": %127[^\n]", cpu[i]);
}

/* Of the first CPU: its lines end with an empty one. */
static void read_cpu(cpu_text cpu[NR_CPU_FACTS])
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	char line[4096];

	while (f && fgets(line, sizeof(line), f) && line[0] != '\n')
		read_cpu_line(line, cpu);
	if (f)
		fclose(f);
}

/* ---- text -------------------------------------------------------------------------- */

static const char *known(const char *fact)
{
	return fact[0] ? fact : "unknown";
}

static void text_begin(cpu_text cpu[NR_CPU_FACTS], double load)
{
	printf("# CPU: %s family %s, model %s, stepping %s, \"%s\"\n",
	       known(cpu[CPU_VENDOR]), known(cpu[CPU_FAMILY]),
	       known(cpu[CPU_MODEL]), known(cpu[CPU_STEPPING]),
	       known(cpu[CPU_NAME]));
	printf("# load average %.1f, %ld CPUs\n", load,
	       sysconf(_SC_NPROCESSORS_ONLN));
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

	/* JSON has neither infinity nor NAN. */
	if (!isfinite(value))
		return;
	snprintf(text, sizeof(text), "%.4f", value);
	json_object_object_add(to, key, json_object_new_double_s(value, text));
}

static void add_text(json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, json_object_new_string(value));
}

/* Leaves out facts that are not known. */
static json_object *json_cpu(cpu_text cpu[NR_CPU_FACTS])
{
	json_object *object = json_object_new_object();

	for (int i = 0; i < NR_CPU_FACTS; i++) {
		if (!cpu[i][0])
			continue;
		if (cpu_facts[i].is_number)
			json_object_object_add(object, cpu_facts[i].name,
					       json_object_new_int(atoi(cpu[i])));
		else
			add_text(object, cpu_facts[i].name, cpu[i]);
	}
	return object;
}

static void json_begin(cpu_text cpu[NR_CPU_FACTS], double load)
{
	report = json_object_new_object();
	cells = json_object_new_array();
	json_object_object_add(report, "cpu", json_cpu(cpu));
	json_object_object_add(report, "cpus",
			       json_object_new_int(sysconf(_SC_NPROCESSORS_ONLN)));
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
	cpu_text cpu[NR_CPU_FACTS] = { 0 };
	double load = NAN;

	read_cpu(cpu);
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
