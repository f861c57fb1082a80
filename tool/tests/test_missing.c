// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <sys/stat.h>

#include "groups.h"

#define WITHOUT_HOOKS \
	"0000000000000000 T rmap_walk\n" \
	"0000000000000000 t __rmap_ops_install_not\n" \
	"0000000000000000 t __rmap_ops_install.cold\n"

static void no_module(void **state)
{
	struct world *w = *state;

	world_remove(w, "debugfs/rmap_ab");
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "/status: No such file",
		      "rmap_ab is not loaded", "modprobe rmap_ab", NULL);
	check_not_in(w->err, "CONFIG_RMAP_OPS");
	rmapctl(w, "use", "page", NULL);
	check_failure(w, 2, "modprobe rmap_ab", NULL);
}

static void no_hooks(void **state)
{
	struct world *w = *state;

	world_remove(w, "debugfs/rmap_ab");
	world_write(w, "proc/kallsyms", WITHOUT_HOOKS);
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "without CONFIG_RMAP_OPS", "kernel-hooks.patch",
		      NULL);
	check_not_in(w->err, "modprobe");
}

static void no_way_to_know_of_hooks(void **state)
{
	struct world *w = *state;

	world_remove(w, "debugfs/rmap_ab");
	world_remove(w, "proc/kallsyms");
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "modprobe rmap_ab", "may lack CONFIG_RMAP_OPS",
		      NULL);
	world_write(w, "proc/kallsyms", "");
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "modprobe rmap_ab", "may lack CONFIG_RMAP_OPS",
		      NULL);
}

static void no_directory_of_the_loaded_module(void **state)
{
	struct world *w = *state;

	world_remove(w, "debugfs/rmap_ab");
	world_write(w, "proc/modules",
		    "other 1 0 - Live 0x0\nrmap_ab 1 0 - Live 0x0\n");
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "is loaded, but not in this debugfs", NULL);
	check_not_in(w->err, "modprobe");
}

static void no_such_file_of_the_module(void **state)
{
	struct world *w = *state;

	world_remove(w, STATUS);
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "/status: No such file", "different versions",
		      NULL);
}

static void no_debugfs_mounted(void **state)
{
	struct world *w = *state;

	w->search_mounts = true;
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "debugfs is not mounted",
		      "mount -t debugfs debugfs /sys/kernel/debug", NULL);
}

static void no_debugfs_in_the_kernel(void **state)
{
	struct world *w = *state;

	w->search_mounts = true;
	world_write(w, "proc/filesystems", "nodev\ttracefs\n\text4\n");
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "CONFIG_DEBUG_FS", NULL);
	check_not_in(w->err, "mount -t");
}

/* Spaces in a mount point are written as octal numbers. */
static void debugfs_is_found_wherever_it_is(void **state)
{
	struct world *w = *state;
	char from[PATH_MAX], to[PATH_MAX], mounts[2 * PATH_MAX];

	world_path(w, "debugfs", from);
	world_path(w, "de bug", to);
	assert_int_equal(rename(from, to), 0);
	snprintf(mounts, sizeof(mounts),
		 "proc /proc proc rw 0 0\ndebugfs %s/de\\040bug debugfs rw 0 0\n",
		 w->dir);
	world_write(w, "proc/self/mounts", mounts);
	w->search_mounts = true;
	rmapctl(w, "status", NULL);
	assert_int_equal(rename(to, from), 0);
	check_in(w->out, "state             builtin\n");
	check_fine(w, w->out);
}

static void debugfs_has_a_usual_place(void **state)
{
	struct world *w = *state;

	world_write(w, "proc/self/mounts",
		    "a /nowhere/1 debugfs rw 0 0\n"
		    "b /sys/kernel/debug debugfs rw 0 0\n"
		    "c /nowhere/2 debugfs rw 0 0\n");
	w->search_mounts = true;
	w->as_nobody = true;	/* the real one may be there */
	rmapctl(w, "status", NULL);
	check_in(w->err, "/sys/kernel/debug/rmap_ab/status");
	world_remove(w, "proc/self/mounts");
	rmapctl(w, "status", NULL);
	check_in(w->err, "/sys/kernel/debug/rmap_ab/status");
}

/* Users other than root see this. */
static void no_permission(void **state)
{
	struct world *w = *state;
	char debugfs[PATH_MAX];

	world_path(w, "debugfs", debugfs);
	assert_int_equal(chmod(debugfs, 0), 0);
	w->as_nobody = true;
	rmapctl(w, "status", NULL);
	check_failure(w, 2, "/status: Permission denied",
		      "only root", "sudo", NULL);
	check_not_in(w->err, "modprobe");
}

static const struct CMUnitTest tests[] = {
	WORLD_TEST(no_module),
	WORLD_TEST(no_hooks),
	WORLD_TEST(no_way_to_know_of_hooks),
	WORLD_TEST(no_directory_of_the_loaded_module),
	WORLD_TEST(no_such_file_of_the_module),
	WORLD_TEST(no_debugfs_mounted),
	WORLD_TEST(no_debugfs_in_the_kernel),
	WORLD_TEST(debugfs_is_found_wherever_it_is),
	WORLD_TEST(debugfs_has_a_usual_place),
	WORLD_TEST(no_permission),
};

GROUP(missing, tests);
