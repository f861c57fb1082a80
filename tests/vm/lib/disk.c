// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/disk.h"
#include "lib/text.h"

static struct {
	char dir[64];
	int zram;		/* number of our device */
	const char *missing;
} disk = { .zram = -1, .missing = "no disk was asked for" };

static bool make_fs(const char *device)
{
	int status;
	const pid_t pid = fork();

	if (!pid) {
		execlp("mkfs.xfs", "mkfs.xfs", "-q", device, NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

static const char *make_disk(void)
{
	char path[64], device[32];

	disk.zram = text_number("/sys/class/zram-control/hot_add", -1);
	if (disk.zram < 0)
		return "no further zram device";
	snprintf(path, sizeof(path), "/sys/block/zram%d/disksize", disk.zram);
	snprintf(device, sizeof(device), "/dev/zram%d", disk.zram);
	if (text_write(path, "512M"))
		return "cannot size a zram device";
	if (!make_fs(device))
		return "mkfs.xfs failed or is not there";
	snprintf(disk.dir, sizeof(disk.dir), "/tmp/disk.XXXXXX");
	if (!mkdtemp(disk.dir) || mount(device, disk.dir, "xfs", 0, NULL)) {
		disk.dir[0] = '\0';
		return "cannot mount XFS";
	}
	return NULL;
}

const char *disk_open(void)
{
	disk.missing = make_disk();
	return disk.missing;
}

void disk_close(void)
{
	char number[16];

	if (disk.dir[0]) {
		umount(disk.dir);
		rmdir(disk.dir);
		disk.dir[0] = '\0';
	}
	if (disk.zram < 0)
		return;
	snprintf(number, sizeof(number), "%d", disk.zram);
	text_write("/sys/class/zram-control/hot_remove", number);
	disk.zram = -1;
}

const char *disk_dir(void)
{
	return disk.dir[0] ? disk.dir : NULL;
}
