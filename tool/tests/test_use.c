// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "groups.h"

#define STEPS(steps)	steps, ARRAY_SIZE(steps)

/* A real file of the kernel that refuses the write with EINVAL. */
#define EINVAL_FILE	"/proc/self/oom_score_adj"

#define OLD_WORDS "[    0.500000] an old one\n[    1.000000] an old one\n"

static const struct step to_page[] = {
	{ .path = STATUS, .says = STATUS_BUILTIN },
	{ .path = IMPLEMENTATION, .hears = "page" },
	{ .path = STATUS, .says = STATUS_PAGE },
};

static const struct step page_again[] = {
	{ .path = STATUS, .says = STATUS_PAGE },
	{ .path = IMPLEMENTATION, .hears = "page" },
	{ .path = STATUS, .says = STATUS_PAGE },
};

static void use_switches(void **state)
{
	struct world *w = *state;

	kernel_start(w, STEPS(to_page));
	rmapctl(w, "use", "page", NULL);
	kernel_end(w);
	check_fine(w, "builtin -> page in 35 us\n");
}

static void use_switches_json(void **state)
{
	struct world *w = *state;

	kernel_start(w, STEPS(to_page));
	rmapctl(w, "use", "page", "-j", NULL);
	kernel_end(w);
	check_fine(w, "[{\"from\":\"builtin\",\"to\":\"page\","
		    "\"changed\":true,\"last_switch_us\":35}]\n");
}

static void use_of_the_current_one_says_so(void **state)
{
	struct world *w = *state;

	kernel_start(w, STEPS(page_again));
	rmapctl(w, "use", "page", NULL);
	kernel_end(w);
	check_fine(w, "page is in use already: nothing changed\n");
}

static void use_of_the_current_one_json(void **state)
{
	struct world *w = *state;

	kernel_start(w, STEPS(page_again));
	rmapctl(w, "use", "page", "-j", NULL);
	kernel_end(w);
	check_fine(w, "[{\"from\":\"page\",\"to\":\"page\","
		    "\"changed\":false}]\n");
}

static void use_of_the_current_one_between_two_switches(void **state)
{
	static const struct step steps[] = {
		{ .path = STATUS, .says = STATUS_PAGE },
		{ .path = IMPLEMENTATION, .hears = "page" },
		{ .path = STATUS, .says = "state: active\ncurrent: page\n"
		  "switch_seq: 3\nlast_switch_us: 41\n" KNOWN_REST },
	};
	struct world *w = *state;

	kernel_start(w, STEPS(steps));
	rmapctl(w, "use", "page", NULL);
	kernel_end(w);
	check_fine(w, "page -> page in 41 us\n");
}

static void use_notices_a_revert(void **state)
{
	static const struct step steps[] = {
		{ .path = STATUS, .says = STATUS_BUILTIN },
		{ .path = IMPLEMENTATION, .hears = "page" },
		{ .path = STATUS, .says = "state: reverted\n"
		  "current: builtin\nswitch_seq: 2\nlast_switch_us: 9\n"
		  "nr_reverts: 1\nlast_revert: below -1\n"
		  "instrumented: guard\n" },
	};
	struct world *w = *state;

	kernel_start(w, STEPS(steps));
	rmapctl(w, "use", "page", NULL);
	kernel_end(w);
	check_failure(w, 3, "accepted 'page'", "'builtin' took its place",
		      "state: reverted", "last revert: below -1", NULL);
}

static void use_of_an_unknown_name_lists_the_known(void **state)
{
	/*
	 * The write comes between the two reads of the log. Names are read
	 * after the last.
	 */
	static const struct step steps[] = {
		{ .path = ERROR_LOG, .says = OLD_WORDS },
		{ .path = ERROR_LOG, .says = OLD_WORDS
		  "[    2.000000] unknown implementation 'nosuch'\n",
		  .then_path = IMPLEMENTATION,
		  .then_text = "[builtin] control page batch\n" },
	};
	struct world *w = *state;

	world_link(w, IMPLEMENTATION, EINVAL_FILE);
	kernel_start(w, STEPS(steps));
	rmapctl(w, "use", "nosuch", NULL);
	kernel_end(w);
	check_failure(w, 2, "'nosuch'", "Invalid argument",
		      "the kernel says: unknown implementation 'nosuch'\n",
		       "the module has: builtin control page batch\n", NULL);
	check_not_in(w->err, "an old one");
}

static void use_repeats_no_old_words(void **state)
{
	struct world *w = *state;

	world_link(w, IMPLEMENTATION, "/dev/full");
	world_write(w, ERROR_LOG, OLD_WORDS);
	rmapctl(w, "use", "page", NULL);
	check_failure(w, 2, "'page'", "/implementation: No space left", NULL);
	check_not_in(w->err, "an old one");
	check_not_in(w->err, "the module has");
	check_not_in(w->err, "cannot read");
}

/* A known name can be refused as well; then a list would not help. */
static void use_refused_for_a_known_name_lists_nothing(void **state)
{
	static const struct step steps[] = {
		{ .path = ERROR_LOG, .says = "" },
		{ .path = ERROR_LOG, .says = "page: refused by the hooks\n",
		  .then_path = IMPLEMENTATION,
		  .then_text = "[builtin] control page batch\n" },
	};
	struct world *w = *state;

	world_link(w, IMPLEMENTATION, EINVAL_FILE);
	kernel_start(w, STEPS(steps));
	rmapctl(w, "use", "page", NULL);
	kernel_end(w);
	check_failure(w, 2, "the kernel says: page: refused by the hooks\n",
		      NULL);
	check_not_in(w->err, "the module has");
}

static void use_works_without_an_error_log(void **state)
{
	struct world *w = *state;

	world_link(w, IMPLEMENTATION, "/dev/full");
	world_remove(w, ERROR_LOG);
	rmapctl(w, "use", "page", NULL);
	check_failure(w, 2, "No space left", NULL);
	check_not_in(w->err, "error_log");
}

/* The rest of a short write would be another command. */
static void use_sends_no_rest_after_a_short_write(void **state)
{
	struct world *w = *state;
	char got[64];

	world_write(w, IMPLEMENTATION, "");
	w->file_limit = 2;
	rmapctl(w, "use", "page", NULL);
	check_failure(w, 2, "/implementation: Input/output error", NULL);
	world_read(w, IMPLEMENTATION, got, sizeof(got));
	assert_string_equal(got, "pa");
}

static void use_stops_when_status_is_garbled(void **state)
{
	struct world *w = *state;
	char got[64];

	world_write(w, STATUS, "state");
	world_write(w, IMPLEMENTATION, "");
	rmapctl(w, "use", "page", NULL);
	check_failure(w, 2, "'status' is garbled", NULL);
	world_read(w, IMPLEMENTATION, got, sizeof(got));
	assert_string_equal(got, "");
}

static void use_needs_one_name(void **state)
{
	static const char *const bad[] = {
		"", " ", "page\n", "page batch", "p\xc3\xa4ge", "p\tge", "\x7f",
	};
	struct world *w = *state;

	rmapctl(w, "use", NULL);
	check_failure(w, 1, "'use' needs NAME", NULL);
	rmapctl(w, "use", "page", "batch", NULL);
	check_failure(w, 1, "'batch' is unexpected", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		rmapctl(w, "use", bad[i], NULL);
		check_failure(w, 1, "cannot be a name", NULL);
	}
}

static const struct CMUnitTest tests[] = {
	WORLD_TEST(use_switches),
	WORLD_TEST(use_switches_json),
	WORLD_TEST(use_of_the_current_one_says_so),
	WORLD_TEST(use_of_the_current_one_json),
	WORLD_TEST(use_of_the_current_one_between_two_switches),
	WORLD_TEST(use_notices_a_revert),
	WORLD_TEST(use_of_an_unknown_name_lists_the_known),
	WORLD_TEST(use_repeats_no_old_words),
	WORLD_TEST(use_refused_for_a_known_name_lists_nothing),
	WORLD_TEST(use_works_without_an_error_log),
	WORLD_TEST(use_sends_no_rest_after_a_short_write),
	WORLD_TEST(use_stops_when_status_is_garbled),
	WORLD_TEST(use_needs_one_name),
};

GROUP(use, tests);
