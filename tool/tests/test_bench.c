// SPDX-License-Identifier: GPL-2.0
/* The parts of bench that do not measure. The guest tests the rest. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "groups.h"

static struct json_object *get(struct json_object *object, const char *key,
			       enum json_type type)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(object, key, &value));
	assert_int_equal(json_object_get_type(value), type);
	return value;
}

static void list_has_sizes_as_numbers(void **state)
{
	struct json_object *array, *sizes;
	struct world *w = *state;
	const uint64_t kib = sysconf(_SC_PAGESIZE) / 1024;

	rmapctl(w, "-j", "bench", "list", NULL);
	array = json_tokener_parse(w->out);
	assert_non_null(array);
	sizes = get(json_object_array_get_idx(array, 0), "folios",
		    json_type_array);
	/* Every machine has small folios. */
	assert_int_equal(json_object_get_uint64(json_object_array_get_idx(sizes, 0)),
			 kib);
	json_object_put(array);
	rmapctl(w, "bench", "list", NULL);
	check_in(w->out, "\nfolios    4");
}

#define CELL								\
	"{\"scenario\":\"fork\",\"folio\":4096,\"impl\":\"page\",\"size\":2097152," \
	"\"unit\":\"page\",\"units\":512,\"samples\":{\"ns\":[512,1024,1536,512,512,512]}}"

static void show_says_what_was_interrupted(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX];

	world_path(w, "samples", path);
	world_write(w, "samples", "{\"header\":{\"format\":1,\"counting\":0,"
		    "\"interrupted\":true},\"cells\":[" CELL "]}");
	rmapctl(w, "bench", "show", path, NULL);
	check_in(w->out, "\ninterrupted  what had not been measured by then is missing\n");
	world_write(w, "samples", "{\"header\":{\"format\":1,\"counting\":0},"
		    "\"cells\":[" CELL "]}");
	rmapctl(w, "bench", "show", path, NULL);
	check_in(w->out, "fork");
	check_not_in(w->out, "interrupted");
}

/* The message is one line without escapes. */
static void wrong_files_are_named(void **state)
{
	struct world *w = *state;
	char path[PATH_MAX];

	world_path(w, "samples", path);
	rmapctl(w, "bench", "show", path, NULL);
	check_failure(w, 2, "cannot read ", "/samples: No such file or directory\n",
		      NULL);
	world_write(w, "samples", "{\"header\":");
	rmapctl(w, "bench", "show", path, NULL);
	check_failure(w, 2, "cannot read ", "/samples: ", NULL);
	check_not_in(w->err, "\\x0a");
	assert_ptr_equal(strchr(w->err, '\n'), w->err + strlen(w->err) - 1);
	rmapctl(w, "bench", "show", w->dir, NULL);
	check_failure(w, 2, "Is a directory\n", NULL);
	check_not_in(w->err, "\\x0a");
	world_write(w, "samples", "{}");
	rmapctl(w, "bench", "show", path, NULL);
	check_failure(w, 2, "is not what 'bench run --json' of this version writes",
		      NULL);
}

static const struct CMUnitTest tests[] = {
	WORLD_TEST(list_has_sizes_as_numbers),
	WORLD_TEST(show_says_what_was_interrupted),
	WORLD_TEST(wrong_files_are_named),
};

GROUP(bench, tests);
