// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../../bench/region.h"
#include "bench/counters.h"
#include "bench/sample.h"
#include "bench/worker.h"
#include "cli/array.h"

bool counting_is_exact(enum counting counting)
{
	return counting >= COUNT_INSTRUCTIONS && counting <= COUNT_TRANSFERS;
}

static bool counts_lines(enum counting counting)
{
	return counting == COUNT_LINES || counting == COUNT_CACHES;
}

static bool counts_caches(enum counting counting)
{
	return counting == COUNT_CACHES;
}

static bool counts_transfers(enum counting counting)
{
	return counting == COUNT_TRANSFERS;
}

static bool counts_commands(enum counting counting)
{
	return counting == COUNT_COMMAND || counting == COUNT_COMMAND_CPU;
}

static bool counts_by_cpu(enum counting counting)
{
	return counting == COUNT_CPU || counting == COUNT_COMMAND_CPU;
}

#define NOT_OF_PLUGIN	SIZE_MAX

/* What there is, and what must count for it; where the plugin puts it. */
static const struct {
	const char *name;
	size_t offset;
	bool (*is_counted)(enum counting counting);
} metrics[] = {
#define METRIC(name_, field, is_counted_)				\
	{ name_, offsetof(struct region_counts, field), is_counted_ }
#define OTHER(name_, is_counted_) { name_, NOT_OF_PLUGIN, is_counted_ }
	[METRIC_NS] = OTHER("ns", NULL),
	[METRIC_INSTRUCTIONS] = METRIC("instructions", instructions, counting_is_exact),
	[METRIC_LOCKED] = METRIC("locked", locked, counting_is_exact),
	[METRIC_LINES] = METRIC("lines", lines, counts_lines),
	[METRIC_WARM_L1] = METRIC("warm_l1", warm[0], counts_caches),
	[METRIC_WARM_L2] = METRIC("warm_l2", warm[1], counts_caches),
	[METRIC_WARM_L3] = METRIC("warm_l3", warm[2], counts_caches),
	[METRIC_COLD_L1] = METRIC("cold_l1", cold[0], counts_caches),
	[METRIC_COLD_L2] = METRIC("cold_l2", cold[1], counts_caches),
	[METRIC_COLD_L3] = METRIC("cold_l3", cold[2], counts_caches),
	[METRIC_TRANSFERS] = METRIC("transfers", transfers, counts_transfers),
	[METRIC_INVALIDATIONS] = METRIC("invalidations", invalidations,
					counts_transfers),
	[METRIC_FOLIO_TRANSFERS] = METRIC("folio_transfers", folio_transfers,
					  counts_transfers),
	[METRIC_FOLIO_INVALIDATIONS] = METRIC("folio_invalidations",
					      folio_invalidations,
					      counts_transfers),
	[METRIC_FOLIO_ACCESSES] = METRIC("folio_accesses", folio_accesses,
					 counts_transfers),
	[METRIC_SLIPS] = METRIC("slips", slips, counts_transfers),
	[METRIC_USER_NS] = OTHER("user_ns", counts_commands),
	[METRIC_SYSTEM_NS] = OTHER("system_ns", counts_commands),
	[METRIC_CPU_CYCLES] = OTHER("cpu_cycles", counts_by_cpu),
	[METRIC_CPU_INSTRUCTIONS] = OTHER("cpu_instructions", counts_by_cpu),
	[METRIC_LLC_MISSES] = OTHER("llc_misses", counts_by_cpu),
};

_Static_assert(ARRAY_SIZE(metrics) == NR_METRICS, "a row for each");
_Static_assert((int)COUNT_TRANSFERS == REGION_TRANSFERS, "the same numbers");

const char *metric_name(enum metric metric)
{
	return metrics[metric].name;
}

bool metric_is_recorded(enum metric metric, enum counting counting)
{
	return !metrics[metric].is_counted || metrics[metric].is_counted(counting);
}

bool metric_is_exact(enum metric metric)
{
	return metrics[metric].offset != NOT_OF_PLUGIN;
}

/* ivshmem, as QEMU presents it, and its memory. */
#define PCI_DEVICES	"/sys/bus/pci/devices/*"
#define IVSHMEM		"0x1af4 0x1110"
#define IVSHMEM_MEMORY	"resource2"

static volatile struct region_counts *counts;
static uint64_t regions_before;
static struct timespec began;
static struct counters cpu;

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
	struct region_counts *page;
	char path[256];
	int fd;

	enable(dir);
	snprintf(path, sizeof(path), "%s/" IVSHMEM_MEMORY, dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	page = mmap(NULL, getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return;
	if (page->magic == REGION_MAGIC)
		counts = page;
	else
		munmap(page, getpagesize());
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
	return counts ? counts->counting : COUNT_NOTHING;
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

void region_watch(uint64_t pfn, size_t nr)
{
	if (!counts)
		return;
	counts->watch_pfn = pfn;
	counts->watch_nr = nr;
}

void region_begin(void)
{
	regions_before = counts ? counts->nr_regions : 0;
	schedule(SCHED_FIFO, 1);
	if (!counts && counters_have_cpu() &&
	    counters_open(&cpu, cpu_counters, NR_CPU_COUNTERS, 0, false))
		worker_fail("cannot count by the CPU any more");
	wait_for_tick();
	counters_enable(&cpu, true);
	clock_gettime(CLOCK_MONOTONIC, &began);
	MARK(REGION_MARK_BEGIN);
}

/* Something else may need a counter for a moment; then there is no sample. */
static void read_cpu(struct sample *sample)
{
	if (cpu.nr && counters_read(&cpu, &sample->of[METRIC_CPU_CYCLES]))
		worker_fail("something else uses the CPU's counters: end it, or measure only times: RMAPCTL_NO_PMU=1");
	counters_close(&cpu);
}

void region_end(struct sample *sample)
{
	struct timespec now;

	MARK(REGION_MARK_END);
	clock_gettime(CLOCK_MONOTONIC, &now);
	counters_enable(&cpu, false);
	schedule(SCHED_OTHER, 0);
	*sample = (struct sample){ };
	read_cpu(sample);
	sample->of[METRIC_NS] = (now.tv_sec - began.tv_sec) * 1000000000ull +
				now.tv_nsec - began.tv_nsec;
	if (!counts || counts->nr_regions != regions_before + 1)
		return;
	for (enum metric m = 0; m < NR_METRICS; m++)
		if (metric_is_exact(m))
			sample->of[m] = *(const volatile uint64_t *)
				((const volatile char *)counts + metrics[m].offset);
}
