// SPDX-License-Identifier: GPL-2.0
/* userfaultfd installs, moves, and write-protects mappings. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/files.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/truth.h"
#include "lib/uapi.h"

enum { NR = 32 };

static int uffd_open(uint64_t features)
{
	const int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API, .features = features };

	must(fd >= 0, "userfaultfd");
	must(!ioctl(fd, UFFDIO_API, &api), "features of userfaultfd");
	return fd;
}

static void uffd_register(int fd, void *p, size_t len, uint64_t mode)
{
	struct uffdio_register range = {
		.range = { (uintptr_t)p, len },
		.mode = mode,
	};

	must(!ioctl(fd, UFFDIO_REGISTER, &range), "register a range");
}

static void uffd_copy(int fd, char *to, char *from, size_t len)
{
	struct uffdio_copy copy = {
		.dst = (uintptr_t)to,
		.src = (uintptr_t)from,
		.len = len,
	};

	must(!ioctl(fd, UFFDIO_COPY, &copy), "UFFDIO_COPY");
}

static void uffd_protect(int fd, char *p, size_t len, bool protect)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)p, len },
		.mode = protect ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};

	must(!ioctl(fd, UFFDIO_WRITEPROTECT, &wp), "UFFDIO_WRITEPROTECT");
}

static char *source(size_t nr)
{
	char *p = small_map(nr);

	pages_fill(p, 0, nr, 1);
	return p;
}

static void copy_anon(void)
{
	const int fd = uffd_open(0);
	char *p = small_map(NR);

	uffd_register(fd, p, NR * PAGE, UFFDIO_REGISTER_MODE_MISSING);
	uffd_copy(fd, p, source(NR), NR * PAGE);
	counts_agree("after UFFDIO_COPY");
	pages_verify(p, 0, NR, 1);
}

static void copy_shmem(void)
{
	const int fd = uffd_open(UFFD_FEATURE_MISSING_SHMEM);
	char *p = pages_map_fd(NR * PAGE, PAGE, MAP_SHARED, file_memfd(NR, 0));

	uffd_register(fd, p, NR * PAGE, UFFDIO_REGISTER_MODE_MISSING);
	uffd_copy(fd, p, source(NR), NR * PAGE);
	counts_agree("after UFFDIO_COPY to shared memory");
	pages_verify(p, 0, NR, 1);
}

static void copy_hugetlb(void)
{
	const int fd = uffd_open(UFFD_FEATURE_MISSING_HUGETLBFS);
	char *p = pages_map_fd(PMD, PMD,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1);

	uffd_register(fd, p, PMD, UFFDIO_REGISTER_MODE_MISSING);
	uffd_copy(fd, p, source(PMD_PAGES), PMD);
	counts_agree("after UFFDIO_COPY to hugetlb");
	pages_verify(p, 0, PMD_PAGES, 1);
}

/* The pages are there; only the mappings are missing. */
static void resume(void)
{
	const int fd = uffd_open(UFFD_FEATURE_MINOR_SHMEM);
	const int memfd = file_memfd(NR, 0);
	char *p = pages_map_fd(NR * PAGE, PAGE, MAP_SHARED, memfd);
	struct uffdio_continue all = { .range = { (uintptr_t)p, NR * PAGE } };

	file_fill(memfd, NR, 1);
	uffd_register(fd, p, NR * PAGE, UFFDIO_REGISTER_MODE_MINOR);
	must(!ioctl(fd, UFFDIO_CONTINUE, &all), "UFFDIO_CONTINUE");
	counts_agree("after UFFDIO_CONTINUE");
	pages_verify(p, 0, NR, 1);
}

static void move(char *to, char *from, size_t nr)
{
	const int fd = uffd_open(UFFD_FEATURE_MOVE);
	struct uffdio_move all = {
		.dst = (uintptr_t)to,
		.src = (uintptr_t)from,
		.len = nr * PAGE,
	};

	pages_fill(from, 0, nr, 1);
	uffd_register(fd, to, nr * PAGE, UFFDIO_REGISTER_MODE_MISSING);
	must(!ioctl(fd, UFFDIO_MOVE, &all), "UFFDIO_MOVE");
	must(!page_present(from), "gone where it was");
	counts_agree("after UFFDIO_MOVE");
	pages_verify(to, 0, nr, 1);
	pages_unmap(to, nr * PAGE);
	counts_agree("after munmap");
}

static void move_small(void)
{
	move(small_map(NR), small_map(NR), NR);
}

static void move_thp(void)
{
	move(thp_map(1), thp_map(1), PMD_PAGES);
}

static void protect_thp(void)
{
	const int fd = uffd_open(UFFD_FEATURE_PAGEFAULT_FLAG_WP);
	char *p = thp_map(1);

	pages_fill(p, 0, PMD_PAGES, 1);
	must(page_by_pmd(p), "mapped by a PMD");
	uffd_register(fd, p, PMD, UFFDIO_REGISTER_MODE_WP);
	uffd_protect(fd, p, 16 * PAGE, true);
	must(!page_by_pmd(p), "mapped by PTEs");
	counts_agree("after a part was write-protected");
	pages_verify(p, 0, PMD_PAGES, 1);
	uffd_protect(fd, p, 16 * PAGE, false);
	pages_fill(p, 0, PMD_PAGES, 2);
	pages_verify(p, 0, PMD_PAGES, 2);
}

/* A fork of a watched process waits until somebody has read about it. */
static void *read_event(void *arg)
{
	struct uffd_msg msg;

	return (void *)(read(*(int *)arg, &msg, sizeof(msg)) == sizeof(msg) &&
			msg.event == UFFD_EVENT_FORK ? arg : NULL);
}

static void verify_copied(struct peer *self, void *arg)
{
	must(page_present(arg), "fork has copied the mapping");
	peer_pause(self);
	pages_verify(arg, 0, PMD_PAGES, 1);
}

/* Write-protection lives in the page tables, so fork copies those of files, too. */
static void protect_and_fork(char *p)
{
	int fd = uffd_open(UFFD_FEATURE_PAGEFAULT_FLAG_WP |
			   UFFD_FEATURE_WP_HUGETLBFS_SHMEM |
			   UFFD_FEATURE_EVENT_FORK);
	struct peer child;
	pthread_t reader;
	void *seen;

	uffd_register(fd, p, PMD, UFFDIO_REGISTER_MODE_WP);
	pages_verify(p, 0, PMD_PAGES, 1);
	uffd_protect(fd, p, 16 * PAGE, true);
	pages_verify(p, 0, PMD_PAGES, 1);
	counts_agree("after a part was write-protected");
	must(!pthread_create(&reader, NULL, read_event, &fd), "a thread");
	peer_start(&child, verify_copied, p);
	must(!pthread_join(reader, &seen) && seen, "the event of the fork");
	must(page_mapcount_is(p + PAGE, 2), "a page of both");
	counts_agree("after fork");
	peer_finish(&child);
	uffd_protect(fd, p, 16 * PAGE, false);
}

static void fork_small(void)
{
	const int memfd = file_memfd(PMD_PAGES, 0);

	file_fill(memfd, PMD_PAGES, 1);
	protect_and_fork(pages_map_fd(PMD, PMD, MAP_SHARED, memfd));
}

static void fork_huge(void)
{
	const int file = file_huge(1);

	file_fill(file, PMD_PAGES, 1);
	protect_and_fork(pages_map_fd(PMD, PMD, MAP_SHARED, file));
}

const struct scenario uffd_scenarios[] = {
	{ "uffd/copy", copy_anon, NEED_UFFD, ADD_NEW_ANON },
	{ "uffd/copy-shmem", copy_shmem, NEED_UFFD, ADD_FILE_PTE },
	{ "uffd/copy-hugetlb", copy_hugetlb, NEED_UFFD | NEED_HUGETLB, HUGETLB_NEW },
	{ "uffd/continue", resume, NEED_UFFD, ADD_FILE_PTE },
	{ "uffd/move", move_small, NEED_UFFD, ADD_NEW_ANON | REMOVE_PTES },
	{ "uffd/move-thp", move_thp, NEED_UFFD | NEED_THP,
	  ADD_NEW_ANON | REMOVE_PMD },
	{ "uffd/protect-thp", protect_thp, NEED_UFFD | NEED_THP,
	  ADD_ANON_PTES | REMOVE_PMD },
	{ "uffd/fork-shmem", fork_small, NEED_UFFD, DUP_FILE_PTE },
	{ "uffd/fork-huge-shmem", fork_huge, NEED_UFFD | NEED_SHMEM_THP,
	  DUP_FILE_PTES },
	{ 0 }
};
