// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and writes all control files in every wrong way, while a load forks,
 * unmaps, splits, migrates and swaps what they are about.
 */
#include <stdio.h>
#include <time.h>

#include "check.h"
#include "fuzz.h"
#include "kmod.h"
#include "load.h"
#include "row.h"
#include "stress.h"
#include "tap.h"

enum { NR_PROCESSES = 3, PAUSES = 3 };

/* The load is looked at now and then; the rest of the time it works. */
static void run(const struct stress_options *options)
{
	const long long part = options->seconds * 1000LL / PAUSES;
	const struct timespec pause = { 0, 100 * 1000 * 1000 };
	long long next = part;
	bool fine;

	while (stress_goes_on(load_actions())) {
		nanosleep(&pause, NULL);
		if (stress_elapsed() < next)
			continue;
		fuzz_pause();
		fine = stress_pause();
		fuzz_resume();
		next = stress_elapsed() + part;
		if (!fine)
			break;
	}
}

int main(int argc, char **argv)
{
	struct stress_options options = { 20, 2, 300, 1 };

	stress_parse(argc, argv, "actions", &options);
	if (kmod_load("rmap_ab", "")) {
		fputs("rmap_state_stress: rmap_ab does not load, or is loaded\n",
		      stderr);
		return 2;
	}
	stress_start(&options, 3);
	fuzz_start(NR_PROCESSES, options.seed);
	run(&options);
	tap_result("the files make sense", fuzz_stop());
	tap_note("%llu calls; %llu records, %llu of them racy", fuzz_calls(),
		 fuzz_records(), fuzz_racy());
	tap_result("much happened meanwhile",
		   stress_judge("actions", load_actions()));
	tap_result("unloads", kmod_unload("rmap_ab") ? "rmap_ab is in use" : NULL);
	return stress_finish();
}
