// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/audit.h"
#include "lib/klog.h"
#include "lib/kmod.h"
#include "lib/knob.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"
#include "stress/beside.h"
#include "stress/disturb.h"
#include "stress/layouts.h"
#include "stress/load.h"
#include "stress/stress.h"

#define THP "/sys/kernel/mm/transparent_hugepage/"
#define KSM "/sys/kernel/mm/ksm/"
#define PATIENCE 5		/* at most so many times the planned duration */

/* Signs of the load's work that are not lines of /proc/vmstat. */
#define FAILED_PAGES "pages that failed"
#define RETIRED_PAGES "pages taken out of use"

/* Lines that show that the load did its work. Some kernels lack some of them. */
static const char *const signs[] = {
	"pswpout", "pswpin", "pgmigrate_success", "cow_ksm", "thp_fault_alloc",
	"thp_split_page", "thp_split_pmd", "thp_collapse_alloc",
	"compact_migrate_scanned", FAILED_PAGES, RETIRED_PAGES,
};

enum { NR_SIGNS = sizeof(signs) / sizeof(signs[0]) };

static struct {
	struct stress_options options;
	struct timespec start;
	long long signs[NR_SIGNS];
	int pauses;
	bool stuck;
	long differences;	/* in the first pause that found any */
	char report[1024];
} stress;

static void usage(const char *program, const char *what_least)
{
	fprintf(stderr,
		"usage: %s [--seconds N] [--cpus N] [--least N] [--enough N] [--seed N] [--layouts] [--beside COMMAND]\n"
		"\n"
		"  --seconds N  how long (60); up to five times that for --least\n"
		"  --cpus N     processes of load, each with children (2)\n"
		"  --least N    how many %s there must be\n"
		"  --enough N   how many end it before the time is over\n"
		"  --seed N     for the random numbers of the load (1)\n"
		"  --layouts    change the layout of large folios as well, where it\n"
		"               is offered\n"
		"  --beside COMMAND  what else runs until SIGTERM ends it\n",
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
		{ "enough", required_argument, NULL, 'e' },
		{ "seed", required_argument, NULL, 's' },
		{ "layouts", no_argument, NULL, 'y' },
		{ "beside", required_argument, NULL, 'b' },
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
		case 'e':
			options->enough = atoi(optarg);
			break;
		case 's':
			options->seed = strtoul(optarg, NULL, 10);
			break;
		case 'y':
			options->layouts = true;
			break;
		case 'b':
			options->beside = optarg;
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

static long long read_sign(const char *sign)
{
	const long long failed = disturb_failures();

	if (!strcmp(sign, FAILED_PAGES))
		return failed;
	if (strcmp(sign, RETIRED_PAGES))
		return text_field("/proc/vmstat", sign);
	return failed < 0 ? -1 :
	       text_field("/proc/meminfo", "HardwareCorrupted:") / 4 - failed;
}

static void read_signs(long long values[NR_SIGNS])
{
	int i;

	for (i = 0; i < NR_SIGNS; i++)
		values[i] = read_sign(signs[i]);
}

/* Migration takes a second node. */
static bool is_possible(int sign)
{
	return stress.signs[sign] >= 0 &&
	       (strcmp(signs[sign], "pgmigrate_success") ||
		!need_missing(NEED_NODES));
}

static const char *judge_signs(void)
{
	static char words[128];
	long long now[NR_SIGNS];
	const char *wrong = NULL;
	int i;

	read_signs(now);
	/* Beside somebody else's load, ours has little of the CPUs. */
	for (i = 0; i < NR_SIGNS; i++) {
		if (!is_possible(i))
			continue;
		tap_note("%s: %lld", signs[i], now[i] - stress.signs[i]);
		if (now[i] > stress.signs[i] || stress.options.beside)
			continue;
		snprintf(words, sizeof(words), "no %s at all", signs[i]);
		wrong = words;
	}
	return wrong;
}

void stress_prepare(const struct stress_options *options)
{
	stress.options = *options;
	clock_gettime(CLOCK_MONOTONIC, &stress.start);
	knobs_open();
	settings();
	klog_open();
}

/* By rmap_ab if it stays loaded. The statistics have nothing of the load yet. */
static void start_layouts(void)
{
	const char *missing = layouts_start(kmod_loaded("rmap_ab") ?
					    RMAP_AB RMAP_AB_FILE_LAYOUT : NULL,
					    stress.options.seed);

	if (!missing)
		return;
	fprintf(stderr, "--layouts: %s\n", missing);
	exit(2);
}

void stress_start(const struct stress_options *options, int more)
{
	stress_prepare(options);
	truth_open();
	tap_plan(6 + more + (options->layouts ? LAYOUTS_RESULTS : 0) + !!options->beside);
	read_signs(stress.signs);
	if (options->layouts)
		start_layouts();
	load_start(options->cpus, options->seed);
	if (options->beside)
		beside_start(options->beside);
}

long long stress_elapsed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - stress.start.tv_sec) * 1000LL +
	       (now.tv_nsec - stress.start.tv_nsec) / 1000000;
}

bool stress_lasts(int done)
{
	const long long planned = stress.options.seconds * 1000LL;
	const long long elapsed = stress_elapsed();

	if (stress.options.enough && done >= stress.options.enough)
		return false;
	return elapsed < planned ||
	       (done < stress.options.least && elapsed < PATIENCE * planned);
}

bool stress_goes_on(int done)
{
	return !load_failed() && stress_lasts(done);
}

const char *stress_judge(const char *what, int done)
{
	static char words[128];

	if (done >= stress.options.least)
		return NULL;
	snprintf(words, sizeof(words), "only %d %s in %lld s", done, what,
		 stress_elapsed() / 1000);
	return words;
}

static bool pause_now(void)
{
	if (!load_park()) {
		stress.stuck = true;
		return false;
	}
	if (!stress.differences)
		stress.differences = truth_check_mapped(stress.report,
							sizeof(stress.report));
	stress.pauses++;
	if (stress.options.layouts)
		layouts_note();
	load_resume();
	return !stress.differences;
}

/* A load that we have not written does not stand still. */
bool stress_pause(void)
{
	return stress.options.beside || pause_now();
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

/*
 * The audit also sees what user space cannot: KSM, migration entries, single
 * counters.
 */
const char *stress_audit(void)
{
	static struct audit_answer answer;
	static char words[64];
	const bool loaded = kmod_loaded("rmap_ab");
	int err = 0;

	if (!loaded && kmod_load("rmap_ab", ""))
		return "cannot load rmap_ab";
	err = audit_ask(0, 0, &answer);
	if (!loaded && kmod_unload("rmap_ab"))
		return "cannot unload rmap_ab";
	if (err) {
		snprintf(words, sizeof(words), "cannot audit: %s", strerror(-err));
		return words;
	}
	tap_note("audit: %lld page frames scanned, %lld folios checked, %lld mappings",
		 answer.scanned, answer.checked, answer.mappings);
	return !answer.mismatched && answer.checked > 0 &&
	       !strcmp(answer.statistics, "fine") ? NULL : answer.text;
}

int stress_finish(void)
{
	tap_note("%llu actions of the load, %d pauses, %lld ms", load_actions(),
		 stress.pauses, stress_elapsed());
	if (stress.options.beside) {
		tap_result("the load beside ours", beside_stop());
		pause_now();
	}
	tap_result("contents of memory", load_stop());
	tap_result("the load did what it is for", judge_signs());
	tap_result("counts agree in the pauses", judge_pauses());
	knobs_close();
	if (stress.options.layouts)
		layouts_finish();
	tap_result("counts of all frames agree at the end", judge_end());
	tap_result("the audit agrees at the end", stress_audit());
	tap_result("no warning in the kernel's log", klog_warning());
	return tap_status();
}
