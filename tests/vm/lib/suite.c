// SPDX-License-Identifier: GPL-2.0
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "lib/klog.h"
#include "lib/kmod.h"
#include "lib/knob.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/truth.h"

struct row suite_rows[MAX_ROWS];
int suite_nr_rows;
const struct row *suite_row;

static const struct suite *suite;
static const struct suite_case *current;
static const char *impl, *only;
static bool strict;

/* --impl comes first, so that a suite can leave it out. */
static const struct suite_option common[] = {
	{ "impl", "NAME", "only this implementation", .word = &impl },
	{ "only", "PART", "only tests with PART in their names; all others are skipped",
	  .word = &only },
	{ "strict", NULL, "a test that cannot run here is a failure", .flag = &strict },
	{ "verbose", NULL, "print also what tests that pass say",
	  .flag = &tap_hooks.verbose },
	{ 0 }
};

enum { MAX_OPTIONS = 16, FIRST_KEY = 0x100 };

static const struct suite_option *offered[MAX_OPTIONS];

static void set_option(const struct suite_option *option, char *arg,
		       struct argp_state *state)
{
	char *end = arg;

	if (option->flag)
		*option->flag = true;
	if (option->word)
		*option->word = arg;
	if (!option->number)
		return;
	*option->number = strtoul(arg, &end, 0);
	if (end == arg || *end)
		argp_error(state, "--%s takes a number, not '%s'", option->name, arg);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	int i;

	if (key == 'h')
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
	if (key >= FIRST_KEY && key < FIRST_KEY + MAX_OPTIONS) {
		set_option(offered[key - FIRST_KEY], arg, state);
		return 0;
	}
	if (key != ARGP_KEY_ARG || !suite->operand)
		return ARGP_ERR_UNKNOWN;
	for (i = 0; strcmp(offered[i]->name, suite->operand); i++)
		;
	set_option(offered[i], arg, state);
	return 0;
}

static int offer(const struct suite_option *from, struct argp_option *to, int nr)
{
	for (; from && from->name && nr < MAX_OPTIONS; from++, nr++) {
		offered[nr] = from;
		to[nr] = (struct argp_option){ from->name, FIRST_KEY + nr,
					       from->argument, 0, from->help, 0 };
	}
	return nr;
}

static void parse(int argc, char **argv)
{
	struct argp_option options[MAX_OPTIONS + 2] = { 0 };
	const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = suite->operand ? "[ARGUMENT]" : NULL,
		.doc = suite->what,
	};
	int nr = offer(common + !(suite->flags & SUITE_IMPL), options, 0);

	nr = offer(suite->options, options, nr);
	options[nr] = (struct argp_option){ .key = 'h', .flags = OPTION_HIDDEN,
					    .name = "h" };
	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (only)
		setenv("TAP_ONLY", only, 1);
}

static void choose_rows(void)
{
	struct row all[MAX_ROWS];
	const int nr = rows_open(all);
	int i;

	for (i = 0; i < nr; i++)
		if ((suite->flags & SUITE_ANY_ROW || all[i].kind == ROW_BUILTIN ||
		     all[i].kind == ROW_MODULE) &&
		    (!impl || !strcmp(impl, all[i].name)))
			suite_rows[suite_nr_rows++] = all[i];
}

/* What is missing, or NULL. */
static const char *prepare_guest(void)
{
	const char *missing;

	/* rows_open() leaves a module alone that is there already. */
	if (suite->flags & SUITE_CORRUPT &&
	    kmod_load("rmap_ab", "allow_corrupt=1"))
		return "cannot load rmap_ab.ko with allow_corrupt=1";
	if (suite->flags & SUITE_ROWS) {
		choose_rows();
		if (!suite_nr_rows)
			return "no module, no implementation";
	}
	knobs_open();
	if (suite->flags & SUITE_SETTINGS)
		need_settings();
	missing = suite->prepare ? suite->prepare() : NULL;
	if (missing)
		return missing;
	knobs_keep();
	klog_open();
	if (suite->flags & SUITE_SETTINGS || suite->audit)
		truth_open();
	tap_hooks.after = suite->after;
	tap_hooks.audit = suite->audit;
	tap_hooks.timeout = suite->timeout;
	return NULL;
}

void suite_need(unsigned int needs)
{
	const char *missing = need_missing(needs);

	if (missing && !strict)
		tap_skip("%s", missing);
	must(!missing, "what is needed is there: %s", missing);
}

unsigned int suite_count(const struct suite_case *cases)
{
	unsigned int nr = 0;

	while (cases[nr].name)
		nr++;
	return nr;
}

static void run_current(void)
{
	suite_need(current->needs);
	if (suite->before)
		suite->before();
	current->run();
}

void suite_run_case(const struct suite_case *one, const char *name)
{
	current = one;
	tap_run(name, run_current);
}

void suite_run_cases(const struct suite_case *cases, const char *prefix)
{
	char name[128];

	for (; cases->name; cases++) {
		snprintf(name, sizeof(name), "%s%s", prefix, cases->name);
		suite_run_case(cases, name);
	}
}

static void run_under_row(const struct row *row)
{
	char name[128];

	suite_row = row;
	snprintf(name, sizeof(name), "%s/enter", row->name);
	tap_result(name, row_enter(row) ? "cannot put it in charge" : NULL);
	snprintf(name, sizeof(name), "%s/", row->name);
	suite_run_cases(suite->cases, name);
	row_leave(row);
}

static void run_matrix(void)
{
	int i;

	tap_plan(suite_nr_rows * (suite_count(suite->cases) + 1));
	for (i = 0; i < suite_nr_rows; i++)
		run_under_row(&suite_rows[i]);
}

int suite_main(const struct suite *this, int argc, char **argv)
{
	const char *missing;
	int err;

	suite = this;
	tap_hooks.verbose = suite->verbose;
	parse(argc, argv);
	missing = prepare_guest();
	if (missing) {
		fprintf(stderr, "%s: %s\n", argv[0], missing);
		return 2;
	}
	if (suite->run)
		suite->run();
	else
		run_matrix();
	knobs_close();
	err = suite->flags & SUITE_ROWS ? rows_close() : 0;
	if (!err && suite->flags & SUITE_CORRUPT)
		err = kmod_unload("rmap_ab");
	if (err) {
		fprintf(stderr, "%s: a module cannot be unloaded\n", argv[0]);
		return 1;
	}
	return tap_status();
}
