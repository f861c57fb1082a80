// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/rmap_ab.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "kernel/control.h"
#include "kernel/debugfs.h"
#include "kernel/fault_knob.h"
#include "kernel/knob.h"
#include "noun.h"

const char *const fault_names[] = {
	RMAP_AB_FAULT_TRY_DUP,
	RMAP_AB_FAULT_TRY_SHARE,
	RMAP_AB_FAULT_AB,
	NULL
};

bool fault_is_of_operations(const char *name)
{
	return strcmp(name, RMAP_AB_FAULT_AB);
}

bool fault_is_name(const char *word)
{
	for (const char *const *name = fault_names; *name; name++)
		if (!strcmp(*name, word))
			return true;
	return false;
}

int fault_complain_name(const char *word)
{
	complain("there is no fault '%s'; there are: " RMAP_AB_FAULT_TRY_DUP " "
		 RMAP_AB_FAULT_TRY_SHARE " " RMAP_AB_FAULT_AB, word);
	return EXIT_USAGE;
}

static char *join(const char *dir, const char *name, const char *rest)
{
	char *path;

	if (asprintf(&path, "%s/%s/%s", dir, name, rest) >= 0)
		return path;
	complain("no memory for the path of '%s'", rest);
	return NULL;
}

char *fault_path(const char *name, const char *knob)
{
	char *root = debugfs_root();
	char *path = root ? join(root, name, knob) : NULL;

	free(root);
	return path;
}

char *fault_ops_path(void)
{
	return fault_path(RMAP_AB_DEBUGFS_DIR, RMAP_AB_FILE_FAULT_OPS);
}

char *fault_self_path(const char *file)
{
	return join(debugfs_proc(), "self", file);
}

int fault_nth_present(void)
{
	char *path = fault_self_path("fail-nth");
	int ret = path && !access(path, F_OK) ? 0 : EXIT_KERNEL;

	if (path && ret)
		complain("this kernel was built without CONFIG_FAULT_INJECTION: nothing can be made to fail");
	free(path);
	return ret;
}

/* The module creates all knobs, unless the kernel does not support them. */
int fault_present(void)
{
	char *path;
	int ret;

	/* This complains about everything else that may be missing. */
	char *text = control_read(RMAP_AB_FILE_FAULT_OPS);

	if (!text)
		return EXIT_KERNEL;
	free(text);
	path = fault_path(fault_names[0], "probability");
	ret = path && !access(path, F_OK) ? 0 : EXIT_KERNEL;
	free(path);
	if (!ret || !path || fault_nth_present())
		return ret;
	complain("this kernel was built without CONFIG_FAULT_INJECTION_DEBUG_FS: its faults have no knobs");
	return ret;
}

static int is_knob(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Returns an array of the names only. */
static char **names_of(struct dirent **entries, int nr)
{
	char **names = calloc(nr + 1, sizeof(*names));

	for (int i = 0; i < nr; i++) {
		if (names)
			names[i] = strdup(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return names;
}

char **fault_knobs(const char *name, size_t *nr)
{
	struct dirent **entries = NULL;
	char *dir = fault_path(name, "");
	int found = dir ? scandir(dir, &entries, is_knob, alphasort) : -1;
	char **names = found < 0 ? NULL : names_of(entries, found);

	if (dir && !names)
		complain("cannot list %s", dir);
	free(dir);
	*nr = names ? found : 0;
	return names;
}

void fault_knobs_free(char **knobs, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(knobs[i]);
	free(knobs);
}

static int complain_knob(const char *name, const char *word, int len,
			 char **knobs, size_t nr)
{
	char list[1024] = "";
	size_t used = 0;

	for (size_t i = 0; i < nr && used < sizeof(list); i++)
		used += snprintf(list + used, sizeof(list) - used, " %s",
				 knobs[i]);
	complain("%s has no '%.*s'; it has:%s", name, len, word, list);
	return EXIT_USAGE;
}

/*
 * The kernel silently takes values beyond these limits for something else. It
 * checks all other knobs itself.
 */
static const struct limits {
	const char *knob;
	long long least;
	long long most;
} limits[] = {
	{ "probability", 0, 100 },
	{ "interval", 1, LLONG_MAX },
	{ "times", -1, INT_MAX },
	{ "space", 0, INT_MAX },
	{ "verbose", 0, 2 },
	{ "stacktrace-depth", 0, 32 },
	{ "injected", 0, LLONG_MAX },
};

static const struct limits *limits_of(const char *knob)
{
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		if (!strcmp(limits[i].knob, knob))
			return &limits[i];
	return NULL;
}

static bool is_switch(const char *value)
{
	static const char *const words[] = { "Y", "y", "1", "N", "n", "0" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i], value))
			return true;
	return false;
}

static int check_value(const char *knob, const char *value)
{
	const struct limits *limits = limits_of(knob);
	char *end;
	long long number;

	if (!strcmp(knob, "task-filter") && !is_switch(value)) {
		complain("%s is Y or N, not '%s'", knob, value);
		return EXIT_USAGE;
	}
	if (!limits)
		return 0;
	errno = 0;
	number = strtoll(value, &end, 0);
	if (!errno && end != value && !*end && number >= limits->least &&
	    number <= limits->most)
		return 0;
	if (limits->most < INT_MAX)
		complain("%s is a number from %lld to %lld, not '%s'", knob,
			 limits->least, limits->most, value);
	else
		complain("%s is a number from %lld on, not '%s'", knob,
			 limits->least, value);
	return EXIT_USAGE;
}

/* Is @word a valid "knob=value"? */
static int check_word(const char *name, const char *word, char **knobs,
		      size_t nr)
{
	const char *equals = strchr(word, '=');
	const size_t len = equals ? (size_t)(equals - word) : strlen(word);

	for (size_t i = 0; i < nr; i++) {
		if (strlen(knobs[i]) != len || memcmp(knobs[i], word, len))
			continue;
		if (equals && equals[1])
			return check_value(knobs[i], equals + 1);
		complain("'%s' needs a value: %.*s=VALUE", word, (int)len, word);
		return EXIT_USAGE;
	}
	return complain_knob(name, word, len, knobs, nr);
}

static int check_words(const char *name, char **words, size_t nr)
{
	size_t nr_knobs;
	char **knobs = fault_knobs(name, &nr_knobs);
	int ret = knobs ? 0 : EXIT_KERNEL;

	for (size_t i = 0; i < nr && !ret; i++)
		ret = check_word(name, words[i], knobs, nr_knobs);
	fault_knobs_free(knobs, nr_knobs);
	return ret;
}

int fault_turn(const char *name, const char *knob, const char *value)
{
	char *path = fault_path(name, knob);
	int ret = path && !knob_set(path, value) ? 0 : EXIT_KERNEL;

	free(path);
	return ret;
}

static int turn_word(const char *name, const char *word)
{
	const char *equals = strchr(word, '=');
	char *knob = strndup(word, equals - word);
	int ret = knob ? fault_turn(name, knob, equals + 1) : EXIT_KERNEL;

	free(knob);
	return ret;
}

int fault_set(const char *name, char **words, size_t nr)
{
	int ret = check_words(name, words, nr);

	for (size_t i = 0; i < nr && !ret; i++)
		ret = turn_word(name, words[i]);
	return ret;
}
