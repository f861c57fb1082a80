// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world.h"

#define KALLSYMS_WITH_HOOKS \
	"0000000000000000 T rmap_walk\n" \
	"0000000000000000 T __rmap_ops_install\n" \
	"0000000000000000 t other_init\t[other]\n"

void world_path(const struct world *w, const char *path, char *to)
{
	snprintf(to, PATH_MAX, "%s/%s", w->dir, path);
}

void world_dir(struct world *w, const char *path)
{
	char full[PATH_MAX];

	world_path(w, path, full);
	assert_int_equal(mkdir(full, 0755), 0);
}

void world_write_bytes(struct world *w, const char *path, const void *bytes,
		       size_t len)
{
	char full[PATH_MAX];
	FILE *file;

	world_path(w, path, full);
	unlink(full);
	file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

void world_write(struct world *w, const char *path, const char *text)
{
	world_write_bytes(w, path, text, strlen(text));
}

void world_read(struct world *w, const char *path, char *to, size_t size)
{
	char full[PATH_MAX];
	FILE *file;
	size_t nr;

	world_path(w, path, full);
	file = fopen(full, "r");
	assert_non_null(file);
	nr = fread(to, 1, size - 1, file);
	to[nr] = '\0';
	fclose(file);
}

void world_link(struct world *w, const char *path, const char *target)
{
	char full[PATH_MAX];

	world_path(w, path, full);
	unlink(full);
	assert_int_equal(symlink(target, full), 0);
}

static int remove_entry(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/*
 * Removes all at once, as when a process or a module goes. A reader never sees
 * half.
 */
void world_remove(struct world *w, const char *path)
{
	char full[PATH_MAX], gone[PATH_MAX];

	world_path(w, path, full);
	snprintf(gone, sizeof(gone), "%.4000s.gone", w->dir);
	assert_int_equal(rename(full, gone), 0);
	assert_int_equal(nftw(gone, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/*
 * Sets up a kernel with the hooks and the module loaded. The built-in code
 * runs.
 */
int world_setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	strcpy(w->dir, "/tmp/rmapctl-test.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(chmod(w->dir, 0755), 0);
	world_dir(w, "debugfs");
	world_dir(w, "debugfs/rmap_ab");
	world_write(w, IMPLEMENTATION, "[builtin] control page batch\n");
	world_write(w, STATUS, STATUS_BUILTIN);
	world_write(w, ERROR_LOG, "");
	world_dir(w, "proc");
	world_dir(w, "proc/self");
	world_write(w, "proc/self/mounts", "none /tmp tmpfs rw 0 0\n");
	world_write(w, "proc/kallsyms", KALLSYMS_WITH_HOOKS);
	world_write(w, "proc/modules", "other 16384 0 - Live 0x0\n");
	world_write(w, "proc/filesystems", "nodev\tdebugfs\n\text4\n");
	*state = w;
	return 0;
}

int world_teardown(void **state)
{
	struct world *w = *state;
	char debugfs[PATH_MAX];

	world_path(w, "debugfs", debugfs);
	chmod(debugfs, 0755);
	world_remove(w, "");
	free(w);
	return 0;
}

void check_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in '%.1000s'", part, text);
}

void check_not_in(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' in '%s'", part, text);
}

void check_fine(const struct world *w, const char *out)
{
	assert_string_equal(w->err, "");
	assert_string_equal(w->out, out);
	assert_int_equal(w->code, 0);
}

void check_failure(const struct world *w, int code, ...)
{
	const char *part;
	va_list parts;

	assert_string_equal(w->out, "");
	va_start(parts, code);
	while ((part = va_arg(parts, const char *)))
		check_in(w->err, part);
	va_end(parts);
	assert_int_equal(w->code, code);
}

struct json_object *only_object(const struct world *w,
				struct json_object **array)
{
	enum json_tokener_error error;

	*array = json_tokener_parse_verbose(w->out, &error);
	assert_int_equal(error, json_tokener_success);
	assert_true(json_object_is_type(*array, json_type_array));
	assert_int_equal(json_object_array_length(*array), 1);
	return json_object_array_get_idx(*array, 0);
}

static struct json_object *member(struct json_object *object, const char *key,
				  enum json_type type)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no key '%s'", key);
	assert_int_equal(json_object_get_type(value), type);
	return value;
}

void check_string(struct json_object *object, const char *key,
		  const char *value)
{
	assert_string_equal(json_object_get_string(
				member(object, key, json_type_string)), value);
}

void check_number(struct json_object *object, const char *key,
		  uint64_t value)
{
	assert_int_equal(json_object_get_uint64(
				member(object, key, json_type_int)), value);
}

const char *source_dir(void)
{
	const char *dir = getenv("RMAPCTL_SRC");

	assert_non_null(dir);
	return dir;
}
