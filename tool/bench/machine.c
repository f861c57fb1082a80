// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench/machine.h"
#include "cli/complain.h"
#include "kernel/knob.h"

#define THP		"/sys/kernel/mm/transparent_hugepage/"
#define CLOCK	"/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define HUGETLB		"/sys/kernel/mm/hugepages/"
#define SIZE_DIRS	"hugepages-*kB"
#define SIZE_DIR	"hugepages-%zukB"

/* Memory beside the measured one, for page tables and the processes. */
#define SPARE_MEMORY	(64ul << 20)

static cpu_set_t usable;

unsigned int machine_cpus(void)
{
	/* A sample's process later binds itself to one. */
	if (!CPU_COUNT(&usable) && sched_getaffinity(0, sizeof(usable), &usable))
		CPU_SET(0, &usable);
	return CPU_COUNT(&usable);
}

cpu_set_t machine_cpu(unsigned int nth)
{
	cpu_set_t set;
	int cpu = -1;

	do {
		cpu++;
	} while (!CPU_ISSET(cpu, &usable) || nth--);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return set;
}

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

/* Collects the sizes in the names of the directories that contain @file. */
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

	if (machine_cpus() < scenario->cpus) {
		complain("%s needs %u CPUs, there is %u", scenario->name,
			 scenario->cpus, machine_cpus());
		return true;
	}
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

/* Writes @value for the size @folio, and "never" for all others. */
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

/*
 * ---- the description of the machine, by which a reader judges a result ----
 */

/*
 * Copies the rest of the first line that begins with @key; false if there is
 * none.
 */
static bool line_of(const char *path, const char *key, char *to, size_t size)
{
	FILE *file = fopen(path, "re");
	bool found = false;
	char line[256];

	while (file && !found && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)))
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(to, size, "%s", line + strlen(key) +
			 strspn(line + strlen(key), "\t :"));
		found = true;
	}
	if (file)
		fclose(file);
	return found;
}

/*
 * Says if the machine is emulated or virtual. TCG is "TCGTCGTCGTCG" in CPUID.
 */
static void describe_accel(char *to, size_t size)
{
	char flags[4096] = "";
	char vendor[13] = "";

#ifdef __x86_64__
	unsigned int a = 0x40000000, b, c, d;
	FILE *file = fopen("/proc/cpuinfo", "re");

	while (file && fgets(flags, sizeof(flags), file))
		if (!strncmp(flags, "flags", 5))
			break;
	if (file)
		fclose(file);
	if (strstr(flags, " hypervisor")) {
		asm volatile("cpuid" : "+a" (a), "=b" (b), "=c" (c), "=d" (d));
		memcpy(vendor, &b, 4);
		memcpy(vendor + 4, &c, 4);
		memcpy(vendor + 8, &d, 4);
	}
#endif
	if (!strcmp(vendor, "TCGTCGTCGTCG"))
		snprintf(to, size, "emulated (TCG): times mean nothing");
	else if (*vendor)
		snprintf(to, size, "virtual (%.12s)", vendor);
	else if (strstr(flags, " hypervisor"))
		snprintf(to, size, "virtual");
	else
		snprintf(to, size, "none seen");
}

void machine_describe(struct machine *machine)
{
	struct utsname name;

	*machine = (struct machine){ .cpu = "?", .thp = "?" };
	uname(&name);
	snprintf(machine->kernel, sizeof(machine->kernel), "%.64s %.80s",
		 name.release, name.version);
	line_of("/proc/cpuinfo", "model name", machine->cpu,
		sizeof(machine->cpu));
	line_of("/sys/kernel/mm/transparent_hugepage/enabled", "",
		machine->thp, sizeof(machine->thp));
	describe_accel(machine->accel, sizeof(machine->accel));
	machine->cpus = sysconf(_SC_NPROCESSORS_ONLN);
	machine->memory = (size_t)sysconf(_SC_PHYS_PAGES) * getpagesize();
}

/* ---- khugepaged ---- */

/*
 * khugepaged cannot be turned off while large folios are on, but it sleeps
 * between two scans of the processes on its list. If the list is empty, the
 * first process that joins wakes it. So this process is on the list, too (6.12,
 * mm/khugepaged.c, khugepaged_wait_work() and __khugepaged_enter()).
 */
#define SLEEP		THP "khugepaged/scan_sleep_millisecs"
#define KTHREADD	2

enum { PATIENCE_MS = 10000 };

/*
 * Makes an empty huge range in a mapping that is not empty. khugepaged looks at
 * no other.
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
	/* A measured fork must not copy the range. */
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
	/* This is 49 days. The write itself wakes khugepaged once more. */
	ret = knob_set(SLEEP, "4294967295");
	snprintf(path, sizeof(path), THP "hugepages-%zukB/enabled", pmd / 1024);
	if (!ret && !access(path, F_OK))
		ret = knob_set(path, "madvise");
	return ret ? ret : have_huge_range(pmd);
}

/* Returns the state in /proc/PID/stat, or 0 if @pid is not khugepaged. */
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

/* Returns its state, or 0 if it does not run or is not visible. */
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

	/* khugepaged does not signal that it sleeps, so this polls. */
	for (int i = 0; i < PATIENCE_MS; i++) {
		state = khugepaged_state();
		if (!state || state == 'S' || state == 'I')
			return 0;
		nanosleep(&pause, NULL);
	}
	complain("khugepaged does not come to rest, and would join what is measured");
	return -EBUSY;
}
