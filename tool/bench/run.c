// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/choice.h"
#include "bench/command.h"
#include "bench/counters.h"
#include "bench/run.h"
#include "bench/worker.h"
#include "cli/complain.h"
#include "cli/stop.h"
#include "kernel/knob.h"
#include "noun.h"

/* ---- progress and remaining time, on stderr ---- */

static struct {
	double began;
	double cell_began;
	size_t cell;		/* counted from 1 */
	size_t nr_cells;
	size_t steps;		/* in this cell */
	size_t steps_per_cell;
	double seconds;		/* time limit; 0: none */
	bool untimed;
	const char *scenario;
	size_t folio;
} progress;

static double progress_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* @untimed: do not print times, as the guest's clock is not the user's. */
static void progress_begin(const struct plan *plan, bool untimed)
{
	progress.began = progress_now();
	progress.cell = 0;
	progress.nr_cells = plan->nr_cells;
	progress.steps_per_cell = plan->samples * plan->nr_columns;
	progress.seconds = plan->seconds;
	progress.untimed = untimed;
}

/*
 * Prints an estimate of the time left. There is none before the first sample.
 */
static void progress_put_left(void)
{
	double done = progress.cell - 1 +
		      (double)progress.steps / progress.steps_per_cell;
	double left = (progress_now() - progress.began) * (progress.nr_cells - done) /
		      (done > 0 ? done : 1);

	if (progress.seconds && left > progress.seconds)
		left = progress.seconds - (progress_now() - progress.began);
	if (done > 0 && left > 0 && !progress.untimed)
		fprintf(stderr, ", %d:%02d left", (int)left / 60,
			(int)left % 60);
}

static void progress_put_line(void)
{
	fprintf(stderr, "%s[%zu/%zu] %s", isatty(STDERR_FILENO) ? "\r\e[K" : "",
		progress.cell, progress.nr_cells, progress.scenario);
	if (progress.folio)
		fprintf(stderr, " %zuK", progress.folio >> 10);
	if (isatty(STDERR_FILENO))
		fprintf(stderr, " %zu/%zu", progress.steps,
			progress.steps_per_cell);
	progress_put_left();
	if (!isatty(STDERR_FILENO))
		fputc('\n', stderr);
}

static void progress_cell(const char *scenario, size_t folio)
{
	progress.cell++;
	progress.steps = 0;
	progress.cell_began = progress_now();
	progress.scenario = scenario;
	progress.folio = folio;
	progress_put_line();
}

static void progress_step(void)
{
	progress.steps++;
	if (isatty(STDERR_FILENO))
		progress_put_line();
}

/* Has this cell had its share of the time? */
static bool progress_is_late(void)
{
	double left = progress.seconds - (progress.cell_began - progress.began);
	double share = left / (progress.nr_cells - progress.cell + 1);

	return progress.seconds && progress_now() - progress.cell_began > share;
}

static void progress_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\e[K", stderr);
}

/* ---- samples ---- */

/* Shared with the keeper. */
static struct choice *shared;

/* Runs in the keeper. */
static int put_back(void)
{
	return choice_end(shared) | knobs_restore() ? -EIO : 0;
}

static int run_once(const struct plan *plan, const struct plan_cell *what,
		    const char *layout, struct sample *sample)
{
	return plan->command ? command_run(plan->command, sample) :
	       worker_run(what->scenario, plan->size, what->folio, layout, sample);
}

static int take_sample(struct choice *choice, const struct plan *plan,
		       const struct plan_cell *what, struct series *series)
{
	struct sample sample;
	char title[MAX_TITLE];
	int ret;

	if (stop_signal())
		return -EINTR;
	ret = choice_switch(choice, plan, &series->column);
	if (!ret)
		ret = run_once(plan, what, series->column.layout, &sample);
	if (ret == -EIO && plan->command)
		complain("that was under '%s', in sample %zu",
			 column_title(&series->column, title), series->nr + 1);
	if (!ret)
		ret = choice_check(choice, plan);
	if (!ret)
		ret = series_add_sample(series, &sample);
	progress_step();
	return ret;
}

/*
 * The order is A B C, then C B A, and so on. So a steady drift of the machine
 * affects all columns equally.
 */
static int take_round(struct choice *choice, const struct plan *plan,
		      const struct plan_cell *what, struct cell *cell,
		      size_t round)
{
	int ret = 0;

	for (size_t i = 0; i < cell->nr_series && !ret; i++)
		ret = take_sample(choice, plan, what, &cell->series[round % 2 ?
				  cell->nr_series - 1 - i : i]);
	return ret;
}

/* Takes a first sample that warms up the machine and is not kept. */
static int warm_up(struct choice *choice, const struct plan *plan,
		   const struct plan_cell *what)
{
	struct sample sample;
	int ret = choice_switch(choice, plan, &plan->columns[0]);

	return ret ? ret : run_once(plan, what, plan->columns[0].layout, &sample);
}

static const char *name_of(const struct plan *plan, const struct plan_cell *what)
{
	return plan->command ? command_name(plan->command) : what->scenario->name;
}

static struct cell *run_add_cell(struct result *result, const struct plan *plan,
				 const struct plan_cell *what)
{
	struct cell *cell = result_add_cell(result, name_of(plan, what), what->folio);

	if (!cell)
		return NULL;
	if (plan->command) {
		strcpy(cell->unit, UNIT_RUN);
		cell->units = 1;
	} else {
		strcpy(cell->unit, what->scenario->unit);
		cell->size = plan->size;
		cell->units = scenario_units(what->scenario, plan->size, what->folio);
	}
	for (size_t i = 0; i < plan->nr_columns; i++)
		cell_add_series(cell, &plan->columns[i]);
	return cell;
}

/* Keeps the whole pairs of rounds of the last cell, if they suffice. */
static void trim_cell(struct result *result)
{
	struct cell *cell = &result->cells[result->nr_cells - 1];
	size_t nr = cell->series[0].nr;

	for (size_t i = 1; i < cell->nr_series; i++)
		if (cell->series[i].nr < nr)
			nr = cell->series[i].nr;
	nr -= nr % 2;
	if (nr < plan_least_samples()) {
		result_drop_cell(result);
		return;
	}
	for (size_t i = 0; i < cell->nr_series; i++)
		cell->series[i].nr = nr;
}

static int run_cell(struct choice *choice, const struct plan *plan,
		    const struct plan_cell *what, struct result *result)
{
	struct cell *cell;
	int ret;

	progress_cell(name_of(plan, what), what->folio);
	ret = plan->command ? 0 : machine_set(what->scenario, plan->size, what->folio);
	if (!ret && !plan->command)
		ret = quiet_settle();
	if (!ret)
		ret = warm_up(choice, plan, what);
	if (ret)
		return ret;
	cell = run_add_cell(result, plan, what);
	if (!cell)
		return complain_errno(ENOMEM, "samples");
	for (size_t round = 0; round < plan->samples && !ret; round++) {
		/* Stop only after a whole number of pairs. */
		if (round >= plan_least_samples() && !(round % 2) &&
		    progress_is_late())
			break;
		ret = take_round(choice, plan, what, cell, round);
	}
	if (ret)
		trim_cell(result);
	return ret;
}

/* What else than the time is known of each sample. */
static enum counting counting_of(const struct plan *plan)
{
	const enum counting counting = counts_find();

	if (plan->command)
		return counters_have_cpu() ? COUNT_COMMAND_CPU : COUNT_COMMAND;
	return counting == COUNT_NOTHING && counters_have_cpu() ? COUNT_CPU : counting;
}

/* Returns 0, or an exit code after a complaint. */
static int run_begin(const struct plan *plan)
{
	shared = keeper_memory(sizeof(*shared));
	if (!shared || knobs_open() || choice_begin(shared, plan) ||
	    keeper_start(put_back))
		return EXIT_KERNEL;
	stop_catch();
	return 0;
}

int bench_run(const struct plan *plan, struct result *result)
{
	int ret = run_begin(plan);

	if (ret)
		return ret;
	machine_describe(&result->machine);
	result->counting = counting_of(plan);
	/* What khugepaged does for a command is a part of its work. */
	ret = plan->command ? 0 : quiet_begin();
	/* The clock of a machine that counts advances with what it counts. */
	progress_begin(plan, counts_find() != COUNT_NOTHING);
	for (size_t i = 0; i < plan->nr_cells && !ret; i++)
		ret = run_cell(shared, plan, &plan->cells[i], result);
	progress_end();
	result->interrupted = ret;
	if (keeper_end())
		ret = ret ? ret : -EIO;
	return ret ? EXIT_KERNEL : EXIT_FINE;
}
