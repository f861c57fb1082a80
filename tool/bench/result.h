/* SPDX-License-Identifier: GPL-2.0 */
/* The samples of a run, in memory and in a file. */
#ifndef RMAPCTL_BENCH_RESULT_H
#define RMAPCTL_BENCH_RESULT_H

#include <linux/rmap_ab.h>
#include <stdbool.h>

#include "bench/machine.h"
#include "bench/sample.h"

#define MAX_COLUMNS	16
#define MAX_SCENARIO	32
#define MAX_LAYOUT	8

/* The column of a kernel without the hooks. */
#define IMPL_VANILLA	"vanilla"

/**
 * struct column - what is measured beside others
 * @impl: an implementation
 * @layout: what large folios get at their first mapping; "" if the run did not
 *	choose that
 * @repeat: 0 in the first file that has it, 1 in the second one, and so on
 */
struct column {
	char impl[RMAP_AB_NAME_MAX + 1];
	char layout[MAX_LAYOUT];
	unsigned int repeat;
};

/* Room for "IMPL/LAYOUT #REPEAT". */
#define MAX_TITLE	(RMAP_AB_NAME_MAX + 1 + MAX_LAYOUT + 5)

/* The samples of one column. */
struct series {
	struct column column;
	size_t nr;
	struct sample *samples;
};

/* What a command is: it has no folio size, and is given as a whole. */
#define UNIT_RUN	"run"

/* One scenario with one folio size; or a command. */
struct cell {
	char scenario[MAX_SCENARIO];
	char unit[8];
	size_t folio;
	size_t size;
	size_t units;
	struct series series[MAX_COLUMNS];
	size_t nr_series;
};

struct result {
	struct machine machine;
	enum counting counting;
	struct cell *cells;
	size_t nr_cells;
	bool interrupted;	/* a signal ended the run early */
};

/* The file that a run writes. */
struct result_file {
	const char *path;
	int fd;
	bool is_new;	/* this run created it, and it is still empty */
};

/* Adds a cell; the pointer is valid until the next call. NULL: no memory. */
struct cell *result_add_cell(struct result *result, const char *scenario,
			     size_t folio);
struct series *cell_add_series(struct cell *cell, const struct column *column);
int series_add_sample(struct series *series, const struct sample *sample);

/* Drops the last cell. */
void result_drop_cell(struct result *result);

/* Returns the cell, or NULL if there is none. */
const struct cell *result_find(const struct result *result,
			       const char *scenario, size_t folio);
const struct series *cell_find(const struct cell *cell,
			       const struct column *column);

bool column_is(const struct column *column, const struct column *other);

/* Writes the title of a column, "IMPL" or "IMPL/LAYOUT", "IMPL #2" if it is repeated. */
const char *column_title(const struct column *column, char title[MAX_TITLE]);

void result_free(struct result *result);

/**
 * result_file_open() - open the file and check that it can be written
 * @file: receives what result_save() and result_file_close() need
 * @path: path of the file; if it exists, its content stays until result_save()
 *
 * Return: 0, or -errno after a complaint.
 */
int result_file_open(struct result_file *file, const char *path);

/* Returns 0, or -errno after a complaint. */
int result_save(const struct result *result, struct result_file *file);

/* Closes the file. Removes it if this run created it and saved nothing. */
void result_file_close(struct result_file *file);

/*
 * Adds the samples of a file. Columns of a second file are added beside those
 * of the first, as repeats if they are the same. Returns 0, or -errno after a
 * complaint.
 */
int result_load(struct result *result, const char *path);

#endif
