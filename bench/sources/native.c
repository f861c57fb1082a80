// SPDX-License-Identifier: GPL-2.0
/*
 * Measures the implementations' own sources on this CPU, in nanoseconds per
 * page. They are compiled for user space and run over arrays of struct pages.
 * No page table, no lock and no other kernel code takes part.
 */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

static const int sizes[] = { 1, 4, 16, 64, HPAGE_PMD_NR };

static const char usage[] =
"usage: native [-j | --json FILE] [--quick | --rounds N] [--pages N] [OPERATION...]\n"
"\n"
"Nanoseconds per page of the implementations' own sources on this CPU.\n"
"\n"
"  -j              JSON instead of text\n"
"  --json FILE     JSON in FILE, too\n"
"  --quick         few rounds: does it work?\n"
"  --rounds N      rounds with warm caches, 6 or more (401); cold: a tenth\n"
"  --pages N       folios of 1, 4, 16, 64 or 512 pages only\n";

struct plan {
	int rounds;
	int pages;	/* 0: all sizes */
	const char *json;
	char **ops;	/* none: all operations */
	int nr_ops;
};

static bool wants_op(const struct plan *plan, const struct op *op)
{
	for (int i = 0; i < plan->nr_ops; i++)
		if (!strcmp(plan->ops[i], op->name))
			return true;
	return !plan->nr_ops;
}

static void check_ops(const struct plan *plan)
{
	for (int i = 0; i < plan->nr_ops; i++) {
		int found = 0;

		for (int o = 0; o < nr_bench_ops; o++)
			found += !strcmp(plan->ops[i], bench_ops[o].name);
		if (found)
			continue;
		fprintf(stderr, "native: there is no operation '%s'; there are:",
			plan->ops[i]);
		for (int o = 0; o < nr_bench_ops; o++)
			fprintf(stderr, " %s", bench_ops[o].name);
		fprintf(stderr, "\n");
		exit(2);
	}
}

static void check_pages(const struct plan *plan)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (!plan->pages || plan->pages == sizes[i])
			return;
	errx(2, "--pages takes 1, 4, 16, 64 or 512");
}

static int number(const char *text, const char *option)
{
	char *end;
	const long value = strtol(text, &end, 10);

	if (end == text || *end || value <= 0 || value > 1000000)
		errx(2, "%s: '%s' is no number from 1 to 1000000", option, text);
	return value;
}

static void parse(int argc, char **argv, struct plan *plan)
{
	static const struct option options[] = {
		{ "json", required_argument, NULL, 'J' },
		{ "quick", no_argument, NULL, 'q' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "pages", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "jh", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			plan->json = "-";
			break;
		case 'J':
			plan->json = optarg;
			break;
		case 'q':
			plan->rounds = STATS_MIN;
			break;
		case 'r':
			plan->rounds = number(optarg, "--rounds");
			break;
		case 'p':
			plan->pages = number(optarg, "--pages");
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	plan->ops = argv + optind;
	plan->nr_ops = argc - optind;
	if (plan->rounds < STATS_MIN)
		errx(2, "--rounds: fewer than %d have no 95 %% interval",
		     STATS_MIN);
}

/*
 * A round takes longer with cold caches. So there are fewer, but enough for an
 * interval.
 */
static int rounds_of(const struct plan *plan, bool cold)
{
	const int rounds = cold ? plan->rounds / 10 : plan->rounds;

	return rounds < STATS_MIN ? STATS_MIN : rounds;
}

static void measure(const struct plan *plan, const struct op *op, int nr_pages)
{
	struct result results[MAX_COLUMNS];

	for (int threads = 1; threads <= 2; threads++) {
		for (int cold = 0; cold <= 1; cold++) {
			const struct cell cell = {
				.op = op,
				.nr_pages = nr_pages,
				.cold = cold,
				.nr_threads = threads,
				.rounds = rounds_of(plan, cold),
			};

			measure_cell(&cell, results);
			report_cell(&cell, results);
		}
	}
}

int main(int argc, char **argv)
{
	struct plan plan = { .rounds = 401 };

	parse(argc, argv, &plan);
	check_ops(&plan);
	check_pages(&plan);
	measure_init();
	report_begin(plan.json);
	for (int o = 0; o < nr_bench_ops; o++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			if (wants_op(&plan, &bench_ops[o]) &&
			    (!plan.pages || plan.pages == sizes[i]))
				measure(&plan, &bench_ops[o], sizes[i]);
	report_end();
	return 0;
}
