// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>

#include "groups.h"

#define STEPS(steps)	steps, ARRAY_SIZE(steps)

#define REASON "large_mapcount too low: left by folio_remove_rmap_ptes() of batch, pfn 0x1f00"

#define ACTIVE "state: active\ncurrent: batch\nswitch_seq: 1\n" \
	"last_switch_us: 35\nnr_reverts: 0\nlast_revert: none\n"
#define STATUS_ON	ACTIVE "instrumented: stats guard\n"
#define STATUS_OFF	ACTIVE "instrumented: stats\n"
#define STATUS_REVERTED "state: reverted\ncurrent: builtin\n" \
	"switch_seq: 2\nlast_switch_us: 9\nnr_reverts: 1\n" \
	"last_revert: " REASON "\ninstrumented: none\n"
#define STATUS_CLEARED "state: builtin\ncurrent: builtin\n" \
	"switch_seq: 2\nlast_switch_us: 9\nnr_reverts: 1\n" \
	"last_revert: " REASON "\ninstrumented: none\n"

#define WORDS "refused after a revert: see status, then write clear to guard"

static void guard_shows_how_things_are(void **state)
{
	struct world *w = *state;

	world_write(w, STATUS, STATUS_ON);
	rmapctl(w, "guard", NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, "on\n");
	check_in(w->out, "batch\n");
	check_in(w->out, "none\n");
	world_write(w, STATUS, STATUS_REVERTED);
	rmapctl(w, "guard", NULL);
	assert_int_equal(w->code, 0);
	check_in(w->out, "reverted\n");
	check_in(w->out, REASON "\n");
}

static void guard_shows_json(void **state)
{
	struct world *w = *state;

	world_write(w, STATUS, STATUS_OFF);
	rmapctl(w, "-j", "guard", NULL);
	check_fine(w, "[{\"guard\":\"off\",\"current\":\"batch\","
		    "\"nr_reverts\":0,\"last_revert\":\"none\"}]\n");
	world_write(w, STATUS, STATUS_REVERTED);
	rmapctl(w, "-j", "guard", NULL);
	check_fine(w, "[{\"guard\":\"reverted\",\"current\":\"builtin\","
		    "\"nr_reverts\":1,\"last_revert\":\"" REASON "\"}]\n");
}

/* A layer of a newer module. */
static void guard_is_a_whole_word(void **state)
{
	static const char *const others[] = { "guards", "xguard", "no-guard x" };
	struct world *w = *state;
	char text[512];

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		snprintf(text, sizeof(text), ACTIVE "instrumented: %s\n",
			 others[i]);
		world_write(w, STATUS, text);
		rmapctl(w, "-j", "guard", NULL);
		check_in(w->out, "\"guard\":\"off\"");
	}
}

static void check_command(struct world *w, const char *word, const char *hears,
			  const char *status, const char *guard)
{
	const struct step steps[] = {
		{ .path = GUARD, .hears = hears },
		{ .path = STATUS, .says = status },
	};
	char text[64];

	kernel_start(w, STEPS(steps));
	rmapctl(w, "-j", "guard", word, NULL);
	kernel_end(w);
	assert_int_equal(w->code, 0);
	snprintf(text, sizeof(text), "[{\"guard\":\"%s\",", guard);
	check_in(w->out, text);
}

static void guard_takes_commands(void **state)
{
	struct world *w = *state;

	check_command(w, "on", "1", STATUS_ON, "on");
	check_command(w, "off", "0", STATUS_OFF, "off");
	check_command(w, "off", "0", STATUS_REVERTED, "reverted");
	check_command(w, "--clear", "clear", STATUS_CLEARED, "off");
}

static void guard_notices_a_revert(void **state)
{
	static const struct step steps[] = {
		{ .path = GUARD, .hears = "1" },
		{ .path = STATUS, .says = STATUS_REVERTED },
	};
	struct world *w = *state;

	kernel_start(w, STEPS(steps));
	rmapctl(w, "guard", "on", NULL);
	kernel_end(w);
	check_failure(w, 3, "accepted 'on'", "the guard is reverted",
		      "last revert: " REASON "\n", NULL);
}

/* The kernel's text comes between the two reads of the log. */
static const struct step refusal[] = {
	{ .path = ERROR_LOG, .says = "" },
	{ .path = ERROR_LOG, .says = "[    2.000000] page: " WORDS "\n" },
};

static void check_refusal(struct world *w, const char *noun, const char *word,
			  const char *writes)
{
	world_write(w, STATUS, STATUS_REVERTED);
	w->refuse = writes;
	w->refuse_errno = EUCLEAN;
	kernel_start(w, STEPS(refusal));
	rmapctl(w, noun, word, NULL);
	kernel_end(w);
	check_failure(w, 2, "Structure needs cleaning",
		      "the kernel says: page: " WORDS "\n",
		      "rmapctl guard --clear\n", NULL);
}

static void use_after_a_revert_names_the_way_out(void **state)
{
	struct world *w = *state;

	world_write(w, IMPLEMENTATION, "");
	check_refusal(w, "use", "page", "page");
}

static void guard_after_a_revert_names_the_way_out(void **state)
{
	struct world *w = *state;

	world_write(w, GUARD, "");
	check_refusal(w, "guard", "on", "1");
}

/* A clear does not help if something else is wrong. */
static void other_refusals_name_no_clear(void **state)
{
	struct world *w = *state;

	world_link(w, GUARD, "/dev/full");
	rmapctl(w, "guard", "on", NULL);
	check_failure(w, 2, "/guard: No space left", NULL);
	check_not_in(w->err, "--clear");
	world_remove(w, GUARD);
	rmapctl(w, "guard", "on", NULL);
	check_failure(w, 2, "/guard: No such file", "different versions", NULL);
}

static void guard_refuses_other_words(void **state)
{
	struct world *w = *state;

	rmapctl(w, "guard", "yes", NULL);
	check_failure(w, 1, "'guard' does not know 'yes': on, off", NULL);
	rmapctl(w, "guard", "on", "off", NULL);
	check_failure(w, 1, "'off' is unexpected", NULL);
	rmapctl(w, "guard", "on", "--clear", NULL);
	check_failure(w, 1, "'--clear' and 'on'", NULL);
}

static const struct CMUnitTest tests[] = {
	WORLD_TEST(guard_shows_how_things_are),
	WORLD_TEST(guard_shows_json),
	WORLD_TEST(guard_is_a_whole_word),
	WORLD_TEST(guard_takes_commands),
	WORLD_TEST(guard_notices_a_revert),
	WORLD_TEST(use_after_a_revert_names_the_way_out),
	WORLD_TEST(guard_after_a_revert_names_the_way_out),
	WORLD_TEST(other_refusals_name_no_clear),
	WORLD_TEST(guard_refuses_other_words),
};

GROUP(guard, tests);
