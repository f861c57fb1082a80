// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "groups.h"

static const char *version(void)
{
	const char *version = getenv("RMAPCTL_EXPECT_VERSION");

	assert_non_null(version);
	return version;
}

static void cli_alone_shows_the_status(void **state)
{
	struct world *w = *state;
	char *status;

	rmapctl(w, "status", NULL);
	status = strdup(w->out);
	rmapctl(w, NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, status);
	check_in(w->out, "\nrmapctl help ");
	rmapctl(w, "-j", NULL);
	assert_int_equal(w->code, 0);
	check_not_in(w->out, "rmapctl help");
	free(status);
}

static void cli_refuses_unknown_commands(void **state)
{
	struct world *w = *state;

	rmapctl(w, "stat", NULL);
	check_failure(w, 1, "unknown command 'stat'", NULL);
	rmapctl(w, "help", "st\033at", NULL);
	check_failure(w, 1, "unknown command 'st\\x1bat'", NULL);
}

static void cli_says_what_the_user_may_have_meant(void **state)
{
	struct world *w = *state;

	rmapctl(w, "folois", NULL);
	check_failure(w, 1, "unknown command 'folois' (did you mean 'folio'?)", NULL);
	rmapctl(w, "aduit", NULL);
	check_failure(w, 1, "'aduit' (did you mean 'audit'?)", NULL);
	rmapctl(w, "mon", NULL);
	check_failure(w, 1, "'mon' (did you mean 'monitor'?)", NULL);
	rmapctl(w, "xyzzy", NULL);
	check_failure(w, 1, "unknown command 'xyzzy': see", NULL);
	rmapctl(w, "bench", "rum", NULL);
	check_failure(w, 1, "'rum' (did you mean 'run'?)", NULL);
	rmapctl(w, "folio", "--pdi=1", NULL);
	check_failure(w, 1, "unknown option '--pdi=1' (did you mean '--pid'?)", NULL);
}

static void cli_refuses_unknown_options(void **state)
{
	struct world *w = *state;

	rmapctl(w, "-x", "status", NULL);
	check_failure(w, 1, NULL);
	assert_string_equal(w->err, "rmapctl: unknown option '-x'\n"
			    "rmapctl: see 'rmapctl help'\n");
	rmapctl(w, "status", "-jx", NULL);
	check_failure(w, 1, "unknown option '-x'", NULL);
	rmapctl(w, "status", "--jsonx", NULL);
	check_failure(w, 1, "unknown option '--jsonx'", NULL);
	rmapctl(w, "--json=1", "status", NULL);
	check_failure(w, 1, "option '--json' takes no value", NULL);
}

static void cli_refuses_surplus_operands(void **state)
{
	struct world *w = *state;

	rmapctl(w, "status", "now", NULL);
	check_failure(w, 1, "'now' is unexpected, 'status' takes no operand", NULL);
	rmapctl(w, "version", "now", NULL);
	check_failure(w, 1, "'now' is unexpected, 'version' takes no operand", NULL);
	rmapctl(w, "help", "use", "status", NULL);
	check_failure(w, 1, "'status' is unexpected, 'help' takes at most 1 operand:", NULL);
}

static void cli_takes_options_anywhere(void **state)
{
	struct world *w = *state;
	char before[OUTPUT_MAX + 1];

	rmapctl(w, "--json", "status", NULL);
	check_in(w->out, "[{");
	memcpy(before, w->out, sizeof(w->out));
	rmapctl(w, "status", "-j", NULL);
	check_fine(w, before);
	rmapctl(w, "--pretty", "status", NULL);
	check_in(w->out, "[\n");
	memcpy(before, w->out, sizeof(w->out));
	rmapctl(w, "status", "-jp", NULL);
	check_fine(w, before);
}

static void cli_refuses_json_where_there_is_none(void **state)
{
	struct world *w = *state;

	rmapctl(w, "-j", "help", NULL);
	check_failure(w, 1, "'help' has no JSON form", "-j", NULL);
	rmapctl(w, "help", "-p", NULL);
	check_failure(w, 1, "'help' has no JSON form", "-p", NULL);
	rmapctl(w, "use", "-j", "-h", NULL);
	check_failure(w, 1, "'help' has no JSON form", NULL);
}

static void cli_refuses_timestamps_where_nothing_streams(void **state)
{
	struct world *w = *state;
	char kept[64];

	rmapctl(w, "-t", "status", NULL);
	check_failure(w, 1, "'status'", "-t", NULL);
	rmapctl(w, "help", "--timestamp", NULL);
	check_failure(w, 1, "'help'", "-t", NULL);
	rmapctl(w, "-Vt", NULL);
	check_failure(w, 1, "'version'", "-t", NULL);
	rmapctl(w, "use", "page", "-t", NULL);
	check_failure(w, 1, "'use'", "-t", NULL);
	world_read(w, IMPLEMENTATION, kept, sizeof(kept));
	assert_string_equal(kept, "[builtin] control page batch\n");
}

static void cli_prints_its_version(void **state)
{
	static const char *const forms[] = { "-V", "--version", "version" };
	struct world *w = *state;
	char expected[64];

	snprintf(expected, sizeof(expected), "rmapctl %s\n", version());
	for (size_t i = 0; i < 3; i++) {
		rmapctl(w, forms[i], NULL);
		check_fine(w, expected);
	}
	rmapctl(w, "status", "-V", NULL);
	check_fine(w, expected);
}

static void cli_prints_its_version_as_json(void **state)
{
	struct world *w = *state;
	struct json_object *array, *object;

	rmapctl(w, "-j", "-V", NULL);
	object = only_object(w, &array);
	check_string(object, "version", version());
	assert_int_equal(json_object_object_length(object), 1);
	json_object_put(array);
}

static void cli_help_lists_everything(void **state)
{
	static const char *const parts[] = {
		"usage: rmapctl", "\n  status ", "\n  use NAME ",
		"\n  help [COMMAND] ", "\n  version ", "-j, --json",
		"-p, --pretty", "-t, --timestamp", "-V, --version",
		"-h, --help", "Exit status:",
	};
	struct world *w = *state;
	char long_form[OUTPUT_MAX + 1];

	rmapctl(w, "--help", NULL);
	memcpy(long_form, w->out, sizeof(w->out));
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		check_in(long_form, parts[i]);
	rmapctl(w, "-h", NULL);
	check_fine(w, long_form);
	rmapctl(w, "help", NULL);
	check_fine(w, long_form);
}

static void cli_help_explains_a_command(void **state)
{
	struct world *w = *state;
	char long_form[OUTPUT_MAX + 1];

	rmapctl(w, "help", "use", NULL);
	memcpy(long_form, w->out, sizeof(w->out));
	check_in(long_form, "use NAME\n");
	check_in(long_form, "\n  last_switch_us ");
	rmapctl(w, "use", "-h", NULL);
	check_fine(w, long_form);
	rmapctl(w, "-h", "use", NULL);
	check_fine(w, long_form);
	rmapctl(w, "help", "status", NULL);
	check_in(w->out, "\n  nr_reverts ");
	check_in(w->out, "\n  foreign ");
}

static void cli_notices_a_full_disk(void **state)
{
	struct world *w = *state;

	w->output = "/dev/full";
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "cannot write the output: No space left", NULL);
	rmapctl(w, "status", "-j", NULL);
	check_failure(w, 2, "cannot write the output: No space left", NULL);
	rmapctl(w, "help", NULL);
	check_failure(w, 2, "cannot write the output: No space left", NULL);
}

static void cli_notices_a_closed_stdout(void **state)
{
	struct world *w = *state;

	w->no_stdout = true;
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "cannot write the output: Bad file", NULL);
}

/* Otherwise the first control file that is opened would become stdout. */
static void cli_keeps_the_number_of_stdout_taken(void **state)
{
	struct world *w = *state;

	w->no_stdout = true;
	world_link(w, STATUS, "/proc/self/fd/1");
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "it lacks 'state'", NULL);
}

static const struct CMUnitTest tests[] = {
	WORLD_TEST(cli_alone_shows_the_status),
	WORLD_TEST(cli_says_what_the_user_may_have_meant),
	WORLD_TEST(cli_refuses_unknown_commands),
	WORLD_TEST(cli_refuses_unknown_options),
	WORLD_TEST(cli_refuses_surplus_operands),
	WORLD_TEST(cli_takes_options_anywhere),
	WORLD_TEST(cli_refuses_json_where_there_is_none),
	WORLD_TEST(cli_refuses_timestamps_where_nothing_streams),
	WORLD_TEST(cli_prints_its_version),
	WORLD_TEST(cli_prints_its_version_as_json),
	WORLD_TEST(cli_help_lists_everything),
	WORLD_TEST(cli_help_explains_a_command),
	WORLD_TEST(cli_notices_a_full_disk),
	WORLD_TEST(cli_notices_a_closed_stdout),
	WORLD_TEST(cli_keeps_the_number_of_stdout_taken),
};

GROUP(cli, tests);
