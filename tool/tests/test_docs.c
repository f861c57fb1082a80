// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "groups.h"

/* Completes the last of the words, and prints what is on offer. */
#define COMPLETE						\
	"source \"$RMAPCTL_SRC/rmapctl.bash\"; "		\
	"COMP_WORDS=(\"$RMAPCTL\" \"$@\"); COMP_CWORD=$#; "	\
	"_rmapctl; printf '%s\\n' \"${COMPREPLY[@]}\" | sort"

static void complete(struct world *w, const char *first, const char *second,
		     const char *third)
{
	program(w, "bash", "-c", COMPLETE, "bash", first, second, third, NULL);
}

static void completion_knows_the_commands(void **state)
{
	struct world *w = *state;

	complete(w, "", NULL, NULL);
	check_fine(w, "help\nstatus\nuse\nversion\n");
	complete(w, "-j", "s", NULL);
	check_fine(w, "status\n");
	complete(w, "help", "u", NULL);
	check_fine(w, "use\n");
}

static void completion_knows_the_options(void **state)
{
	struct world *w = *state;

	complete(w, "-", NULL, NULL);
	check_fine(w, "--help\n--json\n--pretty\n--timestamp\n--version\n");
	complete(w, "status", "--p", NULL);
	check_fine(w, "--pretty\n");
}

static void completion_reads_the_live_names(void **state)
{
	struct world *w = *state;

	world_write(w, IMPLEMENTATION, "builtin [page] planned\n");
	complete(w, "use", "", NULL);
	check_fine(w, "builtin\npage\nplanned\n");
	complete(w, "-j", "use", "pl");
	check_fine(w, "planned\n");
	complete(w, "use", "page", "");
	check_fine(w, "\n");
}

static void completion_is_silent_without_the_module(void **state)
{
	struct world *w = *state;

	world_remove(w, "debugfs/rmap_ab");
	complete(w, "use", "", NULL);
	check_fine(w, "\n");
}

static char *manual(void)
{
	char path[PATH_MAX], *text = calloc(1, OUTPUT_MAX);
	FILE *file;

	snprintf(path, sizeof(path), "%s/rmapctl.8", source_dir());
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, OUTPUT_MAX - 1, file) > 0);
	fclose(file);
	return text;
}

/*
 * Whatever stands in the first column of a section of a help text must be in
 * the manual: commands, options, fields, states.
 */
static size_t check_first_words_in(const char *text, const char *help)
{
	char word[64], macro[80];
	size_t nr = 0;

	for (const char *at = strstr(help, "\n  "); at;
	     at = strstr(at + 1, "\n  ")) {
		if (sscanf(at, " -%1[a-zA-Z],", word) != 1 &&
		    sscanf(at, " %63[a-z0-9_]", word) != 1)
			continue;
		snprintf(macro, sizeof(macro), " %s", word);
		check_in(text, macro);
		nr++;
	}
	return nr;
}

static void manual_names_everything(void **state)
{
	struct world *w = *state;
	char *text = manual();

	rmapctl(w, "help", NULL);
	assert_int_equal(check_first_words_in(text, w->out), 9);
	rmapctl(w, "help", "status", NULL);
	assert_int_equal(check_first_words_in(text, w->out), 13);
	rmapctl(w, "help", "use", NULL);
	assert_int_equal(check_first_words_in(text, w->out), 4);
	free(text);
}

static void manual_is_well_formed(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX];

	if (access("/usr/bin/groff", X_OK))
		skip();
	snprintf(path, sizeof(path), "%s/rmapctl.8", source_dir());
	program(w, "groff", "-mandoc", "-ww", "-rCHECKSTYLE=3", "-Tutf8", "-z",
		path, NULL);
	check_fine(w, "");
}

static const struct CMUnitTest tests[] = {
	WORLD_TEST(completion_knows_the_commands),
	WORLD_TEST(completion_knows_the_options),
	WORLD_TEST(completion_reads_the_live_names),
	WORLD_TEST(completion_is_silent_without_the_module),
	WORLD_TEST(manual_names_everything),
	WORLD_TEST(manual_is_well_formed),
};

GROUP(docs, tests);
