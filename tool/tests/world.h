/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A world of its own for each test: a directory that stands in for debugfs,
 * one for /proc, a kernel that follows a script, and rmapctl run in it.
 */
#ifndef RMAPCTL_TEST_WORLD_H
#define RMAPCTL_TEST_WORLD_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>
#include <json-c/json.h>

/* Files of the module, as paths in a world. */
#define IMPLEMENTATION	"debugfs/rmap_ab/implementation"
#define STATUS		"debugfs/rmap_ab/status"
#define ERROR_LOG	"debugfs/rmap_ab/error_log"
#define GUARD		"debugfs/rmap_ab/guard"

#define KNOWN_REST "nr_reverts: 0\nlast_revert: none\ninstrumented: none\n"
#define STATUS_BUILTIN "state: builtin\ncurrent: builtin\nswitch_seq: 0\n" \
	"last_switch_us: 0\n" KNOWN_REST
#define STATUS_PAGE "state: active\ncurrent: page\nswitch_seq: 1\n" \
	"last_switch_us: 35\n" KNOWN_REST

/* The largest output of one run; a pipe holds that much. */
#define OUTPUT_MAX	65536

struct world {
	char dir[64];
	pid_t kernel;

	/* How to run rmapctl. Zero is the ordinary way. */
	const char *output;	/* path for stdout instead of a pipe */
	bool no_stdout;		/* closed */
	bool search_mounts;	/* without RMAPCTL_DEBUGFS */
	bool as_nobody;		/* not root */
	size_t file_limit;	/* RLIMIT_FSIZE */
	const char *refuse;	/* writes of this length fail, */
	int refuse_errno;	/* with this */

	/* The result of the run. */
	int code;		/* exit code; minus the signal that killed it */
	char out[OUTPUT_MAX + 1];
	char err[OUTPUT_MAX + 1];
};

int world_setup(void **state);
int world_teardown(void **state);

/* Paths below are relative to the world's directory. */
void world_write(struct world *w, const char *path, const char *text);
void world_write_bytes(struct world *w, const char *path, const void *bytes,
		       size_t len);
void world_read(struct world *w, const char *path, char *to, size_t size);
void world_link(struct world *w, const char *path, const char *target);
void world_dir(struct world *w, const char *path);
void world_remove(struct world *w, const char *path);
void world_path(const struct world *w, const char *path, char *to);

/*
 * One step of a scripted kernel. It waits for rmapctl to open @path, which
 * becomes a FIFO. With @hears it takes what is written, and every byte must
 * be as expected; otherwise it says @says, after it has given the file
 * @then_path the content @then_text, if there is one.
 */
struct step {
	const char *path;
	const char *hears;
	const char *says;
	const char *then_path;
	const char *then_text;
};

void kernel_start(struct world *w, const struct step *steps, size_t nr);
/* Every step must have been taken. */
void kernel_end(struct world *w);

/* Runs rmapctl with the words given, closed by NULL. */
void rmapctl(struct world *w, ...) __attribute__((sentinel));
/* The same for any program of the machine, found in the path. */
void program(struct world *w, ...) __attribute__((sentinel));

/* For a test that runs it in another way: in its child, before exec. */
const char *rmapctl_path(void);
void world_environment(const struct world *w);

void check_fine(const struct world *w, const char *out);
/* Nothing on stdout, @code as exit code, and each of the words on stderr. */
void check_failure(const struct world *w, int code, ...)
	__attribute__((sentinel));
void check_in(const char *text, const char *part);
void check_not_in(const char *text, const char *part);

/* The only object of the array on stdout; the caller puts @array. */
struct json_object *only_object(const struct world *w,
				struct json_object **array);
void check_string(struct json_object *object, const char *key,
		  const char *value);
void check_number(struct json_object *object, const char *key,
		  uint64_t value);

/* Where rmapctl's sources are. */
const char *source_dir(void);

#define WORLD_TEST(f) \
	cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

#endif
