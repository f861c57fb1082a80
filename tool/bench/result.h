/* SPDX-License-Identifier: GPL-2.0 */
/* The samples of a run, in memory and in a file. */
#ifndef RMAPCTL_BENCH_RESULT_H
#define RMAPCTL_BENCH_RESULT_H

#include <linux/rmap_ab.h>
#include <stdbool.h>

#include "bench/machine.h"
#include "bench/sample.h"

#define MAX_IMPLS	16
#define MAX_SCENARIO	32

/* The column of a kernel without the hooks. */
#define IMPL_VANILLA	"vanilla"

/* What one implementation did. */
struct series {
	char impl[RMAP_AB_NAME_MAX + 1];
	size_t nr;
	struct sample *samples;
};

/* One scenario with one folio size. */
struct cell {
	char scenario[MAX_SCENARIO];
	char unit[8];
	size_t folio;
	size_t size;
	size_t units;
	struct series series[MAX_IMPLS];
	size_t nr_series;
};

struct result {
	struct machine machine;
	enum counting counting;
	struct cell *cells;
	size_t nr_cells;
	bool interrupted;	/* there would have been more */
};

/* The file that a run writes. */
struct result_file {
	const char *path;
	int fd;
	bool is_new;	/* and nothing is in it */
};

/* The pointer is good until the next one is added; NULL: no memory. */
struct cell *result_add_cell(struct result *result, const char *scenario,
			     size_t folio);
struct series *cell_add_series(struct cell *cell, const char *impl);
int series_add_sample(struct series *series, const struct sample *sample);

/* The last one. */
void result_drop_cell(struct result *result);

/* NULL if there is none. */
const struct cell *result_find(const struct result *result,
			       const char *scenario, size_t folio);
const struct series *cell_find(const struct cell *cell, const char *impl);

void result_free(struct result *result);

/**
 * result_file_open() - can it be written?
 * @file: what result_save() and result_file_close() need
 * @path: of a file that may exist; what is in it stays until result_save()
 *
 * Return: 0, or -errno after a complaint.
 */
int result_file_open(struct result_file *file, const char *path);

/* Returns 0, or -errno after a complaint. */
int result_save(const struct result *result, struct result_file *file);

/* If nothing was saved, there is no file where there was none. */
void result_file_close(struct result_file *file);

/*
 * Adds what is in the file: columns of a second one stand beside those of the
 * first. Returns 0, or -errno after a complaint.
 */
int result_load(struct result *result, const char *path);

#endif
