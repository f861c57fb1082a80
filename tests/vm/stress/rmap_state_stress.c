// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and writes all control files in every wrong way, while a load forks,
 * unmaps, splits, migrates and swaps what they are about.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/check.h"
#include "lib/kmod.h"
#include "lib/row.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "stress/fuzz.h"
#include "stress/load.h"
#include "stress/stress.h"

enum { NR_PROCESSES = 3, PAUSES = 3 };

/* The load is stopped and checked now and then. The rest of the time it works. */
static void run(const struct stress_options *options)
{
	const long long part = options->seconds * 1000LL / PAUSES;
	const struct timespec pause = { 0, 100 * 1000 * 1000 };
	long long next = part;
	bool fine;

	/* On a busy machine it takes longer until every file has had its turn. */
	while (stress_goes_on(fuzz_used_all() ? load_actions() : 0)) {
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

/*
 * Whatever was written last, the module can be put to rest again, unless the
 * guard has found something while it was on.
 */
static const char *rest(void)
{
	static const char *const layers[] = {
		RMAP_AB_FILE_GUARD, RMAP_AB_FILE_STATS_ENABLED,
		RMAP_AB_FILE_TRACE_OPS, RMAP_AB_FILE_FAULT_OPS,
	};
	static char status[1024];
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		snprintf(path, sizeof(path), RMAP_AB "%s", layers[i]);
		if (text_write(path, "0"))
			return layers[i];
	}
	if (text_write(IMPLEMENTATION, RMAP_AB_BUILTIN))
		return RMAP_AB_FILE_IMPLEMENTATION;
	if (text_read(STATUS, status, sizeof(status)) < 0)
		return RMAP_AB_FILE_STATUS;
	return strstr(status, "state: " RMAP_AB_STATE_BUILTIN "\n") ? NULL :
	       status;
}

int main(int argc, char **argv)
{
	struct stress_options options = { .seconds = 20, .cpus = 2, .least = 300, .seed = 1 };

	stress_parse(argc, argv, "actions", &options);
	if (kmod_load("rmap_ab", "")) {
		fputs("rmap_state_stress: rmap_ab does not load, or is loaded\n",
		      stderr);
		return 2;
	}
	stress_start(&options, 4);
	fuzz_start(NR_PROCESSES, options.seed);
	run(&options);
	tap_result("the files make sense", fuzz_stop());
	tap_note("%llu calls; %llu records, %llu of them racy", fuzz_calls(),
		 fuzz_records(), fuzz_racy());
	tap_result("much happened meanwhile",
		   stress_judge("actions", load_actions()));
	tap_result("comes to rest", rest());
	tap_result("unloads", kmod_unload("rmap_ab") ? "rmap_ab is in use" : NULL);
	return stress_finish();
}
