// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "groups.h"

static void check_json_of_page(struct json_object *object)
{
	static const char *const names[] = {
		"builtin", "control", "page", "batch",
	};
	struct json_object *list;

	check_string(object, "state", "active");
	check_string(object, "current", "page");
	check_number(object, "switch_seq", 1);
	check_number(object, "last_switch_us", 35);
	check_number(object, "nr_reverts", 0);
	check_string(object, "last_revert", "none");
	check_string(object, "instrumented", "none");
	assert_true(json_object_object_get_ex(object, "implementations",
					      &list));
	assert_int_equal(json_object_array_length(list), 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(json_object_get_string(
			json_object_array_get_idx(list, i)), names[i]);
	assert_int_equal(json_object_object_length(object), 8);
}

static void use_page(struct world *w)
{
	world_write(w, STATUS, STATUS_PAGE);
	world_write(w, IMPLEMENTATION, "builtin control [page] batch\n");
}

static void status_text(void **state)
{
	struct world *w = *state;

	use_page(w);
	rmapctl(w, "status", NULL);
	check_fine(w,
		   "state             active\n"
		    "current           page\n"
		    "switches          1\n"
		    "last switch took  35 us\n"
		    "reverts           0\n"
		    "last revert       none\n"
		    "instrumented      none\n"
		    "implementations   builtin control page batch\n");
}

static void status_json(void **state)
{
	struct world *w = *state;
	struct json_object *array;

	use_page(w);
	rmapctl(w, "-j", "status", NULL);
	check_json_of_page(only_object(w, &array));
	json_object_put(array);
	assert_ptr_equal(strchr(w->out, '\n'), w->out + strlen(w->out) - 1);
	check_fine(w, w->out);
}

static void status_pretty(void **state)
{
	struct world *w = *state;
	struct json_object *array;

	use_page(w);
	rmapctl(w, "-p", "status", NULL);
	check_json_of_page(only_object(w, &array));
	json_object_put(array);
	check_in(w->out, "\n    \"current\": \"page\",\n");
	assert_string_equal(w->out + strlen(w->out) - 3, "\n]\n");
	check_fine(w, w->out);
}

#define NEWER STATUS_PAGE "guard: off\nnr_guarded: 12\nbuild: 007\nwhy:\n" \
	"words: a: b \033[2J\xff\n"

static void status_shows_unknown_keys_in_text(void **state)
{
	struct world *w = *state;

	world_write(w, STATUS, NEWER);
	rmapctl(w, "status", NULL);
	check_in(w->out, "\nguard             off\n");
	check_in(w->out, "\nnr_guarded        12\n");
	check_in(w->out, "\nbuild             007\n");
	check_in(w->out, "\nwhy               -\n");
	check_in(w->out, "\nwords             a: b \\x1b[2J\\xff\n");
	check_fine(w, w->out);
}

static void status_shows_unknown_keys_in_json(void **state)
{
	struct world *w = *state;
	struct json_object *array, *object;

	world_write(w, STATUS, NEWER);
	rmapctl(w, "status", "-j", NULL);
	object = only_object(w, &array);
	check_string(object, "guard", "off");
	check_number(object, "nr_guarded", 12);
	check_string(object, "build", "007");
	check_string(object, "why", "");
	check_string(object, "words", "a: b \033[2J\xef\xbf\xbd");
	check_number(object, "switch_seq", 1);
	assert_int_equal(json_object_object_length(object), 13);
	json_object_put(array);
	check_fine(w, w->out);
}

static void status_does_not_care_for_the_order_of_keys(void **state)
{
	struct world *w = *state;
	struct json_object *array, *object;

	world_write(w, STATUS, KNOWN_REST "last_switch_us: 7\n"
		    "current: batch\nswitch_seq: 3\nstate: active\n");
	rmapctl(w, "status", "-j", NULL);
	object = only_object(w, &array);
	check_string(object, "current", "batch");
	check_number(object, "last_switch_us", 7);
	json_object_put(array);
	check_fine(w, w->out);
}

static void status_shows_a_foreign_implementation(void **state)
{
	struct world *w = *state;

	world_write(w, STATUS, "state: foreign\ncurrent: theirs\n"
		    "switch_seq: 2\nlast_switch_us: 9\n" KNOWN_REST);
	world_write(w, IMPLEMENTATION, "builtin control page batch\n");
	rmapctl(w, "status", NULL);
	check_in(w->out, "state             foreign\n");
	check_in(w->out, "\ncurrent           theirs\n");
	check_in(w->out, "\nimplementations   builtin control page batch\n");
	check_fine(w, w->out);
}

static void status_refuses_garbled_files(void **state)
{
	static const struct {
		const char *text;
		const char *complaint;
	} cases[] = {
		{ "", "it lacks 'state'" },
		{ "state: builtin\ncurr", "ends within the line 'curr'" },
		{ "state: builtin\ncurrent: page\n", "it lacks 'switch_seq'" },
		{ "current: page\nswitch_seq: 0\nlast_switch_us: 0\n"
		  KNOWN_REST, "it lacks 'state'" },
		{ STATUS_BUILTIN "no colon\n", "no colon in 'no colon'" },
		{ STATUS_BUILTIN "\n", "no colon in ''" },
		{ STATUS_BUILTIN ": x\n", "no key is ''" },
		{ STATUS_BUILTIN "a\033b: x\n", "no key is 'a\\x1bb'" },
		{ STATUS_BUILTIN "current: page\n", "twice the key 'current'" },
		{ "switch_seq: 1x\n", "no number is '1x'" },
		{ "switch_seq: -1\n", "no number is '-1'" },
		{ "switch_seq:\n", "no number is ''" },
		{ "switch_seq: 99999999999999999999\n", "no number is '999" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		world_write(w, STATUS, cases[i].text);
		rmapctl(w, "status", NULL);
		check_failure(w, 2, "'status' is garbled",
			      cases[i].complaint, NULL);
		rmapctl(w, "status", "-j", NULL);
		check_failure(w, 2, cases[i].complaint, NULL);
	}
}

static void status_refuses_bytes_that_are_no_text(void **state)
{
	static const char text[] = STATUS_BUILTIN "more: a\0b\n";
	struct world *w = *state;

	world_write_bytes(w, STATUS, text, sizeof(text) - 1);
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "/status: Bad message", NULL);
}

/* /dev/zero has no end: the tool must find one. */
static void status_refuses_endless_files(void **state)
{
	struct world *w = *state;

	world_link(w, STATUS, "/dev/zero");
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "/status: File too large", NULL);
}

static void status_refuses_what_is_no_file(void **state)
{
	struct world *w = *state;

	world_link(w, STATUS, "/");
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "/status: Is a directory", NULL);
}

static void status_needs_names(void **state)
{
	struct world *w = *state;

	world_write(w, IMPLEMENTATION, "\n");
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "'implementation' names none", NULL);
	world_remove(w, IMPLEMENTATION);
	rmapctl(w, "status", "-j", NULL);
	check_failure(w, 2, "/implementation: No such file", NULL);
}

static const struct CMUnitTest tests[] = {
	WORLD_TEST(status_text),
	WORLD_TEST(status_json),
	WORLD_TEST(status_pretty),
	WORLD_TEST(status_shows_unknown_keys_in_text),
	WORLD_TEST(status_shows_unknown_keys_in_json),
	WORLD_TEST(status_does_not_care_for_the_order_of_keys),
	WORLD_TEST(status_shows_a_foreign_implementation),
	WORLD_TEST(status_refuses_garbled_files),
	WORLD_TEST(status_refuses_bytes_that_are_no_text),
	WORLD_TEST(status_refuses_endless_files),
	WORLD_TEST(status_refuses_what_is_no_file),
	WORLD_TEST(status_needs_names),
};

GROUP(status, tests);
