/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_RMAP_AB_H
#define _UAPI_LINUX_RMAP_AB_H
/*
 * What the module rmap_ab and the programs that use it have to agree on.
 */

/* Raised when something below changes its meaning; additions do not raise it. */
#define RMAP_AB_VERSION			1

/* The longest name of an implementation, with the terminating NUL. */
#define RMAP_AB_NAME_MAX		32

/* The name of the built-in implementation: the kernel's own code. */
#define RMAP_AB_BUILTIN			"builtin"

/* The control files, below the mount point of debugfs. */
#define RMAP_AB_DEBUGFS_DIR		"rmap_ab"
#define RMAP_AB_FILE_IMPLEMENTATION	"implementation"
#define RMAP_AB_FILE_STATUS		"status"
#define RMAP_AB_FILE_ERROR_LOG		"error_log"

/* The values of "state" in the file status. */
#define RMAP_AB_STATE_BUILTIN		"builtin"
#define RMAP_AB_STATE_ACTIVE		"active"
#define RMAP_AB_STATE_SWITCHING		"switching"
#define RMAP_AB_STATE_FOREIGN		"foreign"

#endif /* _UAPI_LINUX_RMAP_AB_H */
