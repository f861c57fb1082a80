// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/rmap_ab.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complain.h"
#include "kernel/debugfs.h"

#define USUAL_ROOT	"/sys/kernel/debug"

/* The tests put directories of their own in place of the real ones. */
#define ENV_ROOT	"RMAPCTL_DEBUGFS"
#define ENV_PROC	"RMAPCTL_PROC"

enum answer { NO, YES, UNKNOWN };

static char *join(const char *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

const char *debugfs_proc(void)
{
	const char *proc = secure_getenv(ENV_PROC);

	return proc ? proc : "/proc";
}

static FILE *proc_open(const char *name)
{
	char *path = join(debugfs_proc(), name);
	FILE *file = path ? fopen(path, "re") : NULL;

	free(path);
	return file;
}

/*
 * Does word number @column of any line of a /proc file equal @word?  The answer
 * is UNKNOWN if no line can be read (file hidden or configured out).
 */
static enum answer proc_has(const char *name, int column, const char *word)
{
	FILE *file = proc_open(name);
	enum answer found = UNKNOWN;
	char *line = NULL;
	size_t size = 0;

	while (file && found != YES && getline(&line, &size, file) > 0) {
		char *rest = line, *this = NULL;

		for (int i = 0; i <= column; i++)
			this = strtok_r(i ? NULL : line, " \t\n", &rest);
		found = this && !strcmp(this, word) ? YES : NO;
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

/*
 * Any mount works. The usual one is preferred, as people expect it in messages.
 */
static char *mounted_root(FILE *mounts)
{
	struct mntent *mount;
	char *root = NULL;

	while ((mount = getmntent(mounts))) {
		if (strcmp(mount->mnt_type, "debugfs"))
			continue;
		if (root && strcmp(mount->mnt_dir, USUAL_ROOT))
			continue;
		free(root);
		root = strdup(mount->mnt_dir);
	}
	return root;
}

static void explain_unmounted(void)
{
	if (proc_has("filesystems", 1, "debugfs") == NO) {
		complain("this kernel has no debugfs: build it with CONFIG_DEBUG_FS");
		return;
	}
	complain("debugfs is not mounted");
	complain("mount it: mount -t debugfs debugfs " USUAL_ROOT);
}

char *debugfs_root(void)
{
	const char *override = secure_getenv(ENV_ROOT);
	FILE *mounts;
	char *root;

	if (override)
		return strdup(override);
	mounts = proc_open("self/mounts");
	if (!mounts)
		return strdup(USUAL_ROOT);
	root = mounted_root(mounts);
	fclose(mounts);
	if (!root)
		explain_unmounted();
	return root;
}

static enum answer kernel_hooks(void)
{
	return proc_has("kallsyms", 2, "__rmap_ops_install");
}

bool debugfs_kernel_has_hooks(void)
{
	return kernel_hooks() != NO;
}

static void explain_no_module(void)
{
	enum answer hooks = kernel_hooks();

	if (hooks == NO) {
		complain("this kernel was built without CONFIG_RMAP_OPS");
		complain("boot a Linux 6.12 that has kernel-hooks.patch and the option");
		return;
	}
	complain("the module rmap_ab is not loaded");
	complain("load it: modprobe rmap_ab (or insmod rmap_ab.ko)");
	if (hooks == UNKNOWN)
		complain("if that fails: this kernel may lack CONFIG_RMAP_OPS (kernel-hooks.patch)");
}

static void explain_missing(const char *root)
{
	char *dir = join(root, RMAP_AB_DEBUGFS_DIR);

	if (dir && !access(dir, F_OK))
		complain("the module and rmapctl are of different versions");
	else if (proc_has("modules", 0, "rmap_ab") == YES)
		complain("the module rmap_ab is loaded, but not in this debugfs: see dmesg");
	else
		explain_no_module();
	free(dir);
}

static void explain_denied(void)
{
	if (geteuid()) {
		complain("only root can use it: try again with sudo");
		return;
	}
	complain("even root is refused: by a container, a security policy or");
	complain("kernel lockdown (see /sys/kernel/security/lockdown)");
}

void debugfs_explain(const char *root, int err)
{
	if (err == ENOENT || err == ENOTDIR)
		explain_missing(root);
	else if (err == EACCES || err == EPERM)
		explain_denied();
}
