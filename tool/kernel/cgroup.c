// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/complain.h"
#include "kernel/cgroup.h"

#define CGROUPS	"/sys/fs/cgroup"

/* nftw() has no argument for the caller. */
static struct {
	const char *option;
	struct numbers *to;
	int (*take)(const char *path, const struct stat *stat);
	size_t nr;
} walk;

static int visit(const char *path, const struct stat *stat, int type,
		 struct FTW *place)
{
	(void)place;
	if (type != FTW_D)
		return 0;
	walk.nr++;
	/* -1 would be nftw()'s own */
	return -walk.take(path, stat);
}

/* Returns 0, or -errno after a complaint. */
static int walk_all(const char *option, const char *name, struct numbers *to,
		    int (*take)(const char *path, const struct stat *stat))
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s%s", *name == '/' ? "" : CGROUPS "/", name);
	walk.option = option;
	walk.to = to;
	walk.take = take;
	walk.nr = 0;
	ret = nftw(path, visit, 16, FTW_PHYS | FTW_MOUNT);
	if (ret == -1)
		return complain_errno(errno, "%s: cannot read %s", option, path);
	if (ret || walk.nr)
		return -ret;
	complain("%s: %s is not a directory of a cgroup", option, path);
	return -ENOTDIR;
}

static int take_inode(const char *path, const struct stat *stat)
{
	(void)path;
	return numbers_add(walk.to, stat->st_ino);
}

int cgroup_inodes(const char *option, const char *name, struct numbers *inodes)
{
	return walk_all(option, name, inodes, take_inode);
}

/* A threaded cgroup does not list processes: the one above it that is not does. */
static int read_pids(FILE *file, const char *path)
{
	uint64_t pid;
	int ret = 0;

	errno = 0;
	while (!ret && fscanf(file, "%" SCNu64, &pid) == 1)
		if (pid)	/* 0: it is in another namespace */
			ret = numbers_add(walk.to, pid);
	if (!ret && ferror(file) && errno != EOPNOTSUPP)
		ret = complain_errno(errno, "%s: cannot read %s", walk.option, path);
	return ret;
}

static int take_pids(const char *directory, const struct stat *stat)
{
	char path[PATH_MAX + 16];
	FILE *file;
	int ret;

	(void)stat;
	snprintf(path, sizeof(path), "%s/cgroup.procs", directory);
	file = fopen(path, "re");
	if (!file)
		return complain_errno(errno, "%s: cannot read %s", walk.option, path);
	ret = read_pids(file, path);
	fclose(file);
	return ret;
}

int cgroup_pids(const char *option, const char *name, struct numbers *pids)
{
	return walk_all(option, name, pids, take_pids);
}
