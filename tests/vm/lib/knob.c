// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/check.h"
#include "lib/knob.h"
#include "lib/text.h"

#define MAX_KNOBS 64

struct knob {
	char path[128];
	char original[128];
	char kept[128];		/* the value that tests start from */
};

/* Shared with the children: they change settings, and the parent restores them. */
static struct knobs {
	int nr, nr_kept;
	struct knob knob[MAX_KNOBS];
} *knobs;

void knobs_open(void)
{
	knobs = mmap(NULL, sizeof(*knobs), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (knobs == MAP_FAILED) {
		perror("memory for the settings");
		exit(2);
	}
}

int knob_get(const char *path, char *value, unsigned long size)
{
	const long len = text_read(path, value, size);
	char *start = value, *end, *bracket;

	if (len < 0)
		return len;
	bracket = strchr(value, '[');
	if (bracket)
		start = bracket + 1;
	end = start + strcspn(start, bracket ? "]" : "\n");
	memmove(value, start, end - start);
	value[end - start] = '\0';
	return 0;
}

static void remember(const char *path)
{
	struct knob *knob;
	int i;

	for (i = 0; i < knobs->nr; i++)
		if (!strcmp(knobs->knob[i].path, path))
			return;
	must(knobs->nr < MAX_KNOBS, "at most %d settings", MAX_KNOBS);
	knob = &knobs->knob[knobs->nr];
	snprintf(knob->path, sizeof(knob->path), "%s", path);
	must(!knob_get(path, knob->original, sizeof(knob->original)),
	     "read the setting %s", path);
	knobs->nr++;
}

void knob_set(const char *path, const char *value)
{
	remember(path);
	must(!text_write(path, value), "write %s to %s", value, path);
}

void knob_try(const char *path, const char *value)
{
	if (text_exists(path))
		knob_set(path, value);
}

void knobs_keep(void)
{
	struct knob *knob;

	for (; knobs->nr_kept < knobs->nr; knobs->nr_kept++) {
		knob = &knobs->knob[knobs->nr_kept];
		must(!knob_get(knob->path, knob->kept, sizeof(knob->kept)),
		     "read the setting %s", knob->path);
	}
}

static void put_back(const char *path, const char *value)
{
	if (text_write(path, value))
		fprintf(stderr, "cannot put %s back to %s\n", path, value);
}

/* Some settings act when they are written: khugepaged, for example, wakes up. */
static void put_back_if_changed(const struct knob *knob)
{
	char value[128];

	if (knob_get(knob->path, value, sizeof(value)) ||
	    strcmp(value, knob->kept))
		put_back(knob->path, knob->kept);
}

void knobs_restore(void)
{
	int i;

	for (; knobs->nr > knobs->nr_kept; knobs->nr--)
		put_back(knobs->knob[knobs->nr - 1].path,
			 knobs->knob[knobs->nr - 1].original);
	for (i = knobs->nr_kept - 1; i >= 0; i--)
		put_back_if_changed(&knobs->knob[i]);
}

void knobs_close(void)
{
	for (; knobs->nr; knobs->nr--)
		put_back(knobs->knob[knobs->nr - 1].path,
			 knobs->knob[knobs->nr - 1].original);
	knobs->nr_kept = 0;
}
