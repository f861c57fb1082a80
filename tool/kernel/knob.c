// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complain.h"
#include "kernel/keeper.h"
#include "kernel/knob.h"

#define VALUE_MAX	256
#define MAX_KNOBS	128

struct knob {
	char path[PATH_MAX];
	char original[VALUE_MAX];
};

/*
 * Shared with the keeper. An entry is complete before it is counted, and
 * counted before the file is written, as this process may be killed anywhere.
 */
static struct {
	size_t nr;
	struct knob knobs[MAX_KNOBS];
} *saved;

/* Returns the word in brackets, or the whole value if there are none. */
static char *value_of(char *text)
{
	char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;

	if (close) {
		*close = '\0';
		return open + 1;
	}
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static int read_value(const char *path, char *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t nr;

	if (fd < 0)
		return -errno;
	nr = read(fd, text, VALUE_MAX - 1);
	if (nr < 0)
		nr = -errno;
	else
		text[nr] = '\0';
	close(fd);
	return nr < 0 ? nr : 0;
}

static int write_value(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static bool is_saved(const char *path)
{
	for (size_t i = 0; saved && i < saved->nr; i++)
		if (!strcmp(saved->knobs[i].path, path))
			return true;
	return false;
}

int knobs_open(void)
{
	if (!saved)
		saved = keeper_memory(sizeof(*saved));
	return saved ? 0 : -ENOMEM;
}

static int knob_save(const char *path, const char *value)
{
	struct knob *knob;

	if (knobs_open())
		return -ENOMEM;
	if (saved->nr == MAX_KNOBS)
		return -E2BIG;
	if (strlen(path) >= sizeof(knob->path))
		return -ENAMETOOLONG;
	knob = &saved->knobs[saved->nr];
	strcpy(knob->path, path);
	strcpy(knob->original, value);
	__atomic_store_n(&saved->nr, saved->nr + 1, __ATOMIC_RELEASE);
	return 0;
}

int knob_keep(const char *path)
{
	char text[VALUE_MAX];
	int ret = read_value(path, text);

	if (!ret && !is_saved(path))
		ret = knob_save(path, value_of(text));
	return ret ? complain_errno(-ret, "cannot read %s", path) : 0;
}

int knob_set(const char *path, const char *value)
{
	char text[VALUE_MAX], *now;
	int ret = read_value(path, text);

	if (ret)
		return complain_errno(-ret, "cannot read %s", path);
	now = value_of(text);
	if (!strcmp(now, value))
		return 0;
	if (!is_saved(path))
		ret = knob_save(path, now);
	if (!ret)
		ret = write_value(path, value);
	if (ret)
		return complain_errno(-ret, "cannot write '%s' to %s", value,
				      path);
	return 0;
}

long knob_number(const char *path)
{
	char text[VALUE_MAX];

	return read_value(path, text) ? -1 : atol(value_of(text));
}

char *knob_read(const char *path)
{
	char text[VALUE_MAX];
	int ret = read_value(path, text);

	if (!ret)
		return strdup(value_of(text));
	complain_errno(-ret, "cannot read %s", path);
	return NULL;
}

void knobs_forget(void)
{
	if (saved)
		saved->nr = 0;
}

int knobs_restore(void)
{
	struct knob *knob;
	int ret = 0, err;

	for (; saved && saved->nr; saved->nr--) {
		knob = &saved->knobs[saved->nr - 1];
		err = write_value(knob->path, knob->original);
		if (err)
			ret = complain_errno(-err, "cannot put '%s' back into %s",
					     knob->original, knob->path);
	}
	return ret;
}
