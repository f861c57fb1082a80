// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/complain.h"
#include "kernel/control.h"
#include "kernel/file_pfns.h"

/* Opening a file of any other type could block or have side effects. */
static int check_type(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return complain_errno(errno, "cannot look at %s", path);
	if (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
		return 0;
	complain("%s is no regular file and no block device: it has no page cache",
		 path);
	return -EINVAL;
}

/* Opening a file and asking about it does not change its page cache. */
static int open_quietly(const char *path)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	int fd = open(path, flags | O_NOATIME);

	if (fd < 0 && errno == EPERM)
		fd = open(path, flags);
	return fd < 0 ? complain_errno(errno, "cannot open %s", path) : fd;
}

int file_pfns_open(struct file_pfns *file, const char *path)
{
	int ret = check_type(path);

	if (ret)
		return ret;
	file->control = control_open_both(RMAP_AB_FILE_FILE_PFNS);
	if (file->control < 0)
		return file->control;
	file->fd = open_quietly(path);
	if (file->fd < 0)
		close(file->control);
	return file->fd < 0 ? file->fd : 0;
}

void file_pfns_close(struct file_pfns *file)
{
	close(file->fd);
	close(file->control);
}

int file_pfns_seek(struct file_pfns *file, const struct range *pages)
{
	char command[96];
	int len;

	len = snprintf(command, sizeof(command), "%d %" PRIu64 " %" PRIu64,
		       file->fd, pages->first, pages->last);
	file->used = 0;
	file->nr = 0;
	if (write(file->control, command, len) == len)
		return 0;
	return complain_errno(errno ? errno : EIO, "cannot write '%s' to %s",
			      command, RMAP_AB_FILE_FILE_PFNS);
}

static ssize_t refill(struct file_pfns *file)
{
	const size_t size = sizeof(file->found[0]);
	ssize_t got;

	do {
		got = read(file->control, file->found, sizeof(file->found));
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return complain_errno(errno, "cannot read %s",
				      RMAP_AB_FILE_FILE_PFNS);
	if (got % size)
		return complain_errno(EPROTO, "%s gave half a record",
				      RMAP_AB_FILE_FILE_PFNS);
	file->used = 0;
	file->nr = got / size;
	return file->nr;
}

int file_pfns_next(struct file_pfns *file, struct rmap_ab_file_pfns *found)
{
	if (file->used == file->nr) {
		ssize_t nr = refill(file);

		if (nr <= 0)
			return nr;
	}
	*found = file->found[file->used++];
	return 1;
}
