/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ROW_H
#define ROW_H
/*
 * The rows of the test matrix: what may account the mappings.
 *
 *   vanilla	a kernel without the hooks; no module is loaded
 *   builtin	no set is installed: the kernel's own code behind the key
 *   count	the kernel's own code behind another module's set, which counts
 *		calls (rmap_count.ko)
 *   others	each name that rmap_ab offers, read from the running module
 */

#include <linux/rmap_ab.h>
#include <stdbool.h>

enum row_kind { ROW_VANILLA, ROW_BUILTIN, ROW_COUNT, ROW_MODULE };

struct row {
	enum row_kind kind;
	char name[RMAP_AB_NAME_MAX];
};

enum { MAX_ROWS = 16 };

#define RMAP_AB "/sys/kernel/debug/" RMAP_AB_DEBUGFS_DIR "/"
#define IMPLEMENTATION RMAP_AB RMAP_AB_FILE_IMPLEMENTATION
#define STATUS RMAP_AB RMAP_AB_FILE_STATUS
#define ERROR_LOG RMAP_AB RMAP_AB_FILE_ERROR_LOG
#define RMAP_COUNT "/sys/kernel/debug/rmap_count/"
#define RMAP_PEEK "/sys/kernel/debug/rmap_peek/"

/*
 * Loads what the kernel supports and lists the rows. A kernel with the hooks on
 * which the modules do not load is an error. Returns the number of rows or
 * -errno.
 */
int rows_open(struct row rows[MAX_ROWS]);

/* Unloads what rows_open() loaded, with builtin in charge. Returns 0 or -errno. */
int rows_close(void);

/* Puts a row in charge. Returns 0 or -errno. */
int row_enter(const struct row *row);

/* Puts builtin in charge. */
int row_leave(const struct row *row);

/* Returns the name that rmap_ab says is in charge. */
bool row_is_current(const char *name);

/*
 * Reads the names that rmap_ab offers, builtin first. Returns their number or
 * -errno.
 */
int row_names(char names[MAX_ROWS][RMAP_AB_NAME_MAX]);

#endif /* ROW_H */
