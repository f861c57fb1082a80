// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel says about large folios with and without page mapcounts is what
 * follows from its rules: rmap_accuracy_load works it out for each of its workloads.
 * Here it runs under an implementation, with folios of each size. See --help.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "lib/knob.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/text.h"

#define LAYOUT RMAP_AB RMAP_AB_FILE_LAYOUT
#define WORDS "/tmp/rmap_accuracy_layout"

static void load(int kib, const char *layout)
{
	char names[64], command[128], words[4096] = "";

	must(text_read(LAYOUT, names, sizeof(names)) > 0, "read layout");
	if (!strstr(names, layout))
		tap_skip("the kernel has no CONFIG_RMAP_LAYOUT");
	must(!text_write(LAYOUT, layout), "choose %s", layout);
	snprintf(command, sizeof(command), "rmap_accuracy_load %d %s 2>" WORDS " >/dev/null",
		 kib, layout);
	if (!system(command))
		return;
	text_read(WORDS, words, sizeof(words));
	must(false, "%s fails: %s", command, words);
}

static void page_64(void) { load(64, RMAP_AB_LAYOUT_PAGE); }
static void page_2048(void) { load(2048, RMAP_AB_LAYOUT_PAGE); }
static void none_64(void) { load(64, RMAP_AB_LAYOUT_NONE); }
static void none_2048(void) { load(2048, RMAP_AB_LAYOUT_NONE); }

static void after_load(void)
{
	text_write(LAYOUT, RMAP_AB_LAYOUT_PAGE);
	knobs_restore();
}

static const struct suite_case load_cases[] = {
	{ "page/64", page_64, NEED_MTHP | NEED_SHMEM_THP },
	{ "page/2048", page_2048, NEED_THP | NEED_SHMEM_THP },
	{ "none/64", none_64, NEED_MTHP | NEED_SHMEM_THP },
	{ "none/2048", none_2048, NEED_THP | NEED_SHMEM_THP },
	{ 0 }
};

static const struct suite load_suite = {
	.what = "Compares what the kernel says about shared memory with what its rules say, with and without page mapcounts.",
	.flags = SUITE_ROWS | SUITE_SETTINGS | SUITE_IMPL,
	.timeout = 300,
	.after = after_load,
	.cases = load_cases,
};

int main(int argc, char **argv)
{
	return suite_main(&load_suite, argc, argv);
}
