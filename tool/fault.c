// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "cli/number.h"
#include "fault_run.h"
#include "help.h"
#include "kernel/control.h"
#include "kernel/fault_knob.h"
#include "kernel/knob.h"
#include "noun.h"

#define MAX_MORE	16

struct fault {
	const char *fault;
	bool on;
	uint64_t injected;
	uint64_t probability;
	uint64_t interval;
	int64_t times;
	int64_t space;
	uint64_t verbose;
	bool task_filter;
	struct out_pairs more;
};

#define FIELD(member, type_, label_, unit_, what_) {		\
	.key = #member, .label = label_, .unit = unit_,		\
	.what = what_, .type = type_,				\
	.offset = offsetof(struct fault, member),		\
}

static const struct out_field fields[] = {
	FIELD(fault, OUT_STR, "fault", NULL, "its name"),
	FIELD(on, OUT_BOOL, "on", NULL,
	      "whether there are calls that could fail; 'set' and 'run' see to that"),
	FIELD(injected, OUT_U64, "injected", NULL, "calls that have failed"),
	FIELD(probability, OUT_U64, "probability", "%",
	      "how likely a call fails, in percent; 0: none does"),
	FIELD(interval, OUT_U64, "interval", NULL,
	      "only one of so many calls may fail"),
	FIELD(times, OUT_S64, "times", NULL,
	      "how many more calls may fail; -1: any number"),
	FIELD(space, OUT_S64, "space", NULL,
	      "pages that come before the first to fail"),
	FIELD(verbose, OUT_U64, "verbose", NULL,
	      "what the kernel's log says of each: 0 nothing, 1 a line, 2 a stack trace, too"),
	FIELD(task_filter, OUT_BOOL, "task-filter", NULL,
	      "whether only processes with make-it-fail are concerned"),
	FIELD(more, OUT_PAIRS, NULL, NULL, NULL),
};

static const struct out_desc fault_desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
};

static uint64_t nth;

/* ---- list ---- */

/* The names of the knobs that have a field of their own, from the labels. */
static const struct out_field *field_of(const char *knob)
{
	for (size_t i = 2; i < ARRAY_SIZE(fields); i++)
		if (fields[i].label && !strcmp(fields[i].label, knob))
			return &fields[i];
	return NULL;
}

static void take_knob(struct fault *fault, const char *knob, char *value)
{
	const struct out_field *field = field_of(knob);
	void *at = field ? (char *)fault + field->offset : NULL;

	if (!field)
		fault->more.pairs[fault->more.nr++] =
			(struct out_pair){ knob, value };
	else if (field->type == OUT_BOOL)
		*(bool *)at = strchr("Yy1", *value);
	else if (field->type == OUT_S64)
		*(int64_t *)at = strtoll(value, NULL, 0);
	else
		*(uint64_t *)at = strtoull(value, NULL, 0);
}

static int read_knobs(struct fault *fault, char **knobs, char **values,
		      size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		char *path = fault_path(fault->fault, knobs[i]);

		values[i] = path ? knob_read(path) : NULL;
		free(path);
		if (!values[i])
			return EXIT_KERNEL;
		take_knob(fault, knobs[i], values[i]);
	}
	return 0;
}

static int list_one(struct out *out, const char *name, bool ops)
{
	struct out_pair more[MAX_MORE];
	char *values[MAX_MORE] = { };
	struct fault fault = {
		.fault = name,
		.on = ops || !fault_is_of_operations(name),
		.more.pairs = more,
	};
	size_t nr;
	char **knobs = fault_knobs(name, &nr);
	size_t used = nr < MAX_MORE ? nr : MAX_MORE;
	int ret = knobs ? read_knobs(&fault, knobs, values, used) : EXIT_KERNEL;

	if (!ret)
		out_record(out, &fault_desc, &fault);
	for (size_t i = 0; i < used; i++)
		free(values[i]);
	fault_knobs_free(knobs, nr);
	return ret;
}

static bool ops_are_on(void)
{
	char *path = fault_ops_path();
	bool on = path && knob_number(path) == 1;

	free(path);
	return on;
}

static int fault_do_list(struct out *out, int argc, char **argv)
{
	const bool ops = ops_are_on();
	int ret = 0;

	if (argc && !fault_is_name(argv[0]))
		return fault_complain_name(argv[0]);
	for (size_t i = 0; fault_names[i] && !ret; i++)
		if (!argc || !strcmp(argv[0], fault_names[i]))
			ret = list_one(out, fault_names[i], ops);
	return ret;
}

/* ---- set, clear ---- */

/* Keeps all changes if all succeeded, else restores all. */
static int keep_or_restore(int ret)
{
	if (ret)
		knobs_restore();
	else
		knobs_forget();
	return ret;
}

static int fault_do_set(struct out *out, int argc, char **argv)
{
	int ret;

	(void)out;
	if (argc < 2) {
		complain("'fault set' takes a fault, and KNOB=VALUE...");
		return EXIT_USAGE;
	}
	if (!fault_is_name(argv[0]))
		return fault_complain_name(argv[0]);
	ret = fault_set(argv[0], argv + 1, argc - 1);
	if (!ret && fault_is_of_operations(argv[0]) &&
	    control_write(RMAP_AB_FILE_FAULT_OPS, "1"))
		ret = EXIT_KERNEL;
	return keep_or_restore(ret);
}

/* Sets the knobs to their values at the load of the module. */
static int clear_one(const char *name)
{
	static const struct {
		const char *knob;
		const char *value;
	} initial[] = {
		{ "probability", "0" },
		{ "interval", "1" },
		{ "times", "1" },
		{ "space", "0" },
		{ "verbose", "2" },
		{ "task-filter", "N" },
		{ "injected", "0" },
	};
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(initial) && !ret; i++)
		ret = fault_turn(name, initial[i].knob, initial[i].value);
	return ret;
}

static int fault_do_clear(struct out *out, int argc, char **argv)
{
	int ret = 0;

	(void)out;
	if (argc > 1 || (argc && !fault_is_name(argv[0])))
		return fault_complain_name(argv[argc - 1]);
	for (size_t i = 0; fault_names[i] && !ret; i++)
		if (!argc || !strcmp(argv[0], fault_names[i]))
			ret = clear_one(fault_names[i]);
	if (!ret && !argc && control_write(RMAP_AB_FILE_FAULT_OPS, "0"))
		ret = EXIT_KERNEL;
	return keep_or_restore(ret);
}

static int fault_do_run(struct out *out, int argc, char **argv)
{
	return fault_run(out, nth, argc, argv);
}

static const struct verb verbs[] = {
	{ "list", "[FAULT]", "show the knobs, and how often each fault has struck",
	  words_faults, fault_do_list },
	{ "set", "FAULT KNOB=VALUE...", "set knobs, all of them or none",
	  words_faults, fault_do_set },
	{ "clear", "[FAULT]", "set the knobs to what they are when the module is loaded",
	  words_faults, fault_do_clear },
	{ "run", "[FAULT [KNOB=VALUE]...]... -- COMMAND",
	  "run COMMAND in which calls fail, and nowhere else: every call, or "
	  "what the knobs say; everything is put back when COMMAND ends, or "
	  "rmapctl, by SIGKILL too; the exit status is that of COMMAND",
	  words_faults, fault_do_run },
	{ }
};

static const struct opt options[] = {
	OPT_HEADING("Option of run"),
	OPT_NUMBER("nth", "N",
		   "make only the Nth call of COMMAND's first process fail, "
		   "counted over all faults of this kernel",
		   &nth, 1, UINT32_MAX),
	{ }
};

static const struct word faults[] = {
	{ RMAP_AB_FAULT_TRY_DUP, "at fork: pages are copied instead of shared" },
	{ RMAP_AB_FAULT_TRY_SHARE, "migration, swap-out and KSM give up" },
	{ RMAP_AB_FAULT_AB, "allocations and registrations of the module itself" },
};

static void fault_help(void)
{
	help_words("Faults", faults, ARRAY_SIZE(faults));
	help_fields(&fault_desc);
}

static int do_fault(struct out *out, int argc, char **argv)
{
	const struct verb *verb = verb_find(&noun_fault, argv[0]);

	if (!verb)
		return EXIT_USAGE;
	if (nth && verb->run != fault_do_run) {
		complain("--nth is for 'fault run'");
		return EXIT_USAGE;
	}
	if (fault_present())
		return EXIT_KERNEL;
	return verb->run(out, argc - 1, argv + 1);
}

const struct noun noun_fault = {
	.name = "fault",
	.args = "VERB [ARGUMENT]...",
	.brief = "make operations refuse",
	.about = "Makes operations refuse (-EBUSY), where the kernel has to cope with that.\n"
		 "With -j, what COMMAND prints goes to stderr.",
	.flags = NOUN_JSON,
	.min_args = 1,
	.max_args = 4096,
	.verbs = verbs,
	.options = options,
	.help = fault_help,
	.run = do_fault,
};
