// SPDX-License-Identifier: GPL-2.0
/*
 * Does `exclusive` own what it counts by plain stores? Everything that changes
 * the mappings of an anonymous page, or says that only one process maps it,
 * happens at the same time to the same pages: threads of one process, several
 * processes and the kernel do it. A module with the detector
 * (module/impl_detect.h) warns when it finds that somebody else has counted,
 * and the storm ends. Without the detector, the audit shows wrong counts.
 *
 * STORM_IMPL=NAME puts another implementation in charge. STORM_DEVICE=anywhere
 * shows what the kernel itself does not survive (see storm.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/audit.h"
#include "lib/breakpoint.h"
#include "lib/check.h"
#include "lib/klog.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/swapdev.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "stress/act.h"
#include "stress/disturb.h"
#include "stress/storm.h"
#include "stress/stress.h"

#define SWAP_SIZE (64UL << 20)

/* One process asks the kernel for these, beside the storm. */
static struct {
	int swaps, breakpoints, disturbances;
} asked;

/* The kernel's first warning. What is counted after it proves nothing more. */
static char *warning;

static bool warned(void)
{
	const char *text = warning ? NULL : klog_warning();

	if (text)
		warning = strdup(text);
	return warning;
}

static void disturb_once(char *page)
{
	pages_touch(page, 0, 1);
	disturb(page);
	asked.disturbances++;
}

/* A swap device comes and goes, so that the kernel reads back what is on it. */
static void swap_once(bool *on)
{
	if (*on)
		swapdev_off();
	else
		swapdev_on(SWAP_SIZE);
	*on = !*on;
	asked.swaps += !*on;
}

static void break_once(bool *on)
{
	if (*on)
		breakpoint_drop();
	else
		breakpoint_insert();
	*on = !*on;
	asked.breakpoints += !*on;
}

static void run(void)
{
	const struct timespec slice = { .tv_nsec = 300 * 1000 * 1000 };
	const bool probes = !need_missing(NEED_UPROBES);
	bool swap = false, probe = false;
	char *page = small_map(1);
	int round;

	for (round = 0; stress_lasts(asked.swaps) && !warned(); round++) {
		/* The program waits for time to pass, and for nothing else. */
		nanosleep(&slice, NULL);
		if (probes)
			break_once(&probe);
		if (round % 3 == 0)
			swap_once(&swap);
		disturb_once(page);
	}
	if (probe)
		break_once(&probe);
	if (swap)
		swap_once(&swap);
}

static const char *judge_acts(void)
{
	static char words[128];
	const char *wrong = NULL, *missing;
	int i;

	for (i = 0; i < storm_nr_acts(); i++) {
		missing = need_missing(storm_needs(i));
		tap_note("%s: %lu%s%s", storm_name(i), storm_worked(i), missing ? ", " : "",
			 missing ? missing : "");
		if (missing || storm_worked(i))
			continue;
		snprintf(words, sizeof(words), "%s never worked", storm_name(i));
		wrong = words;
	}
	tap_note("swap off %d times, breakpoints %d, compaction, aging or failures %d",
		 asked.swaps, asked.breakpoints, asked.disturbances);
	return wrong;
}

int main(int argc, char **argv)
{
	struct stress_options options = { .seconds = 60, .cpus = 3, .least = 3, .seed = 1 };
	const char *impl = getenv("STORM_IMPL") ?: "exclusive", *wrong;
	struct row rows[MAX_ROWS];
	int err;

	stress_parse(argc, argv, "times swap went off", &options);
	if (options.layouts) {
		fputs("rmap_storm_stress: no --layouts here\n", stderr);
		return 2;
	}
	if (rows_open(rows) < 2) {
		fputs("rmap_storm_stress: nothing to put in charge\n", stderr);
		return 2;
	}
	stress_prepare(&options);
	disturb_prepare();
	act_seed(options.seed);
	tap_plan(6);
	storm_open();
	err = text_write(IMPLEMENTATION, impl);
	tap_result("the implementation is in charge", err ? strerror(-err) : NULL);
	storm_start(options.cpus, options.seed);
	run();
	wrong = storm_stop();
	tap_result("the storm came to its end", wrong);
	tap_result("all of it happened", judge_acts());
	tap_result("swap went off", stress_judge("times", asked.swaps));
	knobs_close();
	tap_result("the audit agrees at the end", stress_audit());
	(void)warned();
	tap_result("no warning in the kernel's log", warning);
	err = text_write(IMPLEMENTATION, RMAP_AB_BUILTIN);
	if (rows_close() || err)
		return 1;
	return tap_status();
}
