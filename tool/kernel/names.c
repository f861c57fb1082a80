// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/text.h"
#include "kernel/control.h"
#include "kernel/names.h"

static int list_add(struct out_list *list, char *word)
{
	char **words = reallocarray(list->words, list->nr + 1, sizeof(*words));

	if (!words)
		return complain_errno(ENOMEM, "list of implementations");
	words[list->nr++] = word;
	list->words = words;
	return 0;
}

/* The brackets only mark the current one, which `status` names as well. */
static int names_parse(struct names *names)
{
	const char *between = " []\n";
	char *rest;
	int ret;

	for (char *word = strtok_r(names->text, between, &rest); word;
	     word = strtok_r(NULL, between, &rest)) {
		ret = list_add(&names->list, word);
		if (ret)
			return ret;
	}
	if (!names->list.nr)
		return complain_errno(EPROTO, "the file '%s' names none",
				      RMAP_AB_FILE_IMPLEMENTATION);
	return 0;
}

int names_read(struct names *names)
{
	int ret;

	*names = (struct names){
		.text = control_read(RMAP_AB_FILE_IMPLEMENTATION),
	};
	if (!names->text)
		return -EIO;
	ret = names_parse(names);
	if (ret)
		names_free(names);
	return ret;
}

void names_free(struct names *names)
{
	free(names->list.words);
	free(names->text);
}

bool names_have(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->list.nr; i++)
		if (!strcmp(names->list.words[i], name))
			return true;
	return false;
}

void names_complain(const struct names *names)
{
	fputs("rmapctl: the module has:", stderr);
	for (size_t i = 0; i < names->list.nr; i++) {
		fputc(' ', stderr);
		text_put(stderr, names->list.words[i]);
	}
	fputc('\n', stderr);
}
