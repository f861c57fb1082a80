// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/kmod.h"
#include "lib/row.h"
#include "lib/text.h"

static const char *const modules[] = { "rmap_ab", "rmap_count", "rmap_peek" };
enum { NR_MODULES = sizeof(modules) / sizeof(modules[0]) };
static bool loaded[NR_MODULES];

int row_names(char names[MAX_ROWS][RMAP_AB_NAME_MAX])
{
	char text[512], *word;
	const long len = text_read(IMPLEMENTATION, text, sizeof(text));
	int nr = 0;

	if (len < 0)
		return len;
	for (word = strtok(text, " \n[]"); word && nr < MAX_ROWS - 1;
	     word = strtok(NULL, " \n[]"))
		snprintf(names[nr++], RMAP_AB_NAME_MAX, "%s", word);
	return nr;
}

bool row_is_current(const char *name)
{
	char text[512], bracketed[40];

	snprintf(bracketed, sizeof(bracketed), "[%s]", name);
	return text_read(IMPLEMENTATION, text, sizeof(text)) > 0 &&
	       strstr(text, bracketed);
}

static int load_modules(void)
{
	int i, err;

	for (i = 0; i < NR_MODULES; i++) {
		err = kmod_load(modules[i], "");
		if (err && err != -EEXIST) {
			fprintf(stderr, "cannot load %s.ko: %s\n", modules[i],
				strerror(-err));
			return err;
		}
		loaded[i] = !err;
	}
	return 0;
}

static void add(struct row *row, enum row_kind kind, const char *name)
{
	row->kind = kind;
	snprintf(row->name, sizeof(row->name), "%s", name);
}

int rows_open(struct row rows[MAX_ROWS])
{
	char names[MAX_ROWS][RMAP_AB_NAME_MAX];
	int i, nr = 0, nr_names, err;

	if (!kmod_has_hooks()) {
		add(&rows[0], ROW_VANILLA, "vanilla");
		return 1;
	}
	err = load_modules();
	if (err)
		return err;
	nr_names = row_names(names);
	if (nr_names < 0)
		return nr_names;
	add(&rows[nr++], ROW_BUILTIN, RMAP_AB_BUILTIN);
	add(&rows[nr++], ROW_COUNT, "count");
	for (i = 0; i < nr_names && nr < MAX_ROWS; i++)
		if (strcmp(names[i], RMAP_AB_BUILTIN))
			add(&rows[nr++], ROW_MODULE, names[i]);
	return nr;
}

int rows_close(void)
{
	int i, err, first = 0;

	for (i = NR_MODULES - 1; i >= 0; i--) {
		if (!loaded[i])
			continue;
		err = kmod_unload(modules[i]);
		if (err && !first)
			first = err;
	}
	return first;
}

int row_enter(const struct row *row)
{
	switch (row->kind) {
	case ROW_VANILLA:
		return 0;
	case ROW_COUNT:
		return text_write(RMAP_COUNT "installed", "1");
	case ROW_BUILTIN:
	case ROW_MODULE:
		break;
	}
	return text_write(IMPLEMENTATION, row->name);
}

int row_leave(const struct row *row)
{
	switch (row->kind) {
	case ROW_VANILLA:
		return 0;
	case ROW_COUNT:
		return text_write(RMAP_COUNT "installed", "0");
	case ROW_BUILTIN:
	case ROW_MODULE:
		break;
	}
	return text_write(IMPLEMENTATION, RMAP_AB_BUILTIN);
}
