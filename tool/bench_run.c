// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "bench_knob.h"
#include "bench_progress.h"
#include "bench_quiet.h"
#include "bench_run.h"
#include "bench_stop.h"
#include "bench_worker.h"
#include "complain.h"
#include "control.h"
#include "noun.h"
#include "status.h"

/*
 * What ran before, and the switch after which nobody else's is expected; if one
 * came, the choice is not ours any more.
 */
struct ours {
	char original[RMAP_AB_NAME_MAX + 1];
	char current[RMAP_AB_NAME_MAX + 1];
	uint64_t switch_seq;
	bool lost;
};

/* Counters and guards around an implementation would be measured with it. */
static bool is_bare(const struct status *status)
{
	if (!strcmp(status->instrumented, "none"))
		return true;
	complain("instrumentation is on (%s): it would be measured, too; turn it off",
		 status->instrumented);
	return false;
}

static int ours_note(struct ours *ours)
{
	struct status status;
	int ret = status_read(&status);

	if (ret)
		return ret;
	if (!is_bare(&status))
		ret = -EBUSY;
	strncpy(ours->current, status.current, RMAP_AB_NAME_MAX);
	ours->switch_seq = status.switch_seq;
	status_free(&status);
	return ret;
}

static int ours_begin(struct ours *ours, const struct plan *plan)
{
	int ret = plan->is_vanilla ? 0 : ours_note(ours);

	strcpy(ours->original, ours->current);
	return ret;
}

/* Somebody else's switch, or a revert, makes a sample worthless. */
static int ours_check(struct ours *ours, const struct plan *plan)
{
	struct ours now = { };
	int ret;

	if (plan->is_vanilla)
		return 0;
	ret = ours_note(&now);
	if (!ret && now.switch_seq != ours->switch_seq) {
		complain("somebody else has switched to '%s': the benchmark ends",
			 now.current);
		ours->lost = true;
		ret = -EBUSY;
	}
	return ret;
}

static int ours_switch(struct ours *ours, const struct plan *plan,
		       const char *name)
{
	int ret;

	if (plan->is_vanilla || !strcmp(ours->current, name))
		return 0;
	ret = ours_check(ours, plan);
	if (!ret)
		ret = control_write(RMAP_AB_FILE_IMPLEMENTATION, name);
	if (!ret)
		ret = ours_note(ours);
	if (!ret && strcmp(ours->current, name)) {
		complain("the kernel accepted '%s', but '%s' runs", name,
			 ours->current);
		ours->lost = true;
		ret = -EBUSY;
	}
	return ret;
}

/* Not over somebody else's choice. */
static int ours_end(struct ours *ours, const struct plan *plan)
{
	if (plan->is_vanilla || ours->lost ||
	    !strcmp(ours->current, ours->original))
		return 0;
	return control_write(RMAP_AB_FILE_IMPLEMENTATION, ours->original);
}

static int take_sample(struct ours *ours, const struct plan *plan,
		       const struct plan_cell *what, struct series *series)
{
	struct sample sample;
	int ret;

	if (stop_signal())
		return -EINTR;
	ret = ours_switch(ours, plan, series->impl);
	if (!ret)
		ret = worker_run(what->scenario, plan->size, what->folio,
				 &sample);
	if (!ret)
		ret = ours_check(ours, plan);
	if (!ret)
		ret = series_add_sample(series, &sample);
	progress_step();
	return ret;
}

/*
 * A B C, then C B A, and so on: a drift of the machine, as long as it is a
 * steady one, is the same for all.
 */
static int take_round(struct ours *ours, const struct plan *plan,
		      const struct plan_cell *what, struct cell *cell,
		      size_t round)
{
	int ret = 0;

	for (size_t i = 0; i < cell->nr_series && !ret; i++)
		ret = take_sample(ours, plan, what, &cell->series[round % 2 ?
				  cell->nr_series - 1 - i : i]);
	return ret;
}

/* The first sample warms up the machine, and is not kept. */
static int warm_up(struct ours *ours, const struct plan *plan,
		   const struct plan_cell *what)
{
	struct sample sample;
	int ret = ours_switch(ours, plan, plan->impls[0]);

	return ret ? ret : worker_run(what->scenario, plan->size, what->folio,
				      &sample);
}

static struct cell *add_cell(struct result *result, const struct plan *plan,
			     const struct plan_cell *what)
{
	struct cell *cell = result_add_cell(result, what->scenario->name,
					    what->folio);

	if (!cell)
		return NULL;
	strcpy(cell->unit, what->scenario->unit);
	cell->size = plan->size;
	cell->units = scenario_units(what->scenario, plan->size, what->folio);
	for (size_t i = 0; i < plan->nr_impls; i++)
		cell_add_series(cell, plan->impls[i]);
	return cell;
}

static int run_cell(struct ours *ours, const struct plan *plan,
		    const struct plan_cell *what, struct result *result)
{
	struct cell *cell;
	int ret;

	progress_cell(what->scenario->name, what->folio);
	ret = machine_set(what->scenario, plan->size, what->folio);
	if (!ret)
		ret = quiet_settle();
	if (!ret)
		ret = warm_up(ours, plan, what);
	if (ret)
		return ret;
	cell = add_cell(result, plan, what);
	if (!cell)
		return complain_errno(ENOMEM, "samples");
	for (size_t round = 0; round < plan->samples && !ret; round++) {
		/* After a whole number of pairs. */
		if (round >= plan_least_samples() && !(round % 2) &&
		    progress_is_late())
			break;
		ret = take_round(ours, plan, what, cell, round);
	}
	return ret;
}

static void drop_incomplete(struct result *result)
{
	struct cell *last = &result->cells[result->nr_cells - 1];

	for (size_t i = 0; result->nr_cells && i < last->nr_series; i++) {
		if (last->series[i].nr != last->series[0].nr ||
		    !last->series[0].nr) {
			result->nr_cells--;
			return;
		}
	}
}

int bench_run(const struct plan *plan, struct result *result)
{
	struct ours ours = { };
	int ret;

	machine_describe(&result->machine);
	result->counting = counts_find();
	ret = ours_begin(&ours, plan);
	if (ret)
		return EXIT_KERNEL;
	stop_catch();
	ret = quiet_begin();
	/* The clock of a machine that counts is what it counts. */
	progress_begin(plan, result->counting != COUNT_NOTHING);
	for (size_t i = 0; i < plan->nr_cells && !ret; i++)
		ret = run_cell(&ours, plan, &plan->cells[i], result);
	progress_end();
	if (ret)
		drop_incomplete(result);
	if (ours_end(&ours, plan) | knobs_restore())
		ret = ret ? ret : -EIO;
	stop_now();
	return ret ? EXIT_KERNEL : EXIT_FINE;
}
