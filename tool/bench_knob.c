// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_knob.h"
#include "complain.h"

#define VALUE_MAX	256

struct knob {
	char *path;
	char *original;
	struct knob *before;
};

static struct knob *last;

/* The value alone, or the word in brackets. */
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
	for (struct knob *knob = last; knob; knob = knob->before)
		if (!strcmp(knob->path, path))
			return true;
	return false;
}

static void knob_free(struct knob *knob)
{
	free(knob->path);
	free(knob->original);
	free(knob);
}

static int knob_save(const char *path, const char *value)
{
	struct knob *knob = calloc(1, sizeof(*knob));

	if (!knob)
		return -ENOMEM;
	knob->path = strdup(path);
	knob->original = strdup(value);
	if (!knob->path || !knob->original) {
		knob_free(knob);
		return -ENOMEM;
	}
	knob->before = last;
	last = knob;
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
	struct knob *knob;

	while ((knob = last)) {
		last = knob->before;
		knob_free(knob);
	}
}

int knobs_restore(void)
{
	struct knob *knob;
	int ret = 0, err;

	while ((knob = last)) {
		last = knob->before;
		err = write_value(knob->path, knob->original);
		if (err)
			ret = complain_errno(-err, "cannot put '%s' back into %s",
					     knob->original, knob->path);
		knob_free(knob);
	}
	return ret;
}
