// SPDX-License-Identifier: GPL-2.0
#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "folio/kind.h"
#include "help.h"
#include "noun.h"

static const struct word kinds[] = {
	[RMAP_AB_KIND_NONE] = { "none", "in no folio that could be mapped" },
	[RMAP_AB_KIND_ANON] = { "anon", "anonymous memory" },
	[RMAP_AB_KIND_FILE] = { "file", "page cache" },
	[RMAP_AB_KIND_SHMEM] = { "shmem", "shared memory and tmpfs" },
	[RMAP_AB_KIND_KSM] = { "ksm", "merged by KSM" },
	[RMAP_AB_KIND_HUGETLB] = { "hugetlb", "hugetlb pages" },
	[RMAP_AB_KIND_DEVICE] = { "device", "memory of a device" },
	[RMAP_AB_KIND_NOT_RMAPPABLE] = {
		"not-rmappable", "allocated, but without a reverse map"
	},
};

static_assert(ARRAY_SIZE(kinds) == RMAP_AB_NR_KINDS, "a kind has no name");

const char *kind_name(enum rmap_ab_kind kind)
{
	return kind < RMAP_AB_NR_KINDS ? kinds[kind].name : "unknown";
}

static const struct {
	unsigned int flag;
	const char *name;
} states[] = {
	{ RMAP_AB_PAGE_FREE, "free" },
	{ RMAP_AB_PAGE_SLAB, "slab" },
	{ RMAP_AB_PAGE_TABLE, "table" },
	{ RMAP_AB_PAGE_OFFLINE, "offline" },
	{ RMAP_AB_PAGE_RESERVED, "reserved" },
};

const char *kind_of_page(const struct rmap_ab_page *page)
{
	if (!(page->flags & RMAP_AB_PAGE_PRESENT))
		return "absent";
	if (page->kind != RMAP_AB_KIND_NONE)
		return kind_name(page->kind);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (page->flags & states[i].flag)
			return states[i].name;
	return "none";
}

static bool kind_find(const char *name, size_t len, unsigned int *bit)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		*bit = 1u << i;
		if (strlen(kinds[i].name) == len &&
		    !memcmp(kinds[i].name, name, len))
			return true;
	}
	return false;
}

static int complain_kind(const char *name, size_t len)
{
	complain("--kind: there is no kind '%.*s'; it is one of none, anon, file, shmem, ksm, hugetlb, device, not-rmappable",
		 (int)len, name);
	return EXIT_USAGE;
}

int kinds_parse(const char *text, unsigned int *mask)
{
	unsigned int bit;
	size_t len;

	for (*mask = 0; ; text += len + 1) {
		len = strcspn(text, ",");
		if (!kind_find(text, len, &bit))
			return complain_kind(text, len);
		*mask |= bit;
		if (!text[len])
			return 0;
	}
}

void kinds_help(void)
{
	help_words("Kinds", kinds, ARRAY_SIZE(kinds));
}
