// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/layout.h"
#include "lib/text.h"
#include "lib/truth.h"

#define ATTEMPTS	50
#define PAGES_PER_READ	8192UL	/* of page tables */
#define CHUNK		512UL	/* frames compared at once */
#define MAX_DEVICE	1024
#define PAGE_SIZE	4096UL

#define PM_PRESENT	(1ULL << 63)
#define PM_SWAP		(1ULL << 62)
#define PM_FILE		(1ULL << 61)
#define PM_PFN		((1ULL << 55) - 1)

/* Entries that are no mapping by CPUs show a type, and a frame instead of one. */
#define PM_TYPE		31
#define PM_TYPE_BITS	5
#define KPF(bit)	(1ULL << KPF_##bit)

/* What the page tables say of a frame. */
struct frame {
	uint32_t mapped;	/* times */
	uint32_t file;		/* times by an entry that says: a file's */
};

struct look {
	char *report;
	size_t size, used;
	long differences;
	long anon, file;	/* distinct frames mapped */
	struct truth_folios folios;
};

static struct {
	uint64_t nr_frames;
	struct frame *frames;
	uint8_t *seen;		/* which chunks hold mapped frames */
	int kpagecount, kpageflags;
	char maps[1 << 20];
	uint64_t entries[PAGES_PER_READ];
	uint64_t counts[CHUNK], flags[CHUNK], layouts[CHUNK];
	uint64_t device[MAX_DEVICE];	/* frames of device memory, distinct */
	long nr_device;
	unsigned int private_write, private_read, exclusive;
	struct truth_folios folios;	/* of the last look */
	void (*hook)(void);
} truth;

static uint64_t count_frames(int kpagecount)
{
	uint64_t low = 0, high = 1ULL << 40, mid, entry;

	while (low < high) {
		mid = (low + high) / 2;
		if (pread(kpagecount, &entry, sizeof(entry), mid * 8) > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Shared memory: a fork does not copy it, and children reuse it in turn. */
static void *table(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	must(p != MAP_FAILED, "memory for the truth tables");
	madvise(p, size, MADV_NOHUGEPAGE);
	return p;
}

/*
 * The types of swap entries that are for devices. Since Linux 6.15, a page that a
 * device has for itself stays mapped, and there is one type for that, not two.
 * The numbers are those of a kernel with MEMORY_FAILURE and MIGRATION.
 */
static void choose_types(void)
{
	struct utsname name;
	int version, patchlevel;

	if (uname(&name) || sscanf(name.release, "%d.%d", &version, &patchlevel) != 2) {
		perror("the version of the kernel");
		exit(2);
	}
	if (version > 6 || (version == 6 && patchlevel >= 15)) {
		truth.private_write = 28;
		truth.private_read = 29;
		truth.exclusive = 30;
	} else {
		truth.private_write = 27;
		truth.private_read = 28;
		/* Nobody counts it: no entry has this type. */
		truth.exclusive = PM_TYPE + 1;
	}
}

void truth_open(void)
{
	choose_types();
	truth.kpagecount = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	truth.kpageflags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	if (truth.kpagecount < 0 || truth.kpageflags < 0) {
		perror("/proc/kpagecount, /proc/kpageflags");
		exit(2);
	}
	layouts_open();
	truth.nr_frames = count_frames(truth.kpagecount);
	truth.frames = table(truth.nr_frames * sizeof(*truth.frames));
	truth.seen = table(truth.nr_frames / CHUNK + 1);
}

/* Per-CPU differences of the statistics are folded by this write. */
static void read_statistics(long *anon, long *file)
{
	text_write("/proc/sys/vm/stat_refresh", "1");
	*anon = text_field("/proc/vmstat", "nr_anon_pages");
	*file = text_field("/proc/vmstat", "nr_mapped");
}

static void forget_frames(void)
{
	uint64_t chunk, first, nr;

	truth.nr_device = 0;
	for (chunk = 0; chunk <= truth.nr_frames / CHUNK; chunk++) {
		if (!truth.seen[chunk])
			continue;
		truth.seen[chunk] = 0;
		first = chunk * CHUNK;
		nr = truth.nr_frames - first;
		if (nr > CHUNK)
			nr = CHUNK;
		memset(truth.frames + first, 0, nr * sizeof(*truth.frames));
	}
}

/* /proc/kpagecount knows nothing of these frames, the statistic does. */
static void note_device(uint64_t pfn)
{
	long i;

	for (i = 0; i < truth.nr_device; i++)
		if (truth.device[i] == pfn)
			return;
	if (truth.nr_device < MAX_DEVICE)
		truth.device[truth.nr_device++] = pfn;
}

static void note_frame(uint64_t pfn, bool is_file)
{
	if (pfn >= truth.nr_frames)
		return;
	truth.seen[pfn / CHUNK] = 1;
	truth.frames[pfn].mapped++;
	if (is_file)
		truth.frames[pfn].file++;
}

static void note_swap_entry(uint64_t entry)
{
	const unsigned int type = entry & PM_TYPE;
	const uint64_t pfn = (entry & PM_PFN) >> PM_TYPE_BITS;

	if (type == truth.private_write || type == truth.private_read)
		note_device(pfn);
	else if (type == truth.exclusive)
		note_frame(pfn, entry & PM_FILE);
}

static void note_entry(uint64_t entry)
{
	if (entry & PM_SWAP)
		note_swap_entry(entry);
	else if (entry & PM_PRESENT)
		note_frame(entry & PM_PFN, entry & PM_FILE);
}

static void note_range(int pagemap, uint64_t start, uint64_t end)
{
	uint64_t page = start / PAGE_SIZE, nr;
	long got, i;

	while (page < end / PAGE_SIZE) {
		nr = end / PAGE_SIZE - page;
		if (nr > PAGES_PER_READ)
			nr = PAGES_PER_READ;
		got = pread(pagemap, truth.entries, nr * 8, page * 8) / 8;
		if (got <= 0)
			return;
		for (i = 0; i < got; i++)
			note_entry(truth.entries[i]);
		page += got;
	}
}

static void note_process(const char *pid)
{
	unsigned long start, end;
	char path[64], *line;
	int pagemap;

	snprintf(path, sizeof(path), "/proc/%s/maps", pid);
	if (text_read(path, truth.maps, sizeof(truth.maps)) <= 0)
		return;
	snprintf(path, sizeof(path), "/proc/%s/pagemap", pid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		return;
	for (line = truth.maps; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			note_range(pagemap, start, end);
	}
	close(pagemap);
}

static void note_processes(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	must(proc, "/proc");
	while ((entry = readdir(proc)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			note_process(entry->d_name);
	closedir(proc);
}

static void differ(struct look *look, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void differ(struct look *look, const char *fmt, ...)
{
	va_list args;
	int len;

	if (++look->differences > 8)
		return;
	va_start(args, fmt);
	len = vsnprintf(look->report + look->used, look->size - look->used,
			fmt, args);
	va_end(args);
	look->used += len;
	if (look->used >= look->size)
		look->used = look->size - 1;
}

/* How often the kernel must count the frame as mapped. */
static uint64_t expected_count(const struct frame *frame, uint64_t flags)
{
	if (flags & KPF(ZERO_PAGE) || !(frame->file || flags & KPF(ANON)))
		return 0;
	return frame->mapped;
}

/* Returns whether the frame is mapped. */
static bool compare_frame(struct look *look, uint64_t pfn, uint64_t count,
			  uint64_t flags)
{
	const struct frame *frame = &truth.frames[pfn];
	const uint64_t expected = expected_count(frame, flags);

	if (count != expected)
		differ(look, "frame %#llx (flags %#llx): mapped %u times, kpagecount %llu; ",
		       (unsigned long long)pfn, (unsigned long long)flags,
		       frame->mapped, (unsigned long long)count);
	if (!expected || flags & KPF(HUGE))
		return expected;
	if (frame->file && frame->file != frame->mapped)
		differ(look, "frame %#llx: both anonymous and a file's; ",
		       (unsigned long long)pfn);
	if (frame->file)
		look->file++;
	else
		look->anon++;
	return true;
}

/* The total of a folio shows only in whether it counts as mapped at all. */
static void compare_folio(struct look *look, uint64_t pfn, uint64_t flags,
			  bool mapped)
{
	if (mapped != !!(flags & KPF(MMAP)))
		differ(look, "folio at frame %#llx (flags %#llx): mapped is %d; ",
		       (unsigned long long)pfn, (unsigned long long)flags,
		       mapped);
}

/* What the kernel has to say of each page of a folio without mapcounts of them. */
static uint64_t average(uint64_t mapped, uint64_t nr)
{
	const uint64_t rounded = (mapped + nr / 2) / nr;

	return mapped && !rounded ? 1 : rounded;
}

/*
 * A folio without mapcounts of its pages: its two counters say how many mappings
 * of pages there are, where each PMD maps all of them. If it is mapped, the
 * statistics have all of its pages. Returns whether it is mapped.
 */
static bool compare_none(struct look *look, uint64_t first, uint64_t at, uint64_t nr)
{
	const long entire = LAYOUT_ENTIRE(truth.layouts[at]);
	const long large = LAYOUT_LARGE(truth.layouts[at]);
	uint64_t mapped = 0, i;
	bool file = false;

	for (i = at; i < at + nr; i++) {
		mapped += expected_count(&truth.frames[first + i], truth.flags[i]);
		file |= truth.frames[first + i].file;
	}
	if (!mapped || mapped != large + entire * (nr - 1))
		differ(look, "folio at frame %#llx, of layout none: %llu mappings of its %llu pages, large mapcount %ld, entire mapcount %ld; ",
		       (unsigned long long)(first + at), (unsigned long long)mapped,
		       (unsigned long long)nr, large, entire);
	for (i = at; i < at + nr; i++)
		if (truth.counts[i] != average(mapped, nr))
			differ(look, "frame %#llx, of layout none: kpagecount %llu, not %llu; ",
			       (unsigned long long)(first + i),
			       (unsigned long long)truth.counts[i],
			       (unsigned long long)average(mapped, nr));
	*(file ? &look->file : &look->anon) += mapped ? nr : 0;
	look->folios.none++;
	return mapped;
}

static bool compare_frames(struct look *look, uint64_t first, uint64_t at, uint64_t nr)
{
	bool mapped = false;
	uint64_t i;

	for (i = at; i < at + nr; i++)
		mapped |= compare_frame(look, first + i, truth.counts[i], truth.flags[i]);
	look->folios.page += mapped && nr > 1 && !(truth.flags[at] & KPF(HUGE));
	return mapped;
}

static bool read_chunk(uint64_t first, uint64_t nr)
{
	const ssize_t size = nr * sizeof(uint64_t);
	const off_t offset = first * sizeof(uint64_t);

	return pread(truth.kpagecount, truth.counts, size, offset) == size &&
	       pread(truth.kpageflags, truth.flags, size, offset) == size &&
	       layouts_read(first, nr, truth.layouts);
}

/* A folio lies within a chunk, or all of it is mapped at once (1 GiB). */
static void compare_chunk(struct look *look, uint64_t first)
{
	uint64_t nr = truth.nr_frames - first, i, end;
	bool mapped;

	if (nr > CHUNK)
		nr = CHUNK;
	if (!read_chunk(first, nr)) {
		differ(look, "cannot read the counts of frame %#llx; ",
		       (unsigned long long)first);
		return;
	}
	for (i = 0; i < nr; i = end) {
		for (end = i + 1; end < nr && truth.flags[end] & KPF(COMPOUND_TAIL); end++)
			;
		mapped = truth.layouts[i] ? compare_none(look, first, i, end - i) :
					    compare_frames(look, first, i, end - i);
		compare_folio(look, first + i, truth.flags[i], mapped);
	}
}

static void compare_statistic(struct look *look, const char *name, long before,
			      long after, long truly)
{
	if (before != truly || after != truly)
		differ(look, "%s %ld, then %ld: %ld frames are mapped; ", name,
		       before, after, truly);
}

static void look_once(struct look *look, bool everywhere)
{
	long anon[2], file[2];
	uint64_t first;

	forget_frames();
	read_statistics(&anon[0], &file[0]);
	note_processes();
	for (first = 0; first < truth.nr_frames; first += CHUNK)
		if (everywhere || truth.seen[first / CHUNK])
			compare_chunk(look, first);
	read_statistics(&anon[1], &file[1]);
	compare_statistic(look, "nr_anon_pages", anon[0], anon[1],
			  look->anon + truth.nr_device);
	compare_statistic(look, "nr_mapped", file[0], file[1], look->file);
}

static long look_repeatedly(char *report, size_t size, bool everywhere)
{
	struct look look;
	int i;

	for (i = 0; i < ATTEMPTS; i++) {
		look = (struct look){ .report = report, .size = size };
		report[0] = '\0';
		look_once(&look, everywhere);
		truth.folios = look.folios;
		if (!look.differences)
			return 0;
	}
	return look.differences;
}

long truth_check_mapped(char *report, size_t size)
{
	return look_repeatedly(report, size, false);
}

long truth_check_all(char *report, size_t size)
{
	return look_repeatedly(report, size, true);
}

struct truth_folios truth_folios(void)
{
	return truth.folios;
}

void truth_set_hook(void (*hook)(void))
{
	truth.hook = hook;
}

static void must_agree(const char *when)
{
	static char report[1024];
	const long differences = truth_check_mapped(report, sizeof(report));

	must(!differences, "counts wrong %s: %ld differences: %s", when,
	     differences, report);
}

void counts_agree(const char *when)
{
	must_agree(when);
	if (!truth.hook)
		return;
	truth.hook();
	must_agree(when);
}
