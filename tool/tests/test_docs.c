// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "groups.h"

/* Completes the last word and prints what is offered. */
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
	check_fine(w, "accuracy\naudit\nbench\ndiff\nfault\nfolio\nguard\nhelp\n"
		   "layout\nmappers\nmonitor\npages\nrecord\nstats\nstatus\nuse\nversion\nwatch\n");
	complete(w, "-j", "s", NULL);
	check_fine(w, "stats\nstatus\n");
	complete(w, "diff", "/dev/nul", NULL);
	check_fine(w, "/dev/null\n");
	complete(w, "diff", "/dev/null", "/dev/nul");
	check_fine(w, "/dev/null\n");
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
	complete(w, "stats", "--o", NULL);
	check_fine(w, "--off\n--on\n--openmetrics\n--output\n");
	complete(w, "stats", "--output", "/dev/nul");
	check_fine(w, "/dev/null\n");
	complete(w, "accuracy", "--a", NULL);
	check_fine(w, "--all\n");
	complete(w, "stats", "--interval", "");
	check_fine(w, "\n");
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

static void completion_knows_the_guards_words(void **state)
{
	struct world *w = *state;

	complete(w, "guard", "", NULL);
	check_fine(w, "off\non\n");
	complete(w, "guard", "--c", NULL);
	check_fine(w, "--clear\n");
}

static void completion_knows_the_faults(void **state)
{
	struct world *w = *state;

	complete(w, "fault", "", NULL);
	check_fine(w, "clear\nlist\nrun\nset\n");
	complete(w, "fault", "run", "");
	check_fine(w, "fail_rmap_ab\nfail_rmap_try_dup\nfail_rmap_try_share\n");
	complete(w, "fault", "--n", NULL);
	check_fine(w, "--nth\n");
}

static void completion_knows_kinds_and_keys(void **state)
{
	struct world *w = *state;

	complete(w, "folio", "--kind", "f");
	check_fine(w, "file\n");
	complete(w, "pages", "--kind", "anon,h");
	check_fine(w, "anon,hugetlb\n");
	complete(w, "folio", "--sort", "r");
	check_fine(w, "refcount\n");
	complete(w, "folio", "--sort", "-l");
	check_fine(w, "-large_mapcount\n");
	complete(w, "folio", "--pfn", "");
	check_fine(w, "\n");
	complete(w, "folio", "--file", "/dev/nul");
	check_fine(w, "/dev/null\n");
	complete(w, "folio", "--sh", NULL);
	check_fine(w, "--shared\n");
}

/* As many words as wanted, closed by NULL. */
#define COMPLETE_WORDS(w, ...) \
	program(w, "bash", "-c", COMPLETE, "bash", "bench", __VA_ARGS__, NULL)

/* Scenarios, which are not verbs, values or files. */
static void completion_knows_what_bench_takes(void **state)
{
	struct world *w = *state;

	COMPLETE_WORDS(w, "");
	check_fine(w, "compare\nexec\nlist\nrun\nshow\n");
	COMPLETE_WORDS(w, "--impl", "page", "");
	check_fine(w, "compare\nexec\nlist\nrun\nshow\n");
	COMPLETE_WORDS(w, "run", "mun");
	check_fine(w, "munmap\n");
	COMPLETE_WORDS(w, "run", "--samples", "6", "mun");
	check_fine(w, "munmap\n");
	COMPLETE_WORDS(w, "run", "--samples", "=", "6", "mun");
	check_fine(w, "munmap\n");
	COMPLETE_WORDS(w, "run", "--impl", "");
	check_fine(w, "batch\nbuiltin\ncontrol\npage\n");
	COMPLETE_WORDS(w, "run", "--impl", "page,b");
	check_fine(w, "page,batch\npage,builtin\n");
	COMPLETE_WORDS(w, "run", "--impl", "=");
	check_fine(w, "batch\nbuiltin\ncontrol\npage\n");
	world_write(w, "debugfs/rmap_ab/layout", "[page] none\n");
	COMPLETE_WORDS(w, "run", "--layout", "page,");
	check_fine(w, "page,none\npage,page\n");
	COMPLETE_WORDS(w, "run", "--size", "");
	check_fine(w, "\n");
	COMPLETE_WORDS(w, "run", "--folio", "");
	check_fine(w, "\n");
	COMPLETE_WORDS(w, "run", "--json", "/dev/nul");
	check_fine(w, "/dev/null\n");
	COMPLETE_WORDS(w, "show", "/dev/nul");
	check_fine(w, "/dev/null\n");
	COMPLETE_WORDS(w, "list", "");
	check_fine(w, "\n");
	COMPLETE_WORDS(w, "run", "--sam");
	check_fine(w, "--samples\n");
}

static void completion_is_silent_without_the_module(void **state)
{
	struct world *w = *state;

	world_remove(w, "debugfs/rmap_ab");
	complete(w, "use", "", NULL);
	check_fine(w, "\n");
}

/* Returns the source of a page, without the parts that rmapctl prints. */
static const char *manual(const char *name)
{
	static char text[OUTPUT_MAX];
	char path[PATH_MAX];
	FILE *file;
	size_t nr;

	snprintf(path, sizeof(path), "%s/man/%s", source_dir(), name);
	file = fopen(path, "r");
	assert_non_null(file);
	nr = fread(text, 1, sizeof(text) - 1, file);
	assert_true(nr > 0);
	text[nr] = '\0';
	fclose(file);
	return text;
}

/*
 * Every indented line of the help text that has this form must have its
 * counterpart, a line of that form, in the manual.
 */
static size_t check_words(const char *manual, const char *help,
			  const char *form, const char *counterpart)
{
	char word[64], line[96];
	size_t nr = 0;

	for (const char *at = strchr(help, '\n'); at;
	     at = strchr(at + 1, '\n')) {
		if (strncmp(at + 1, "  ", 2) ||
		    sscanf(at + 3, form, word) != 1)
			continue;
		snprintf(line, sizeof(line), counterpart, word);
		check_in(manual, line);
		nr++;
	}
	return nr;
}

static const char *const pages[] = {
	"rmapctl.8", "rmapctl-accuracy.8", "rmapctl-bench.8", "rmapctl-diff.8",
	"rmapctl-fault.8", "rmapctl-folio.8", "rmapctl-monitor.8",
	"rmapctl-record.8",
};

/* Each list of fields that help has is printed into one of the pages. */
static void manual_has_the_fields_of_every_command(void **state)
{
	struct world *w = *state;
	char commands[OUTPUT_MAX + 1], *rest, *name, line[64];
	size_t nr = 0;

	complete(w, "", NULL, NULL);
	memcpy(commands, w->out, sizeof(commands));
	for (name = strtok_r(commands, "\n", &rest); name;
	     name = strtok_r(NULL, "\n", &rest)) {
		bool found = false;

		rmapctl(w, "help", name, NULL);
		if (!strstr(w->out, "\nFields:\n"))
			continue;
		snprintf(line, sizeof(line), "\n.\\\" @ %s Fields", name);
		for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
			found |= !!strstr(manual(pages[i]), line);
		if (!found)
			fail_msg("no page has the fields of %s", name);
		nr++;
	}
	assert_int_equal(nr, 17);
}

static void manual_shows_every_command_in_the_synopsis(void **state)
{
	struct world *w = *state;
	const char *text = manual("rmapctl.8");
	const char *end = strstr(text, "\n.Sh DESCRIPTION");
	char *synopsis;

	assert_non_null(end);
	synopsis = strndup(text, end + 1 - text);
	rmapctl(w, "help", NULL);
	assert_int_equal(check_words(synopsis, w->out, "%63[a-z] ",
				     "\n.Cm %s\n"), 18);
	free(synopsis);
}

static void manual_explains_every_command(void **state)
{
	struct world *w = *state;

	rmapctl(w, "help", NULL);
	assert_int_equal(check_words(manual("rmapctl.8"), w->out, "%63[a-z] ",
				     "\n.It Cm %s"), 18);
}

static void manual_is_printed_as_lists(void **state)
{
	struct world *w = *state;

	rmapctl(w, "manual", "help", "Options", NULL);
	check_in(w->out, ".It Fl j , Fl \\-json\nPrint JSON: an array of objects.\n");
	rmapctl(w, "manual", "guard", "Options", NULL);
	check_in(w->out, ".Bl -tag -width Ds\n.It Fl \\-clear\n");
	rmapctl(w, "manual", "folio", "Kinds", NULL);
	check_in(w->out, ".It Sy not\\-rmappable\nAllocated, ");
	rmapctl(w, "manual", "watch", "Options", "pages", NULL);
	check_in(w->out, ".It Fl \\-interval Ar SECONDS\n");
	check_not_in(w->out, "\\-kind");
	rmapctl(w, "manual", "watch", "Fields", "folio", NULL);
	check_in(w->out, ".It Va tick\n");
	check_not_in(w->out, ".It Va pfn\n");
	rmapctl(w, "manual", "folios", "Fields", NULL);
	check_failure(w, 1, "unknown command 'folios'", NULL);
}

/* Checks the pages as they are installed. */
static void manual_is_well_formed(void **state)
{
	const char *dir = getenv("RMAPCTL_MAN");
	struct world *w = *state;
	char path[PATH_MAX];

	assert_non_null(dir);
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, pages[i]);
		program(w, "groff", "-mandoc", "-ww", "-rCHECKSTYLE=3",
			"-Tutf8", "-z", path, NULL);
		check_fine(w, "");
		program(w, "grep", "-c", "^.Bl -tag", path, NULL);
		assert_int_equal(w->code, 0);
		program(w, "grep", "^.. @ ", path, NULL);
		assert_int_equal(w->code, 1);
	}
}

#define PLOT								\
	"use Plot;"							\
	"sub row { my %row = (median => 2, change => 1, @_); return \\%row }" \
	"my $base = shift;"						\
	"my %cells = (4096 => { $base => { ns => row() }, "		\
	"	page => { ns => row(against => $base) } });"		\
	"print Plot::change_panel({ folios => [4096], impls => [$base, 'page'], "\
	"	cells => \\%cells }, { metric => 'ns', words => 'ns per page' });"

/* The lab's, of what bench has measured. */
static void plots_name_what_changes_are_against(void **state)
{
	static const char *const bases[] = { "vanilla", "builtin" };
	struct world *w = *state;
	char dir[PATH_MAX], words[64];

	snprintf(dir, sizeof(dir), "-I%s/../bench/report", source_dir());
	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		program(w, "perl", dir, "-e", PLOT, bases[i], NULL);
		assert_string_equal(w->err, "");
		snprintf(words, sizeof(words), "ns: change against %s, %%",
			 bases[i]);
		check_in(w->out, words);
		check_in(w->out, "title \"page\"");
		snprintf(words, sizeof(words), "title \"%s\"", bases[i]);
		check_not_in(w->out, words);
	}
}

static const struct CMUnitTest tests[] = {
	WORLD_TEST(completion_knows_the_commands),
	WORLD_TEST(completion_knows_the_options),
	WORLD_TEST(completion_reads_the_live_names),
	WORLD_TEST(completion_knows_the_guards_words),
	WORLD_TEST(completion_knows_the_faults),
	WORLD_TEST(completion_knows_kinds_and_keys),
	WORLD_TEST(completion_knows_what_bench_takes),
	WORLD_TEST(completion_is_silent_without_the_module),
	WORLD_TEST(plots_name_what_changes_are_against),
	WORLD_TEST(manual_has_the_fields_of_every_command),
	WORLD_TEST(manual_shows_every_command_in_the_synopsis),
	WORLD_TEST(manual_explains_every_command),
	WORLD_TEST(manual_is_printed_as_lists),
	WORLD_TEST(manual_is_well_formed),
};

GROUP(docs, tests);
