// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/disk.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/text.h"
#include "lib/uapi.h"

#define THP "/sys/kernel/mm/transparent_hugepage/"
#define KHUGEPAGED THP "khugepaged/"

static bool have_thp(void)
{
	return text_exists(THP "enabled");
}

static bool have_mthp(void)
{
	return text_exists(THP "hugepages-64kB/enabled");
}

static bool have_shmem_thp(void)
{
	return text_exists(THP "shmem_enabled");
}

static bool have_disk(void)
{
	return disk_dir();
}

static bool have_file_thp(void)
{
	return have_thp() && have_disk();
}

static bool have_hugetlb(void)
{
	return text_number("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages",
			   0) >= 8;
}

static bool have_ksm(void)
{
	return text_exists("/sys/kernel/mm/ksm/run");
}

static bool have_swap(void)
{
	char text[1024];

	return text_read("/proc/swaps", text, sizeof(text)) > 0 &&
	       strchr(text, '\n') && strchr(text, '\n')[1];
}

static bool have_nodes(void)
{
	char text[64];

	return text_read("/sys/devices/system/node/has_memory", text,
			 sizeof(text)) > 0 && strpbrk(text, ",-");
}

static bool have_uprobes(void)
{
	return text_exists("/sys/kernel/tracing/uprobe_events");
}

static bool have_uffd(void)
{
	const int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	bool fine;

	if (fd < 0)
		return false;
	fine = !ioctl(fd, UFFDIO_API, &api) &&
	       (api.features & UFFD_FEATURE_MOVE) &&
	       (api.features & UFFD_FEATURE_MINOR_SHMEM) &&
	       (api.features & UFFD_FEATURE_WP_HUGETLBFS_SHMEM);
	close(fd);
	return fine;
}

static bool have_pin(void)
{
	char params[128] = "";
	const int fd = syscall(SYS_io_uring_setup, 1, params);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool have_split(void)
{
	return have_thp() && text_exists("/sys/kernel/debug/split_huge_pages");
}

/* A module of the kernel; its memory is there as long as it is loaded. */
static bool have_device(void)
{
	return text_exists("/dev/hmm_dmirror0") ||
	       (!system("modprobe -q test_hmm 2>/dev/null") &&
		text_exists("/dev/hmm_dmirror0"));
}

static bool have_poison(void)
{
	return text_exists("/sys/kernel/debug/hwpoison/unpoison-pfn");
}

/* The kernel does not tell; the module does. */
static bool have_mm_ids(void)
{
	char text[16];

	return text_read(RMAP_AB RMAP_AB_FILE_MM_IDS, text, sizeof(text)) > 0 &&
	       *text != '#';
}

static const struct {
	bool (*have)(void);
	const char *words;
} needs_table[] = {
	{ have_thp, "no transparent huge pages (CONFIG_TRANSPARENT_HUGEPAGE)" },
	{ have_mthp, "no 64 kB anonymous folios (hugepages-64kB)" },
	{ have_shmem_thp, "no huge pages in shmem (shmem_enabled)" },
	{ have_file_thp, "no XFS disk, or no transparent huge pages" },
	{ have_hugetlb, "fewer than 8 free 2 MiB hugetlb pages" },
	{ have_ksm, "no CONFIG_KSM" },
	{ have_swap, "no swap" },
	{ have_nodes, "only one NUMA node with memory" },
	{ have_uprobes, "no CONFIG_UPROBE_EVENTS" },
	{ have_uffd, "no userfaultfd with MOVE, MINOR_SHMEM and WP_HUGETLBFS_SHMEM" },
	{ have_pin, "no CONFIG_IO_URING" },
	{ have_disk, "no XFS disk (mkfs.xfs, zram)" },
	{ have_split, "no split_huge_pages in debugfs" },
	{ have_device, "no /dev/hmm_dmirror0 (CONFIG_TEST_HMM)" },
	{ have_mm_ids, "no MM IDs (Linux 7.3, CONFIG_TRANSPARENT_HUGEPAGE)" },
	{ have_poison, "no hwpoison in debugfs (CONFIG_HWPOISON_INJECT)" },
};

const char *need_missing(unsigned int needs)
{
	unsigned int i;

	for (i = 0; i < sizeof(needs_table) / sizeof(needs_table[0]); i++)
		if (needs & BIT(i) && !needs_table[i].have())
			return needs_table[i].words;
	return NULL;
}

/*
 * A huge range with nothing in it, of a mapping with something in it: khugepaged
 * looks at no other.
 */
static void have_huge_range(void)
{
	char *p = mmap(NULL, 3 * PMD, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *range = p + PMD - (uintptr_t)p % PMD;

	if (p != MAP_FAILED) {
		*(volatile char *)(range + PMD) = 1;
		if (!madvise(range, PMD + PAGE, MADV_HUGEPAGE))
			return;
	}
	perror("a huge range");
	exit(2);
}

/*
 * khugepaged works when a scenario asks it to, and once right now. With nothing
 * to do it would wait for the next process that has a huge range, and join the
 * small folios there at once: this one's range is always there.
 */
static void quiet_khugepaged(void)
{
	const long long scans = text_number(KHUGEPAGED "full_scans", -1);
	const struct timespec pause = { 0, 1000 * 1000 };
	int i;

	knob_try(KHUGEPAGED "scan_sleep_millisecs", "3600000");
	if (scans < 0)
		return;
	have_huge_range();
	/* khugepaged does not say when it has been somewhere. */
	for (i = 0; i < 10000; i++) {
		if (text_number(KHUGEPAGED "full_scans", -1) > scans)
			return;
		nanosleep(&pause, NULL);
	}
	fputs("khugepaged does not come to rest\n", stderr);
	exit(2);
}

/* A scenario decides by advice and alignment which of these sizes it gets. */
static void settings_thp(void)
{
	glob_t sizes;
	size_t i;

	knob_try(THP "enabled", "madvise");
	knob_try(THP "defrag", "always");
	knob_try(THP "shmem_enabled", "never");
	if (glob(THP "hugepages-*kB/enabled", 0, NULL, &sizes))
		return;
	for (i = 0; i < sizes.gl_pathc; i++)
		knob_set(sizes.gl_pathv[i],
			 strstr(sizes.gl_pathv[i], "-2048kB") ? "inherit" :
			 "never");
	globfree(&sizes);
	quiet_khugepaged();
}

void need_settings(void)
{
	settings_thp();
	knob_try("/sys/kernel/mm/ksm/run", "0");
	knob_try("/proc/sys/kernel/numa_balancing", "0");
	knob_try("/proc/sys/vm/compaction_proactiveness", "0");
}
