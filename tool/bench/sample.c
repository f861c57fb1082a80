// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../../bench/region.h"
#include "bench/sample.h"
#include "cli/array.h"

const char *const metric_names[] = {
	[METRIC_NS] = "ns",
	[METRIC_INSTRUCTIONS] = "instructions",
	[METRIC_LOCKED] = "locked",
	[METRIC_LINES] = "lines",
};

_Static_assert(ARRAY_SIZE(metric_names) == NR_METRICS, "a name for each");

/* ivshmem, as QEMU presents it, and its memory. */
#define PCI_DEVICES	"/sys/bus/pci/devices/*"
#define IVSHMEM		"0x1af4 0x1110"
#define IVSHMEM_MEMORY	"resource2"

static const volatile struct region_counts *counts;
static uint64_t regions_before;
static struct timespec began;

#ifdef __x86_64__
/* nopl MARK(%rax,%rax,1) */
#define MARK(mark)							\
	asm volatile(".byte 0x0f, 0x1f, 0x84, 0x00; .long %c0"		\
		     : : "i" (mark) : "memory")
#else
#define MARK(mark)	asm volatile("" : : : "memory")
#endif

static bool file_word(const char *dir, const char *name, char *word)
{
	char path[256];
	FILE *file;
	bool found;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "re");
	if (!file)
		return false;
	found = fscanf(file, "%15s", word) == 1;
	fclose(file);
	return found;
}

static bool is_ivshmem(const char *dir)
{
	char vendor[16], device[16], both[34];

	if (!file_word(dir, "vendor", vendor) ||
	    !file_word(dir, "device", device))
		return false;
	snprintf(both, sizeof(both), "%s %s", vendor, device);
	return !strcmp(both, IVSHMEM);
}

/*
 * Enables the device. It does not answer before, as no driver has claimed it.
 */
static void enable(const char *dir)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/enable", dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) < 0)
		perror(path);
	close(fd);
}

static void map_counts(const char *dir)
{
	const struct region_counts *page;
	char path[256];
	int fd;

	enable(dir);
	snprintf(path, sizeof(path), "%s/" IVSHMEM_MEMORY, dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	page = mmap(NULL, getpagesize(), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return;
	if (page->magic == REGION_MAGIC)
		counts = page;
	else
		munmap((void *)page, getpagesize());
}

enum counting counts_find(void)
{
	glob_t devices;

	if (!counts && !glob(PCI_DEVICES, 0, NULL, &devices)) {
		for (size_t i = 0; i < devices.gl_pathc && !counts; i++)
			if (is_ivshmem(devices.gl_pathv[i]))
				map_counts(devices.gl_pathv[i]);
		globfree(&devices);
	}
	if (!counts)
		return COUNT_NOTHING;
	return counts->has_lines ? COUNT_LINES : COUNT_INSTRUCTIONS;
}

bool metric_is_recorded(enum metric metric, enum counting counting)
{
	switch (metric) {
	case METRIC_INSTRUCTIONS:
	case METRIC_LOCKED:
		return counting != COUNT_NOTHING;
	case METRIC_LINES:
		return counting == COUNT_LINES;
	default:
		return true;
	}
}

static void schedule(int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	/* If this fails for lack of privilege, the result is only noisier. */
	sched_setscheduler(0, policy | SCHED_RESET_ON_FORK, &param);
}

/*
 * Waits for a tick, which moves the coarse clock. Right after it is the best
 * time.
 */
static void wait_for_tick(void)
{
	struct timespec before, now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &before);
	do {
		clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	} while (now.tv_nsec == before.tv_nsec);
}

void region_begin(void)
{
	regions_before = counts ? counts->nr_regions : 0;
	schedule(SCHED_FIFO, 1);
	wait_for_tick();
	clock_gettime(CLOCK_MONOTONIC, &began);
	MARK(REGION_MARK_BEGIN);
}

void region_end(struct sample *sample)
{
	struct timespec now;

	MARK(REGION_MARK_END);
	clock_gettime(CLOCK_MONOTONIC, &now);
	schedule(SCHED_OTHER, 0);
	*sample = (struct sample){ };
	sample->of[METRIC_NS] = (now.tv_sec - began.tv_sec) * 1000000000ull +
				now.tv_nsec - began.tv_nsec;
	if (!counts || counts->nr_regions != regions_before + 1)
		return;
	sample->of[METRIC_INSTRUCTIONS] = counts->instructions;
	sample->of[METRIC_LOCKED] = counts->locked;
	sample->of[METRIC_LINES] = counts->lines;
}
