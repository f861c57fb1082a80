// SPDX-License-Identifier: GPL-2.0
/*
 * khugepaged cannot be turned off while large folios are on, but it sleeps
 * between two looks at the processes on its list. Only if that list is empty it
 * does not: then whoever comes first wakes it, so this process is on it, too
 * (6.12, mm/khugepaged.c, khugepaged_wait_work() and __khugepaged_enter()).
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bench/machine.h"
#include "bench/quiet.h"
#include "cli/complain.h"
#include "kernel/knob.h"

#define THP		"/sys/kernel/mm/transparent_hugepage/"
#define SLEEP		THP "khugepaged/scan_sleep_millisecs"
#define KTHREADD	2

enum { PATIENCE_MS = 10000 };

/*
 * A huge range with nothing in it, of a mapping with something in it: khugepaged
 * looks at no other.
 */
static int have_huge_range(size_t pmd)
{
	const size_t page = getpagesize();
	char *at = mmap(NULL, 3 * pmd, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *range;

	if (at == MAP_FAILED)
		return complain_errno(errno, "memory for a huge range");
	range = at + pmd - (uintptr_t)at % pmd;
	*(volatile char *)(range + pmd) = 1;
	if (madvise(range, pmd + page, MADV_HUGEPAGE))
		return complain_errno(errno, "MADV_HUGEPAGE");
	/* Forks are measured. */
	if (madvise(at, 3 * pmd, MADV_DONTFORK))
		return complain_errno(errno, "MADV_DONTFORK");
	return 0;
}

int quiet_begin(void)
{
	const size_t pmd = machine_pmd_size();
	char path[96];
	int ret;

	if (!pmd || access(SLEEP, F_OK))
		return 0;
	/* 49 days; the write itself wakes it up once more. */
	ret = knob_set(SLEEP, "4294967295");
	snprintf(path, sizeof(path), THP "hugepages-%zukB/enabled", pmd / 1024);
	if (!ret && !access(path, F_OK))
		ret = knob_set(path, "madvise");
	return ret ? ret : have_huge_range(pmd);
}

/* As /proc/PID/stat has it; 0 if that is not khugepaged. */
static char state_of(const char *pid)
{
	char path[32], state = 0;
	FILE *file;
	int parent;

	snprintf(path, sizeof(path), "/proc/%.16s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%*d (khugepaged) %c %d", &state, &parent) != 2 ||
	    parent != KTHREADD)
		state = 0;
	fclose(file);
	return state;
}

/* 0 if it does not run, or not where we can see it. */
static char khugepaged_state(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char state = 0;

	while (proc && !state && (entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			state = state_of(entry->d_name);
	if (proc)
		closedir(proc);
	return state;
}

int quiet_settle(void)
{
	const struct timespec pause = { 0, 1000 * 1000 };
	char state;

	/* It tells nobody. */
	for (int i = 0; i < PATIENCE_MS; i++) {
		state = khugepaged_state();
		if (!state || state == 'S' || state == 'I')
			return 0;
		nanosleep(&pause, NULL);
	}
	complain("khugepaged does not come to rest, and would join what is measured");
	return -EBUSY;
}
