// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/files.h"
#include "lib/pages.h"

int file_new(const char *dir)
{
	const int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	must(fd >= 0, "a file in %s", dir);
	return fd;
}

void file_fill(int fd, size_t nr, uint64_t seed)
{
	char *contents = small_map(nr);

	pages_fill(contents, 0, nr, seed);
	must(pwrite(fd, contents, nr * PAGE, 0) == (ssize_t)(nr * PAGE),
	     "write a file of %zu pages", nr);
	pages_unmap(contents, nr * PAGE);
}

void file_fill_slowly(int fd, size_t nr, uint64_t seed)
{
	char *contents = small_map(nr);
	size_t i;

	pages_fill(contents, 0, nr, seed);
	for (i = 0; i < nr; i++)
		must(pwrite(fd, contents + i * PAGE, PAGE, i * PAGE) == PAGE,
		     "write page %zu of a file", i);
	pages_unmap(contents, nr * PAGE);
}

/* The mount is detached at once. The file keeps it. */
int file_huge(size_t nr_areas)
{
	char dir[] = "/tmp/huge.XXXXXX";
	int fd;

	must(mkdtemp(dir), "a directory");
	must(!mount("huge", dir, "tmpfs", 0, "huge=always"), "tmpfs huge=always");
	fd = file_new(dir);
	must(!umount2(dir, MNT_DETACH) && !rmdir(dir), "detach the tmpfs");
	must(!ftruncate(fd, nr_areas * PMD), "ftruncate");
	return fd;
}

int file_memfd(size_t nr, unsigned int flags)
{
	const int fd = memfd_create("rmap", MFD_CLOEXEC | flags);

	must(fd >= 0, "memfd_create");
	must(!ftruncate(fd, nr * PAGE), "ftruncate");
	return fd;
}
