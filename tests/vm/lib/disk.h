/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DISK_H
#define DISK_H
/*
 * A file system with a disk below it, whose page cache has large folios: XFS on
 * a zram device of our own.
 */

/* Returns NULL, or why there is none. */
const char *disk_open(void);
void disk_close(void);

/* Returns where it is mounted, or NULL if it is not. */
const char *disk_dir(void);

#endif /* DISK_H */
