// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/result.h"
#include "cli/complain.h"

struct cell *result_add_cell(struct result *result, const char *scenario,
			     size_t folio)
{
	struct cell *cells, *cell;

	cells = reallocarray(result->cells, result->nr_cells + 1,
			     sizeof(*cells));
	if (!cells)
		return NULL;
	result->cells = cells;
	cell = &cells[result->nr_cells++];
	*cell = (struct cell){ .folio = folio };
	strncpy(cell->scenario, scenario, sizeof(cell->scenario) - 1);
	return cell;
}

static void cell_free(struct cell *cell)
{
	for (size_t i = 0; i < cell->nr_series; i++)
		free(cell->series[i].samples);
}

void result_drop_cell(struct result *result)
{
	cell_free(&result->cells[--result->nr_cells]);
}

struct series *cell_add_series(struct cell *cell, const struct column *column)
{
	struct series *series;

	if (cell->nr_series == MAX_COLUMNS)
		return NULL;
	series = &cell->series[cell->nr_series++];
	series->column = *column;
	return series;
}

int series_add_sample(struct series *series, const struct sample *sample)
{
	struct sample *samples = reallocarray(series->samples, series->nr + 1,
					      sizeof(*samples));

	if (!samples)
		return -ENOMEM;
	samples[series->nr++] = *sample;
	series->samples = samples;
	return 0;
}

const struct cell *result_find(const struct result *result,
			       const char *scenario, size_t folio)
{
	for (size_t i = 0; i < result->nr_cells; i++)
		if (result->cells[i].folio == folio &&
		    !strcmp(result->cells[i].scenario, scenario))
			return &result->cells[i];
	return NULL;
}

bool column_is(const struct column *column, const struct column *other)
{
	return !strcmp(column->impl, other->impl) &&
	       !strcmp(column->layout, other->layout) &&
	       column->repeat == other->repeat;
}

const char *column_title(const struct column *column, char title[MAX_TITLE])
{
	int len = snprintf(title, MAX_TITLE, "%s%s%s", column->impl,
			   *column->layout ? "/" : "", column->layout);

	if (column->repeat)
		snprintf(title + len, MAX_TITLE - len, " #%u", column->repeat + 1);
	return title;
}

const struct series *cell_find(const struct cell *cell,
			       const struct column *column)
{
	for (size_t i = 0; i < cell->nr_series; i++)
		if (column_is(&cell->series[i].column, column))
			return &cell->series[i];
	return NULL;
}

void result_free(struct result *result)
{
	for (size_t i = 0; i < result->nr_cells; i++)
		cell_free(&result->cells[i]);
	free(result->cells);
	*result = (struct result){ };
}

/* ---- the file ---- */

/*
 * The file of raw samples: { "header": {}, "cells": [ { "scenario", "folio",
 * "impl", "size", "unit", "units", "samples": { METRIC: [] } } ] }. A cell also has
 * "layout", behind "impl", if the run chose it. If "interrupted" in the header is
 * true, cells are missing, or have fewer samples than asked for.
 */
#define FORMAT	1

static struct json_object *array_of(const struct series *series,
				    enum metric metric)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < series->nr; i++)
		json_object_array_add(array, json_object_new_uint64(series->samples[i].of[metric]));
	return array;
}

static struct json_object *samples_of(const struct result *result,
				      const struct series *series)
{
	struct json_object *samples = json_object_new_object();

	for (enum metric m = 0; m < NR_METRICS; m++)
		if (metric_is_recorded(m, result->counting))
			json_object_object_add(samples, metric_name(m),
					       array_of(series, m));
	return samples;
}

static void add_string(struct json_object *to, const char *key, const char *s)
{
	json_object_object_add(to, key, json_object_new_string(s));
}

static void add_number(struct json_object *to, const char *key, uint64_t number)
{
	json_object_object_add(to, key, json_object_new_uint64(number));
}

static struct json_object *one_series(const struct result *result,
				      const struct cell *cell,
				      const struct series *series)
{
	struct json_object *object = json_object_new_object();

	add_string(object, "scenario", cell->scenario);
	add_number(object, "folio", cell->folio);
	add_string(object, "impl", series->column.impl);
	if (*series->column.layout)
		add_string(object, "layout", series->column.layout);
	add_number(object, "size", cell->size);
	add_string(object, "unit", cell->unit);
	add_number(object, "units", cell->units);
	json_object_object_add(object, "samples", samples_of(result, series));
	return object;
}

static struct json_object *header_of(const struct result *result)
{
	const struct machine *machine = &result->machine;
	struct json_object *header = json_object_new_object();

	add_number(header, "format", FORMAT);
	add_string(header, "rmapctl", RMAPCTL_VERSION);
	add_string(header, "kernel", machine->kernel);
	add_string(header, "cpu", machine->cpu);
	add_number(header, "cpus", machine->cpus);
	add_number(header, "memory", machine->memory);
	add_string(header, "accelerator", machine->accel);
	add_string(header, "thp", machine->thp);
	add_number(header, "counting", result->counting);
	json_object_object_add(header, "interrupted",
			       json_object_new_boolean(result->interrupted));
	return header;
}

static void add_cells(struct json_object *cells, const struct result *result,
		      const struct cell *cell)
{
	for (size_t i = 0; i < cell->nr_series; i++)
		json_object_array_add(cells, one_series(result, cell,
							&cell->series[i]));
}

int result_file_open(struct result_file *file, const char *path)
{
	const int flags = O_WRONLY | O_CREAT | O_CLOEXEC;

	file->path = path;
	file->fd = open(path, flags | O_EXCL, 0666);
	file->is_new = file->fd >= 0;
	if (file->fd < 0 && errno == EEXIST)
		file->fd = open(path, flags, 0666);
	return file->fd < 0 ? complain_errno(errno, "cannot write %s", path) : 0;
}

void result_file_close(struct result_file *file)
{
	if (file->fd < 0)
		return;
	close(file->fd);
	if (file->is_new)
		unlink(file->path);
}

/* Prints json-c's message, which ends with a newline. */
static int complain_json(const char *what, const char *path)
{
	const char *words = json_util_get_last_err();
	const int len = words ? strcspn(words, "\n") : 0;

	complain("cannot %s %s: %.*s", what, path, len, words ? words : "");
	return -EIO;
}

static int write_json(struct result_file *file, struct json_object *json)
{
	/* A file that is not regular cannot be truncated, and need not be. */
	if (ftruncate(file->fd, 0) && errno != EINVAL)
		return complain_errno(errno, "cannot write %s", file->path);
	file->is_new = false;
	if (json_object_to_fd(file->fd, json, JSON_C_TO_STRING_NOSLASHESCAPE))
		return complain_json("write", file->path);
	return 0;
}

int result_save(const struct result *result, struct result_file *file)
{
	struct json_object *json = json_object_new_object();
	struct json_object *cells = json_object_new_array();
	int ret;

	json_object_object_add(json, "header", header_of(result));
	for (size_t i = 0; i < result->nr_cells; i++)
		add_cells(cells, result, &result->cells[i]);
	json_object_object_add(json, "cells", cells);
	ret = write_json(file, json);
	json_object_put(json);
	return ret;
}

/* Returns a member, or NULL if it is missing or of another type. */
static struct json_object *get(struct json_object *object, const char *key,
			       enum json_type type)
{
	struct json_object *value;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

static const char *get_string(struct json_object *object, const char *key)
{
	struct json_object *value = get(object, key, json_type_string);

	return value ? json_object_get_string(value) : "";
}

static uint64_t get_number(struct json_object *object, const char *key)
{
	struct json_object *value = get(object, key, json_type_int);

	return value ? json_object_get_uint64(value) : 0;
}

static int load_metric(struct series *series, struct json_object *array,
		       enum metric metric)
{
	size_t nr = json_object_array_length(array);

	if (!series->samples) {
		series->samples = calloc(nr ? nr : 1, sizeof(*series->samples));
		series->nr = nr;
	}
	if (!series->samples || series->nr != nr)
		return -EPROTO;
	for (size_t i = 0; i < nr; i++)
		series->samples[i].of[metric] = json_object_get_uint64(
				json_object_array_get_idx(array, i));
	return 0;
}

static int load_samples(struct result *result, struct series *series,
			struct json_object *samples)
{
	struct json_object *array;
	int ret = 0;

	for (enum metric m = 0; m < NR_METRICS && !ret; m++) {
		if (!metric_is_recorded(m, result->counting))
			continue;
		array = get(samples, metric_name(m), json_type_array);
		ret = array ? load_metric(series, array, m) : -EPROTO;
	}
	return ret ? ret : series->nr ? 0 : -EPROTO;
}

static void copy(char *to, size_t size, const char *from)
{
	strncpy(to, from, size - 1);
	to[size - 1] = '\0';
}

static int load_cell(struct result *result, struct json_object *object)
{
	struct json_object *samples = get(object, "samples", json_type_object);
	const char *scenario = get_string(object, "scenario");
	size_t folio = get_number(object, "folio");
	struct cell *cell = (struct cell *)result_find(result, scenario, folio);
	struct series *series;
	struct column column = { };

	copy(column.impl, sizeof(column.impl), get_string(object, "impl"));
	copy(column.layout, sizeof(column.layout), get_string(object, "layout"));
	while (cell && cell_find(cell, &column))
		column.repeat++;
	if (!cell)
		cell = result_add_cell(result, scenario, folio);
	series = cell ? cell_add_series(cell, &column) : NULL;
	if (!series)
		return cell ? -E2BIG : -ENOMEM;
	cell->size = get_number(object, "size");
	cell->units = get_number(object, "units");
	strncpy(cell->unit, get_string(object, "unit"), sizeof(cell->unit) - 1);
	if (!cell->units || !*scenario || (!folio && strcmp(cell->unit, UNIT_RUN)))
		return -EPROTO;
	return load_samples(result, series, samples);
}

static bool get_bool(struct json_object *object, const char *key)
{
	return json_object_get_boolean(get(object, key, json_type_boolean));
}

static int load_header(struct result *result, struct json_object *header)
{
	struct machine *machine = &result->machine;

	if (get_number(header, "format") != FORMAT ||
	    get_number(header, "counting") >= NR_COUNTINGS)
		return -EPROTO;
	copy(machine->kernel, sizeof(machine->kernel),
	     get_string(header, "kernel"));
	copy(machine->cpu, sizeof(machine->cpu), get_string(header, "cpu"));
	copy(machine->accel, sizeof(machine->accel),
	     get_string(header, "accelerator"));
	copy(machine->thp, sizeof(machine->thp), get_string(header, "thp"));
	machine->cpus = get_number(header, "cpus");
	machine->memory = get_number(header, "memory");
	result->counting = get_number(header, "counting");
	result->interrupted |= get_bool(header, "interrupted");
	return 0;
}

static int load(struct result *result, struct json_object *file)
{
	struct json_object *header = get(file, "header", json_type_object);
	struct json_object *cells = get(file, "cells", json_type_array);
	int ret = -EPROTO;

	if (header && cells)
		ret = load_header(result, header);
	for (size_t i = 0; !ret && i < json_object_array_length(cells); i++)
		ret = load_cell(result, json_object_array_get_idx(cells, i));
	return ret;
}

static struct json_object *read_json(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct json_object *json;

	if (fd < 0) {
		complain_errno(errno, "cannot read %s", path);
		return NULL;
	}
	json = json_object_from_fd(fd);
	close(fd);
	if (!json)
		complain_json("read", path);
	return json;
}

int result_load(struct result *result, const char *path)
{
	struct json_object *file = read_json(path);
	int ret;

	if (!file)
		return -EIO;
	ret = load(result, file);
	json_object_put(file);
	if (ret == -E2BIG)
		complain("%s: too many columns, at most %d stand side by side", path,
			 MAX_COLUMNS);
	else if (ret)
		complain("%s is not what 'bench run --json' of this version writes",
			 path);
	return ret;
}
