// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/machine.h"
#include "cli/complain.h"
#include "kernel/knob.h"

#define THP		"/sys/kernel/mm/transparent_hugepage/"
#define CLOCK	"/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define HUGETLB		"/sys/kernel/mm/hugepages/"
#define SIZE_DIRS	"hugepages-*kB"
#define SIZE_DIR	"hugepages-%zukB"

/* Beside what is measured: page tables, the processes, room to breathe. */
#define SPARE_MEMORY	(64ul << 20)

size_t machine_pmd_size(void)
{
	long size = knob_number(THP "hpage_pmd_size");

	return size > 0 ? size : 0;
}

static int compare_sizes(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

/* The sizes in the names of directories that have @file. */
static size_t sizes_in(const char *dir, const char *file, size_t *sizes,
		       size_t max)
{
	char pattern[160];
	size_t nr = 0;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s" SIZE_DIRS "/%s", dir, file);
	if (glob(pattern, 0, NULL, &found))
		return 0;
	for (size_t i = 0; i < found.gl_pathc && nr < max; i++)
		sizes[nr++] = strtoul(found.gl_pathv[i] + strlen(dir) +
				      strlen("hugepages-"), NULL, 10) * 1024;
	globfree(&found);
	qsort(sizes, nr, sizeof(*sizes), compare_sizes);
	return nr;
}

static size_t only_pmd(size_t *folios)
{
	folios[0] = machine_pmd_size();
	return folios[0] ? 1 : 0;
}

size_t machine_folios(enum kind kind, size_t *folios)
{
	switch (kind) {
	case KIND_THP:
		return only_pmd(folios);
	case KIND_HUGETLB:
		folios[0] = 2ul << 20;
		return access(HUGETLB "hugepages-2048kB", F_OK) ? 0 : 1;
	case KIND_ANON:
	case KIND_SHMEM:
		break;
	}
	folios[0] = getpagesize();
	return 1 + sizes_in(THP, kind == KIND_ANON ? "enabled" :
			    "shmem_enabled", folios + 1, MAX_FOLIOS - 1);
}

static size_t meminfo(const char *key)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long kib, found = 0;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)) &&
		    sscanf(line + strlen(key), ": %lu", &kib) == 1)
			found = kib;
	if (file)
		fclose(file);
	return found * 1024;
}

bool machine_refuses(const struct scenario *scenario, size_t size)
{
	size_t need = size * scenario->memory + SPARE_MEMORY;

	if (meminfo("MemAvailable") < need) {
		complain("%s of %zu MiB needs %zu MiB of memory, %zu are available: give a smaller --size",
			 scenario->name, size >> 20, need >> 20,
			 meminfo("MemAvailable") >> 20);
		return true;
	}
	if (scenario->swap && meminfo("SwapFree") < size) {
		complain("%s of %zu MiB needs as much free swap space, there are %zu MiB",
			 scenario->name, size >> 20,
			 meminfo("SwapFree") >> 20);
		return true;
	}
	return false;
}

bool machine_has_clock(void)
{
	FILE *file = fopen(CLOCK, "re");
	char name[64] = "";

	if (file && !fgets(name, sizeof(name), file))
		*name = '\0';
	if (file)
		fclose(file);
	if (!strstr(name, "jiffies"))
		return true;
	complain("the kernel has no other clock than the timer's ticks: nothing can be timed");
	return false;
}

/* @value for the one size, "never" for all others. */
static int set_sizes(const char *file, size_t folio, const char *value)
{
	size_t sizes[MAX_FOLIOS], nr;
	char path[160];
	int ret = 0;

	nr = sizes_in(THP, file, sizes, MAX_FOLIOS);
	for (size_t i = 0; i < nr && !ret; i++) {
		snprintf(path, sizeof(path), THP SIZE_DIR "/%s",
			 sizes[i] / 1024, file);
		ret = knob_set(path, sizes[i] == folio ? value : "never");
	}
	return ret;
}

static int set_hugetlb(size_t need, size_t folio)
{
	char pool[160], text[32];
	long free, all;
	int ret;

	snprintf(pool, sizeof(pool), HUGETLB SIZE_DIR "/free_hugepages",
		 folio / 1024);
	free = knob_number(pool);
	snprintf(pool, sizeof(pool), HUGETLB SIZE_DIR "/nr_hugepages",
		 folio / 1024);
	all = knob_number(pool);
	if (free < 0 || all < 0)
		return complain_errno(ENOENT, "%s", pool);
	if ((size_t)free >= need)
		return 0;
	snprintf(text, sizeof(text), "%zu", all - free + need);
	ret = knob_set(pool, text);
	if (!ret && (size_t)knob_number(pool) < all - free + need) {
		complain("the machine cannot give %zu hugetlb folios of %zu KiB: memory is too small or too fragmented",
			 need, folio / 1024);
		return -ENOMEM;
	}
	return ret;
}

int machine_set(const struct scenario *scenario, size_t size, size_t folio)
{
	switch (scenario->kind) {
	case KIND_HUGETLB:
		return set_hugetlb(size / folio, folio);
	case KIND_SHMEM:
		return set_sizes("shmem_enabled", folio, "always");
	case KIND_ANON:
	case KIND_THP:
		break;
	}
	return set_sizes("enabled", folio, "madvise");
}
