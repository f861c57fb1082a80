/* SPDX-License-Identifier: GPL-2.0 */
/* Control groups: a directory, and those below it. */
#ifndef RMAPCTL_CGROUP_H
#define RMAPCTL_CGROUP_H

#include "cli/number.h"

/**
 * cgroup_inodes() - the inode numbers of a cgroup and of all below it
 * @option: whose value it is, for the complaint
 * @name: a directory, relative to /sys/fs/cgroup
 * @inodes: they are added to these, in no order
 *
 * A folio that is charged to a cgroup has the inode number of its directory.
 *
 * Return: 0, or -errno after a complaint.
 */
int cgroup_inodes(const char *option, const char *name, struct numbers *inodes);

/* The same for the processes in them, of which there may be none. */
int cgroup_pids(const char *option, const char *name, struct numbers *pids);

#endif
