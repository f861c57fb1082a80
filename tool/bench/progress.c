// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "bench/progress.h"

static struct {
	double began;
	double cell_began;
	size_t cell;		/* counted from 1 */
	size_t nr_cells;
	size_t steps;		/* in this cell */
	size_t steps_per_cell;
	double seconds;		/* to spend, 0: no limit */
	bool untimed;
	const char *scenario;
	size_t folio;
} progress;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

void progress_begin(const struct plan *plan, bool untimed)
{
	progress.began = now();
	progress.cell = 0;
	progress.nr_cells = plan->nr_cells;
	progress.steps_per_cell = plan->samples * plan->nr_impls;
	progress.seconds = plan->seconds;
	progress.untimed = untimed;
}

/* From what has been done; nobody knows before there is something. */
static void put_left(void)
{
	double done = progress.cell - 1 +
		      (double)progress.steps / progress.steps_per_cell;
	double left = (now() - progress.began) * (progress.nr_cells - done) /
		      (done > 0 ? done : 1);

	if (progress.seconds && left > progress.seconds)
		left = progress.seconds - (now() - progress.began);
	if (done > 0 && left > 0 && !progress.untimed)
		fprintf(stderr, ", %d:%02d left", (int)left / 60,
			(int)left % 60);
}

static void put_line(void)
{
	fprintf(stderr, "%s[%zu/%zu] %s %zuK", isatty(STDERR_FILENO) ? "\r\e[K" :
		"", progress.cell, progress.nr_cells, progress.scenario,
		progress.folio >> 10);
	if (isatty(STDERR_FILENO))
		fprintf(stderr, " %zu/%zu", progress.steps,
			progress.steps_per_cell);
	put_left();
	if (!isatty(STDERR_FILENO))
		fputc('\n', stderr);
}

void progress_cell(const char *scenario, size_t folio)
{
	progress.cell++;
	progress.steps = 0;
	progress.cell_began = now();
	progress.scenario = scenario;
	progress.folio = folio;
	put_line();
}

void progress_step(void)
{
	progress.steps++;
	if (isatty(STDERR_FILENO))
		put_line();
}

bool progress_is_late(void)
{
	double left = progress.seconds - (progress.cell_began - progress.began);
	double share = left / (progress.nr_cells - progress.cell + 1);

	return progress.seconds && now() - progress.cell_began > share;
}

void progress_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\e[K", stderr);
}
