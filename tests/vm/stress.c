// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "klog.h"
#include "knob.h"
#include "load.h"
#include "scenario.h"
#include "stress.h"
#include "tap.h"
#include "truth.h"

#define THP "/sys/kernel/mm/transparent_hugepage/"
#define KSM "/sys/kernel/mm/ksm/"

static struct {
	struct timespec start;
	int pauses;
	bool stuck;
	long differences;	/* in the first pause that found any */
	char report[1024];
} stress;

static void usage(const char *program, const char *what_least)
{
	fprintf(stderr,
		"usage: %s [--seconds N] [--cpus N] [--least N] [--seed N]\n"
		"\n"
		"  --seconds N  how long (60)\n"
		"  --cpus N     processes of load, each with children (2)\n"
		"  --least N    fail if there were fewer %s\n"
		"  --seed N     for the random numbers of the load (1)\n",
		program, what_least);
	exit(2);
}

void stress_parse(int argc, char **argv, const char *what_least,
		  struct stress_options *options)
{
	static const struct option longs[] = {
		{ "seconds", required_argument, NULL, 't' },
		{ "cpus", required_argument, NULL, 'c' },
		{ "least", required_argument, NULL, 'l' },
		{ "seed", required_argument, NULL, 's' },
		{ 0 }
	};
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 't':
			options->seconds = atoi(optarg);
			break;
		case 'c':
			options->cpus = atoi(optarg);
			break;
		case 'l':
			options->least = atoi(optarg);
			break;
		case 's':
			options->seed = strtoul(optarg, NULL, 10);
			break;
		default:
			usage(argv[0], what_least);
		}
	}
	if (optind < argc)
		usage(argv[0], what_least);
}

/* Everything at once: sizes of folios, merging, khugepaged. */
static void settings(void)
{
	need_settings();
	knob_try(THP "hugepages-64kB/enabled", "madvise");
	knob_try(THP "khugepaged/pages_to_scan", "512");
	knob_try(THP "khugepaged/scan_sleep_millisecs", "200");
	knob_try(KSM "pages_to_scan", "64");
	knob_try(KSM "sleep_millisecs", "20");
	knob_try(KSM "run", "1");
}

void stress_start(const struct stress_options *options, int more)
{
	clock_gettime(CLOCK_MONOTONIC, &stress.start);
	knobs_open();
	settings();
	klog_open();
	truth_open();
	tap_plan(4 + more);
	load_start(options->cpus, options->seed);
}

long long stress_elapsed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - stress.start.tv_sec) * 1000LL +
	       (now.tv_nsec - stress.start.tv_nsec) / 1000000;
}

bool stress_pause(void)
{
	if (!load_park()) {
		stress.stuck = true;
		return false;
	}
	if (!stress.differences)
		stress.differences = truth_check_mapped(stress.report,
							sizeof(stress.report));
	stress.pauses++;
	load_resume();
	return !stress.differences;
}

static const char *judge_pauses(void)
{
	if (stress.stuck)
		return "the load did not stand still";
	if (!stress.pauses)
		return "there was no pause";
	return stress.differences ? stress.report : NULL;
}

static const char *judge_end(void)
{
	static char report[1024];

	return truth_check_all(report, sizeof(report)) ? report : NULL;
}

int stress_finish(void)
{
	tap_note("%llu actions of the load, %d pauses, %lld ms", load_actions(),
		 stress.pauses, stress_elapsed());
	tap_result("contents of memory", load_stop());
	tap_result("counts agree in the pauses", judge_pauses());
	knobs_close();
	tap_result("counts of all frames agree at the end", judge_end());
	tap_result("no warning in the kernel's log", klog_warning());
	return tap_status();
}
