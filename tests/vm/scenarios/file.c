// SPDX-License-Identifier: GPL-2.0
/* Mappings of files. Fork copies private ones once they have anon pages. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/disk.h"
#include "lib/files.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/truth.h"
#include "lib/uapi.h"

enum { NR = 64 };

struct file_map {
	char *p;
	size_t nr, own;		/* pages; this code writes the first of them */
};

static void verify_all(struct peer *self, void *arg)
{
	struct file_map *map = arg;

	peer_pause(self);
	pages_verify(map->p, 0, map->own, 2);
	pages_verify(map->p, map->own, map->nr - map->own, 1);
	peer_pause(self);
	must(!munmap(map->p + map->nr / 2 * PAGE, PAGE), "munmap of a page");
	pages_fill(map->p, map->own, 1, 3);
}

/* A private mapping of @fd with @own anonymous pages, forked. */
static void fork_private(int fd, size_t nr, size_t own)
{
	struct file_map map = { pages_map_fd(nr * PAGE, PMD, MAP_PRIVATE, fd),
				nr, own };
	struct peer child;

	pages_verify(map.p, 0, nr, 1);
	counts_agree("after reads");
	pages_fill(map.p, 0, own, 2);
	pages_verify(map.p, own, nr - own, 1);
	counts_agree("after writes to private copies");
	peer_start(&child, verify_all, &map);
	must(page_mapcount_is(map.p, 2), "an anonymous page of both");
	must(page_mapcount(map.p + (nr - 1) * PAGE) >= 2, "a file's page of both");
	counts_agree("after fork");
	peer_step(&child);
	pages_unmap(map.p + 8 * PAGE, 8 * PAGE);
	counts_agree("after munmap of a part");
	peer_finish(&child);
	counts_agree("after exit");
	pages_verify(map.p, 0, own, 2);
	pages_unmap(map.p, nr * PAGE);
	counts_agree("after munmap");
}

static void private_tmpfs(void)
{
	const int fd = file_new("/tmp");

	file_fill(fd, NR, 1);
	fork_private(fd, NR, 4);
}

static void private_huge_tmpfs(void)
{
	const int fd = file_huge(1);

	file_fill(fd, PMD_PAGES, 1);
	fork_private(fd, PMD_PAGES, 4);
}

static void private_disk(void)
{
	const int fd = file_new(disk_dir());

	file_fill(fd, PMD_PAGES, 1);
	fork_private(fd, PMD_PAGES, 4);
}

static void write_shared(struct peer *self, void *arg)
{
	pages_fill(arg, 0, NR / 2, 2);
	peer_pause(self);
}

static void shared_disk(void)
{
	const int fd = file_new(disk_dir());
	char *p = pages_map_fd(NR * PAGE, PAGE, MAP_SHARED, fd);
	struct peer child;

	file_fill(fd, NR, 1);
	pages_verify(p, 0, NR, 1);
	peer_start(&child, write_shared, p);
	pages_verify(p, 0, NR / 2, 2);
	pages_verify(p, NR / 2, NR / 2, 1);
	counts_agree("mapped by both");
	must(!msync(p, NR * PAGE, MS_SYNC), "msync");
	counts_agree("after write-back");
	must(!ftruncate(fd, 8 * PAGE), "ftruncate");
	counts_agree("after the file was truncated");
	pages_verify(p, 0, 8, 2);
	peer_finish(&child);
}

/* khugepaged may collapse a clean file that no process has open for writing. */
static int clean_file(size_t nr)
{
	char path[64];
	int fd = file_new(disk_dir()), readable;

	file_fill_slowly(fd, nr, 1);
	must(!fsync(fd), "fsync");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	readable = open(path, O_RDONLY | O_CLOEXEC);
	must(readable >= 0, "open it for reading");
	close(fd);
	return readable;
}

static void pause_with_huge(struct peer *self, void *arg)
{
	char *p = arg;

	pages_verify(p, 0, PMD_PAGES, 1);
	must(page_by_pmd(p), "mapped by a PMD");
	peer_pause(self);
	must(!munmap(p, 16 * PAGE), "munmap of a part");
	peer_pause(self);
	pages_verify(p, 16, PMD_PAGES - 16, 1);
}

static void collapse_disk(void)
{
	const int fd = clean_file(PMD_PAGES);
	char *p = pages_map_fd(PMD, PMD, MAP_PRIVATE, fd);
	struct peer child;

	must(!mprotect(p, PMD, PROT_READ | PROT_EXEC), "make it a text mapping");
	must(!madvise(p, PMD, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	pages_verify(p, 0, PMD_PAGES, 1);
	counts_agree("after reads");
	must(!madvise(p, PMD, MADV_COLLAPSE), "MADV_COLLAPSE");
	must(page_by_pmd(p), "mapped by a PMD");
	counts_agree("after the collapse of a file's pages");
	peer_start(&child, pause_with_huge, p);
	must(page_mapcount_is(p, 2), "two PMD mappings");
	counts_agree("mapped by PMDs in both");
	peer_step(&child);
	counts_agree("after munmap of a part in the child");
	peer_finish(&child);
	pages_verify(p, 0, PMD_PAGES, 1);
	pages_unmap(p, PMD);
	counts_agree("after munmap");
}

#define FORKED (ADD_NEW_ANON | DUP_ANON_PTE | ADD_FILE_PTES | REMOVE_PTE | \
		REMOVE_PTES)

const struct scenario file_scenarios[] = {
	{ "file/private-tmpfs", private_tmpfs, 0, FORKED | DUP_FILE_PTE },
	{ "file/private-huge-tmpfs", private_huge_tmpfs, NEED_SHMEM_THP,
	  FORKED | ADD_FILE_PMD | REMOVE_PMD | DUP_FILE_PTES },
	{ "file/private-disk", private_disk, NEED_DISK, FORKED | DUP_FILE_PTES },
	{ "file/shared-disk", shared_disk, NEED_DISK, ADD_FILE_PTES | REMOVE_PTES },
	{ "file/collapse", collapse_disk, NEED_FILE_THP,
	  ADD_FILE_PTES | REMOVE_PTES | ADD_FILE_PMD | REMOVE_PMD },
	{ 0 }
};
