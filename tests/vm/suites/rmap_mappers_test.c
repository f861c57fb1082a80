// SPDX-License-Identifier: GPL-2.0
/*
 * The test makes each situation itself, so that it knows every mapper of a folio,
 * under each implementation. In each, the audit of those folios must find nothing
 * wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <linux/mempolicy.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/audit.h"
#include "lib/check.h"
#include "lib/device.h"
#include "lib/files.h"
#include "lib/knob.h"
#include "lib/mapper.h"
#include "lib/node.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/pin.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/swapdev.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"

#define THP_DIR "/sys/kernel/mm/transparent_hugepage/"
#define KSM "/sys/kernel/mm/ksm/"

enum { WRITABLE = 1, EXCLUSIVE = 2 };

static struct mapper mapper(pid_t pid, const void *p, unsigned int first,
			    unsigned int count, const char *level,
			    unsigned int how)
{
	struct mapper m = {
		.pid = pid,
		.address = (uintptr_t)p,
		.first = first,
		.count = count,
		.writable = !!(how & WRITABLE),
		.exclusive = !!(how & EXCLUSIVE),
	};

	snprintf(m.level, sizeof(m.level), "%s", level);
	return m;
}

/* All mappings of the folio at @p, which are nr of struct mapper in a row. */
#define mapped_by(pfn, when, ...) do {					\
	const struct mapper list[] = { __VA_ARGS__ };			\
	mapper_must(pfn, list, sizeof(list) / sizeof(list[0]), when);	\
	audit_must_be_fine(pfn, PMD_PAGES, when);			\
	counts_agree(when);						\
} while (0)

static char *map_thp(void)
{
	char *p = thp_map(1);

	pages_fill(p, 0, PMD_PAGES, 1);
	must(page_by_pmd(p), "mapped by a PMD");
	return p;
}

static void unmap_three(struct peer *self, void *arg)
{
	char *p = arg;

	peer_pause(self);
	must(!munmap(p + 100 * PAGE, 3 * PAGE), "munmap 3 pages");
	peer_pause(self);
}

static void pmd(void)
{
	char *p = map_thp();
	const uint64_t pfn = page_frame(p);
	const pid_t me = getpid();
	struct peer child;

	mapped_by(pfn, "a PMD", mapper(me, p, 0, 512, "pmd",
				       WRITABLE | EXCLUSIVE));
	mapped_by(pfn + 77, "by its 77th page",
		  mapper(me, p, 0, 512, "pmd", WRITABLE | EXCLUSIVE));
	peer_start(&child, unmap_three, p);
	mapped_by(pfn, "a PMD of both", mapper(me, p, 0, 512, "pmd", 0),
		  mapper(child.pid, p, 0, 512, "pmd", 0));
	peer_step(&child);
	mapped_by(pfn, "a PMD, and PTEs but 3",
		  mapper(me, p, 0, 512, "pmd", 0),
		  mapper(child.pid, p, 0, 100, "pte", 0),
		  mapper(child.pid, p + 103 * PAGE, 103, 409, "pte", 0));
	pages_unmap(p, PMD);
	mapped_by(pfn, "PTEs but 3 of the child",
		  mapper(child.pid, p, 0, 100, "pte", 0),
		  mapper(child.pid, p + 103 * PAGE, 103, 409, "pte", 0));
	peer_finish(&child);
}

static void ptes(void)
{
	char *p = map_thp();
	const uint64_t pfn = page_frame(p);
	const pid_t me = getpid();

	must(!mprotect(p + PAGE, PAGE, PROT_READ), "mprotect a page");
	mapped_by(pfn, "after mprotect of a page",
		  mapper(me, p, 0, 1, "pte", WRITABLE | EXCLUSIVE),
		  mapper(me, p + PAGE, 1, 1, "pte", EXCLUSIVE),
		  mapper(me, p + 2 * PAGE, 2, 510, "pte", WRITABLE | EXCLUSIVE));
	pages_unmap(p + 128 * PAGE, 256 * PAGE);
	mapped_by(pfn, "after munmap of the middle",
		  mapper(me, p, 0, 1, "pte", WRITABLE | EXCLUSIVE),
		  mapper(me, p + PAGE, 1, 1, "pte", EXCLUSIVE),
		  mapper(me, p + 2 * PAGE, 2, 126, "pte", WRITABLE | EXCLUSIVE),
		  mapper(me, p + 384 * PAGE, 384, 128, "pte",
			 WRITABLE | EXCLUSIVE));
}

static void moved(void)
{
	char *p = map_thp(), *to = thp_map(2) + 16 * PAGE;
	const uint64_t pfn = page_frame(p);

	must(mremap(p, PMD, PMD, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to,
	     "mremap");
	mapped_by(pfn, "after mremap",
		  mapper(getpid(), to, 0, 512, "pte", WRITABLE | EXCLUSIVE));
}

/* Every size that there is; the largest is that of a PMD. */
static void mthp(void)
{
	struct peer child;
	char path[128], *p;
	size_t kb, nr;
	int sizes = 0;

	for (kb = 16; kb <= 1024; kb *= 2) {
		snprintf(path, sizeof(path), THP_DIR "hugepages-%zukB/enabled",
			 kb);
		if (!text_exists(path))
			continue;
		nr = kb * 1024 / PAGE;
		knob_set(THP_DIR "hugepages-2048kB/enabled", "never");
		knob_set(path, "madvise");
		p = pages_map(nr * PAGE, nr * PAGE);
		must(!madvise(p, nr * PAGE, MADV_HUGEPAGE), "MADV_HUGEPAGE");
		pages_fill(p, 0, nr, 1);
		knob_set(path, "never");
		must(folio_pages(p) == nr, "a folio of %zu kB", kb);
		peer_start(&child, peer_pause_once, NULL);
		mapped_by(page_frame(p), path,
			  mapper(getpid(), p, 0, nr, "pte", 0),
			  mapper(child.pid, p, 0, nr, "pte", 0));
		peer_finish(&child);
		sizes++;
	}
	must(sizes > 0, "a size between a page and a PMD");
}

static void small(void)
{
	char *p = small_map(8);
	struct peer child;

	pages_fill(p, 0, 8, 1);
	peer_start(&child, peer_pause_once, NULL);
	pages_fill(p, 3, 1, 2);
	mapped_by(page_frame(p), "a small folio of both",
		  mapper(getpid(), p, 0, 1, "pte", 0),
		  mapper(child.pid, p, 0, 1, "pte", 0));
	mapped_by(page_frame(p + 3 * PAGE), "after COW",
		  mapper(getpid(), p + 3 * PAGE, 0, 1, "pte",
			 WRITABLE | EXCLUSIVE));
	peer_finish(&child);
}

struct shmem {
	int fd;
	char *p;	/* of the child, the same address in both */
};

static void map_elsewhere(struct peer *self, void *arg)
{
	struct shmem *s = arg;

	must(mmap(s->p, PMD / 2, PROT_READ, MAP_SHARED | MAP_FIXED, s->fd,
		  PMD / 2) == s->p, "map the upper half");
	pages_touch(s->p, 0, PMD_PAGES / 2);
	peer_pause(self);
}

/* Two processes, at different offsets. */
static void shmem(void)
{
	struct shmem s = { .fd = file_huge(1) };
	struct peer other;
	char *p;

	file_fill(s.fd, PMD_PAGES, 1);
	s.p = pages_map(PMD, PMD) + 5 * PAGE;
	peer_start(&other, map_elsewhere, &s);
	p = pages_map_fd(PMD, PMD, MAP_SHARED, s.fd);
	pages_touch(p, 0, PMD_PAGES);
	must(page_by_pmd(p), "mapped by a PMD");
	mapped_by(page_frame(p), "a huge folio of shmem",
		  mapper(getpid(), p, 0, 512, "pmd", WRITABLE),
		  mapper(other.pid, s.p, 256, 256, "pte", 0));
	peer_finish(&other);
}

static void file(void)
{
	const int fd = file_new("/tmp");
	char *p, *again;

	file_fill_slowly(fd, 4, 1);
	p = pages_map_fd(4 * PAGE, PAGE, MAP_PRIVATE, fd);
	again = pages_map_fd(2 * PAGE, PAGE, MAP_SHARED, fd);
	pages_touch(p, 0, 4);
	pages_touch(again, 0, 2);
	mapped_by(page_frame(p + 3 * PAGE), "once",
		  mapper(getpid(), p + 3 * PAGE, 0, 1, "pte", 0));
	mapped_by(page_frame(p + PAGE), "twice by one process",
		  mapper(getpid(), p + PAGE, 0, 1, "pte", 0),
		  mapper(getpid(), again + PAGE, 0, 1, "pte", WRITABLE));
}

/*
 * Pages of a private mapping of a file, from its page 8 on. One that is written to
 * becomes anonymous, and then has an offset that on 7.3 is not that of the file.
 */
static void written(void)
{
	enum { NR = 16, FROM = 8 };
	const int fd = file_memfd(NR + FROM, 0);
	char *p, *to = pages_map(NR / 2 * PAGE, PAGE);
	struct peer child;

	file_fill_slowly(fd, NR + FROM, 1);
	p = mmap(NULL, NR * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd,
		 FROM * PAGE);
	must(p != MAP_FAILED, "map a file privately");
	pages_touch(p, 0, 2);
	pages_fill(p, 2, NR - 2, 2);
	mapped_by(page_frame(p), "the file's", mapper(getpid(), p, 0, 1, "pte", 0));
	mapped_by(page_frame(p + 5 * PAGE), "written to",
		  mapper(getpid(), p + 5 * PAGE, 0, 1, "pte",
			 WRITABLE | EXCLUSIVE));
	peer_start(&child, peer_pause_once, NULL);
	must(mremap(p + NR / 2 * PAGE, NR / 2 * PAGE, NR / 2 * PAGE,
		    MREMAP_MAYMOVE | MREMAP_FIXED, to) == to, "move a half of it");
	mapped_by(page_frame(p + 5 * PAGE), "of both",
		  mapper(getpid(), p + 5 * PAGE, 0, 1, "pte", 0),
		  mapper(child.pid, p + 5 * PAGE, 0, 1, "pte", 0));
	mapped_by(page_frame(to + PAGE), "of both, at two addresses",
		  mapper(getpid(), to + PAGE, 0, 1, "pte", 0),
		  mapper(child.pid, p + (NR / 2 + 1) * PAGE, 0, 1, "pte", 0));
	peer_finish(&child);
}

static void hugetlb_private(void)
{
	char *p = pages_map_fd(PMD, PMD, MAP_PRIVATE | MAP_ANONYMOUS |
			       MAP_HUGETLB, -1);
	struct peer child;

	pages_fill(p, 0, PMD_PAGES, 1);
	mapped_by(page_frame(p), "of one", mapper(getpid(), p, 0, 512, "hugetlb",
						  WRITABLE | EXCLUSIVE));
	peer_start(&child, peer_pause_once, NULL);
	mapped_by(page_frame(p), "of both",
		  mapper(getpid(), p, 0, 512, "hugetlb", 0),
		  mapper(child.pid, p, 0, 512, "hugetlb", 0));
	peer_finish(&child);
}

static void touch_and_pause(struct peer *self, void *arg)
{
	pages_touch(arg, 0, PMD_PAGES);
	peer_pause(self);
}

static void hugetlb_shared(void)
{
	const int fd = file_memfd(PMD_PAGES, MFD_HUGETLB);
	char *p = pages_map_fd(PMD, PMD, MAP_SHARED, fd);
	struct peer child;

	pages_fill(p, 0, PMD_PAGES, 1);
	peer_start(&child, touch_and_pause, p);
	mapped_by(page_frame(p), "of both",
		  mapper(getpid(), p, 0, 512, "hugetlb", WRITABLE),
		  mapper(child.pid, p, 0, 512, "hugetlb", WRITABLE));
	peer_finish(&child);
}

/* ksmd does not say when it has been round. See scenarios/ksm.c. */
static void merge(void)
{
	const struct timespec pause = { 0, 10 * 1000 * 1000 };
	long long until;
	int i;

	knob_try(KSM "smart_scan", "0");
	knob_set(KSM "sleep_millisecs", "0");
	knob_set(KSM "pages_to_scan", "10000");
	knob_set(KSM "run", "1");
	until = text_number(KSM "full_scans", 0) + 3;
	for (i = 0; i < 6000 && text_number(KSM "full_scans", 0) < until; i++)
		nanosleep(&pause, NULL);
	knob_set(KSM "run", "0");
}

static void equal_pages(struct peer *self, void *arg)
{
	char *p = arg;

	pages_fill(p, 0, 4, 1);
	must(!madvise(p, 4 * PAGE, MADV_MERGEABLE), "MADV_MERGEABLE");
	peer_pause(self);
}

static void ksm(void)
{
	char *p = small_map(4);
	struct peer other, child;

	peer_start(&other, equal_pages, p);
	pages_fill(p, 0, 4, 1);
	must(!madvise(p, 4 * PAGE, MADV_MERGEABLE), "MADV_MERGEABLE");
	merge();
	must(page_mapcount(p + PAGE) == 2, "a merged page of both");
	mapped_by(page_frame(p + PAGE), "merged",
		  mapper(getpid(), p + PAGE, 0, 1, "pte", 0),
		  mapper(other.pid, p + PAGE, 0, 1, "pte", 0));
	peer_start(&child, peer_pause_once, NULL);
	mapped_by(page_frame(p + PAGE), "merged, then forked",
		  mapper(getpid(), p + PAGE, 0, 1, "pte", 0),
		  mapper(child.pid, p + PAGE, 0, 1, "pte", 0),
		  mapper(other.pid, p + PAGE, 0, 1, "pte", 0));
	peer_finish(&child);
	peer_finish(&other);
}

static void swapped(void)
{
	char *p = small_map(4);

	pages_fill(p, 0, 4, 1);
	must(!madvise(p, 4 * PAGE, MADV_PAGEOUT), "MADV_PAGEOUT");
	must(page_swapped(p + PAGE), "swapped out");
	pages_touch(p, 0, 4);
	pages_fill(p, 0, 4, 1);
	mapped_by(page_frame(p + PAGE), "swapped in",
		  mapper(getpid(), p + PAGE, 0, 1, "pte", WRITABLE | EXCLUSIVE));
}

static void pinned(void)
{
	char *p = map_thp();
	const uint64_t pfn = page_frame(p);
	const int pin = pin_take(p, 8 * PAGE);
	struct peer child;

	mapped_by(pfn, "pinned",
		  mapper(getpid(), p, 0, 512, "pmd", WRITABLE | EXCLUSIVE));
	/* fork() makes PTEs of it, and copies what may be pinned: all. */
	peer_start(&child, peer_pause_once, NULL);
	mapped_by(pfn, "pinned, then forked",
		  mapper(getpid(), p, 0, 512, "pte", WRITABLE | EXCLUSIVE));
	peer_finish(&child);
	pin_drop(pin);
}

/* Moves all pages to and fro, until it is killed. */
static void keep_moving(char *p, size_t nr)
{
	static void *pages[4096];
	static int nodes[4096], status[4096];
	size_t i;
	int to;

	for (i = 0; i < nr; i++)
		pages[i] = p + i * PAGE;
	for (to = 0;; to = !to) {
		for (i = 0; i < nr; i++)
			nodes[i] = to;
		syscall(SYS_move_pages, 0, nr, pages, nodes, status,
			MPOL_MF_MOVE_ALL);
	}
}

static bool saw_migration(const void *p, const struct answer *answer)
{
	int i;

	for (i = 0; i < answer->nr; i++)
		if (answer->mappers[i].migration &&
		    answer->mappers[i].address == (uintptr_t)p)
			return true;
	return false;
}

/*
 * Folios of shmem, always on their way to the other node: from time to time one
 * of them has a migration entry in place of its mapping.
 */
static void migrating(void)
{
	enum { NR = 2048, TRIES = 200000 };
	const int fd = file_memfd(NR, 0);
	static struct answer answer;
	uint64_t pfn;
	pid_t mover;
	char *p;
	int i;

	file_fill_slowly(fd, NR, 1);
	p = pages_map_fd(NR * PAGE, PAGE, MAP_SHARED, fd);
	pages_touch(p, 0, NR);
	mover = fork();
	must(mover >= 0, "fork");
	if (!mover) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pages_touch(p, 0, NR);
		keep_moving(p, NR);
	}
	for (i = 0; i < TRIES; i++) {
		const char *page = p + (i % NR) * PAGE;
		const uint64_t entry = page_entry(page);

		/* The frame, or that of the migration entry, after its type. */
		if (entry & (1ULL << 63))
			continue;
		pfn = (entry & ((1ULL << 55) - 1)) >> 5;
		mapper_ask(pfn, &answer);
		if (saw_migration(page, &answer))
			break;
	}
	kill(mover, SIGKILL);
	waitpid(mover, NULL, 0);
	must(i < TRIES, "a migration entry in one of %d answers", TRIES);
}

/*
 * A page that is reserved for a device has an entry that is no mapping of the CPU.
 * Linux 7.3 keeps its mapcount, 6.12 does not; mappers and audit say the same.
 */
static void reserved(void)
{
	const int device = device_open();
	const int counts = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	struct mapper mine;
	uint64_t pfn, counted;
	char *p = small_map(4);

	pages_fill(p, 0, 4, 1);
	pfn = page_frame(p + PAGE);
	must(!device_reserve(device, p, 4), "reserve");
	must(pread(counts, &counted, sizeof(counted), pfn * sizeof(counted)) ==
	     sizeof(counted) && counted <= 1, "/proc/kpagecount: %llu",
	     (unsigned long long)counted);
	printf("reserved for a device, and counted %llu times\n",
	       (unsigned long long)counted);
	mine = mapper(getpid(), p + PAGE, 0, 1, "pte", EXCLUSIVE);
	mapper_must(pfn, &mine, counted, "reserved");
	audit_must_be_fine(pfn, 1, "reserved");
	pages_fill(p, 0, 4, 2);
	pfn = page_frame(p + PAGE);
	mine = mapper(getpid(), p + PAGE, 0, 1, "pte", WRITABLE | EXCLUSIVE);
	mapper_must(pfn, &mine, 1, "taken back");
	close(device);
	close(counts);
}

/* The page frame of the device that has the page at @p; 0: there is none. */
static uint64_t device_frame_of(const void *p)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_PAGE_STATE, O_RDONLY | O_CLOEXEC);
	static struct rmap_ab_page records[512];
	const ssize_t size = sizeof(records[0]);
	uint64_t first, last, pfn, found = 0;
	ssize_t got, i;

	must(fd >= 0, "open page_state");
	device_frames(&first, &last);
	for (pfn = first; pfn <= last && !found; pfn += got / size) {
		got = pread(fd, records, sizeof(records), pfn * size);
		must(got >= size, "read page_state at %#llx",
		     (unsigned long long)pfn);
		for (i = 0; i < got / size && !found; i++)
			if (records[i].large_mapcount > 0 &&
			    records[i].index == (uintptr_t)p / PAGE)
				found = pfn + i;
	}
	close(fd);
	return found;
}

/* Of 7.3, whose device memory can be walked. */
static void in_device(void)
{
	const int device = device_open();
	struct peer child;
	char *p = small_map(4);
	uint64_t pfn;

	pages_fill(p, 0, 4, 1);
	must(!device_take(device, p, 4), "move it to the device");
	pfn = device_frame_of(p + PAGE);
	must(pfn, "a page frame of the device");
	mapped_by(pfn, "in the device",
		  mapper(getpid(), p + PAGE, 0, 1, "pte", WRITABLE | EXCLUSIVE));
	peer_start(&child, peer_pause_once, NULL);
	mapped_by(pfn, "in the device, of both",
		  mapper(getpid(), p + PAGE, 0, 1, "pte", 0),
		  mapper(child.pid, p + PAGE, 0, 1, "pte", 0));
	peer_finish(&child);
	close(device);
}

/* A ring that io_uring maps by vm_insert_pages(). */
static void driver(void)
{
	char params[128] = "";
	const int fd = syscall(SYS_io_uring_setup, 1, params);
	static struct answer answer;
	char *p;

	must(fd >= 0, "io_uring_setup");
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	must(p != MAP_FAILED, "map the ring");
	mapper_ask(page_frame(p), &answer);
	must(!answer.nr && strstr(answer.text, "without a reverse map"),
	     "named as such: %s", answer.text);
	audit_must_be_fine(page_frame(p), 1, "a driver's pages");
}

static void absent(void)
{
	static struct answer answer;

	mapper_ask(~0ULL >> 12, &answer);
	must(strstr(answer.text, "does not exist"), "no such frame: %s",
	     answer.text);
	must(text_append(RMAP_AB RMAP_AB_FILE_MAPPERS, "rubbish") == -EINVAL,
	     "rubbish is refused");
}

/* Each question has an answer, from its first byte on. */
static void second_question(void)
{
	char *p = small_map(2), question[32], text[4096];
	const int fd = open(RMAP_AB RMAP_AB_FILE_MAPPERS, O_RDWR | O_CLOEXEC);
	int i, len;
	ssize_t got;

	must(fd >= 0, "open mappers");
	pages_fill(p, 0, 2, 1);
	for (i = 0; i < 4; i++) {
		len = snprintf(question, sizeof(question), "%llu",
			       (unsigned long long)page_frame(p + i % 2 * PAGE));
		must(write(fd, question, len) == len, "question %d", i);
		/* The second answer is not read to its end. */
		got = read(fd, text, i == 1 ? 10 : sizeof(text) - 1);
		must(got > 0, "there is an answer to question %d", i);
		text[got] = '\0';
		must(!strncmp(text, "# folio=", 8), "from its start: %s", text);
		snprintf(question, sizeof(question), " address=%#lx ",
			 (unsigned long)(p + i % 2 * PAGE));
		must(i == 1 || strstr(text, question), "its own: %s", text);
	}
	close(fd);
}

/* What mappers says a frame is must be what page_state says it is. */
static bool kind_agrees(uint64_t pfn, int fd, const char *const *kinds)
{
	static struct answer answer;
	struct rmap_ab_page record;
	int i;

	for (i = 0; i < 5; i++) {
		must(pread(fd, &record, sizeof(record), pfn * sizeof(record)) ==
		     sizeof(record), "read page_state");
		answer.kind[0] = '\0';
		mapper_ask(pfn, &answer);
		/* Without a reference nothing can be said. */
		if (!answer.kind[0] || !strcmp(answer.kind, kinds[record.kind]))
			return true;
	}
	tap_note("page frame %#llx: page_state has %s, flags %#x; mappers has %s",
		 (unsigned long long)pfn, kinds[record.kind], record.flags,
		 answer.kind);
	return false;
}

/* Of each sort of page frames that there is on this machine, some. */
static void kinds(void)
{
	static const char *const words[RMAP_AB_NR_KINDS] = {
		[RMAP_AB_KIND_NONE] = "none", [RMAP_AB_KIND_ANON] = "anon",
		[RMAP_AB_KIND_FILE] = "file", [RMAP_AB_KIND_SHMEM] = "shmem",
		[RMAP_AB_KIND_KSM] = "ksm", [RMAP_AB_KIND_HUGETLB] = "hugetlb",
		[RMAP_AB_KIND_DEVICE] = "device",
		[RMAP_AB_KIND_NOT_RMAPPABLE] = "not-rmappable",
	};
	enum { EACH = 40, SORTS = 2 * RMAP_AB_NR_KINDS };
	const int fd = open(RMAP_AB RMAP_AB_FILE_PAGE_STATE, O_RDONLY);
	static struct rmap_ab_page records[4096];
	int seen[SORTS] = { 0 }, i, sort, asked = 0, wrong = 0;
	uint64_t pfn = 0;
	ssize_t got;

	must(fd >= 0, "open page_state");
	while ((got = pread(fd, records, sizeof(records),
			    pfn * sizeof(records[0]))) > 0) {
		for (i = 0; i < (int)(got / sizeof(records[0])); i++, pfn++) {
			sort = 2 * records[i].kind +
			       !!(records[i].flags & RMAP_AB_PAGE_RESERVED);
			if (!(records[i].flags & RMAP_AB_PAGE_PRESENT) ||
			    records[i].flags & RMAP_AB_PAGE_FREE ||
			    seen[sort]++ >= EACH)
				continue;
			wrong += !kind_agrees(pfn, fd, words);
			asked++;
		}
	}
	close(fd);
	must(seen[2 * RMAP_AB_KIND_NOT_RMAPPABLE + 1], "reserved ones");
	must(asked > 3 * EACH && !wrong, "%d of %d disagree", wrong, asked);
}

/* A process can choose any name. */
static void names(void)
{
	char *p = small_map(1);
	static struct answer answer;

	must(!prctl(PR_SET_NAME, "a b\nc\\ pid=1"), "a strange name");
	pages_fill(p, 0, 1, 1);
	mapper_ask(page_frame(p), &answer);
	must(answer.nr == 1 && !strcmp(answer.mappers[0].comm,
				       "a b\\012c\\134 pid=1"),
	     "one line: %s", answer.text);
}

static const struct suite_case mappers_cases[] = {
	{ "small", small, 0 },
	{ "pmd", pmd, NEED_THP },
	{ "ptes", ptes, NEED_THP },
	{ "moved", moved, NEED_THP },
	{ "mthp", mthp, NEED_MTHP },
	{ "shmem", shmem, NEED_SHMEM_THP },
	{ "file", file, 0 },
	{ "written", written, 0 },
	{ "hugetlb-private", hugetlb_private, NEED_HUGETLB },
	{ "hugetlb-shared", hugetlb_shared, NEED_HUGETLB },
	{ "ksm", ksm, NEED_KSM },
	{ "swapped", swapped, NEED_SWAP },
	{ "pinned", pinned, NEED_THP | NEED_PIN },
	{ "migrating", migrating, NEED_NODES },
	{ "reserved", reserved, NEED_DEVICE },
	{ "in-device", in_device, NEED_DEVICE | NEED_MM_IDS },
	{ "driver", driver, NEED_PIN },
	{ "absent", absent, 0 },
	{ "second-question", second_question, 0 },
	{ "kinds", kinds, 0 },
	{ "names", names, 0 },
	{ 0 }
};

static void after_mappers_test(void)
{
	swapdev_off();
	knobs_restore();
}

static const struct suite mappers_suite = {
	.what = "Reads the mappers of folios, all of which the test knows, under each implementation.",
	.operand = "impl",
	.flags = SUITE_ROWS | SUITE_IMPL | SUITE_SETTINGS,
	.timeout = 300,
	.after = after_mappers_test,
	.cases = mappers_cases,
};

int main(int argc, char **argv)
{
	return suite_main(&mappers_suite, argc, argv);
}
