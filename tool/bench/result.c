// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result.h"

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

struct series *cell_add_series(struct cell *cell, const char *impl)
{
	struct series *series;

	if (cell->nr_series == MAX_IMPLS)
		return NULL;
	series = &cell->series[cell->nr_series++];
	strncpy(series->impl, impl, sizeof(series->impl) - 1);
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

const struct series *cell_find(const struct cell *cell, const char *impl)
{
	for (size_t i = 0; i < cell->nr_series; i++)
		if (!strcmp(cell->series[i].impl, impl))
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
