// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <unistd.h>

#include "bench/plan.h"
#include "bench/run.h"
#include "bench/table.h"
#include "cli/array.h"
#include "cli/complain.h"
#include "cli/stop.h"
#include "noun.h"

static struct plan_wish wish;
static const char *json_path;
static const char *limit_text;
static const struct opt options[] = {
	OPT_HEADING("Options of run and exec; --size and --folio only of run"),
	OPT_TEXT("impl", "A,B,...",
		 "these implementations, all if not given; 'vanilla' on a kernel that has no hooks",
		 &wish.impls, words_implementations),
	OPT_TEXT("layout", "A,B,...",
		 "each implementation with each of these layouts: 'page' and 'none', see 'rmapctl layout'",
		 &wish.layouts, words_layouts),
	OPT_TEXT("size", "SIZE", "memory of each sample, 1G if not given",
		 &wish.size, NULL),
	OPT_TEXT("folio", "SIZE,...",
		 "folio sizes, all that the machine has if not given",
		 &wish.folios, NULL),
	OPT_TEXT("samples", "N",
		 "samples of each cell, 10 if not given; an even number",
		 &wish.samples, NULL),
	OPT_TEXT("time", "SECONDS",
		 "take fewer samples where it would take longer",
		 &wish.seconds, NULL),
	OPT_TEXT("json", "FILE",
		 "write the raw samples; the file is opened first", &json_path,
		 words_files),
	OPT_HEADING("Option of compare"),
	OPT_TEXT("fail-above", "N%",
		 "exit status 3 if a cost has grown by more than that, and not by chance",
		 &limit_text, NULL),
	{ }
};

static bool has_options(void)
{
	return wish.impls || wish.layouts || wish.size || wish.folios || wish.samples ||
	       wish.seconds || json_path || limit_text;
}

struct listed {
	const char *scenario;
	const char *what;
	const char *unit;
	struct out_numbers folios;
};

#define FIELD(member, type_, what_) {				\
	.key = #member, .label = #member, .what = what_,	\
	.type = type_, .offset = offsetof(struct listed, member), \
}

static const struct out_field listed_fields[] = {
	FIELD(scenario, OUT_STR, "its name"),
	FIELD(what, OUT_STR, "what is measured"),
	FIELD(unit, OUT_STR, "what costs are given per"),
	FIELD(folios, OUT_NUMBERS,
	      "the folio sizes that this machine has for it, in KiB"),
};

static const struct out_desc listed_desc = {
	.fields = listed_fields,
	.nr_fields = ARRAY_SIZE(listed_fields),
};

static int bench_do_list(struct out *out, int argc, char **argv)
{
	size_t folios[MAX_FOLIOS], nr;
	uint64_t kib[MAX_FOLIOS];

	(void)argv;
	if (argc || has_options()) {
		complain("'bench list' takes no operand and no option");
		return EXIT_USAGE;
	}
	for (const struct scenario *s = scenarios; s->name; s++) {
		nr = machine_cpus() < s->cpus ? 0 :
		     machine_folios(s->kind, folios);
		for (size_t i = 0; i < nr; i++)
			kib[i] = folios[i] >> 10;
		struct listed rec = { s->name, s->what, s->unit, { kib, nr } };

		out_record(out, &listed_desc, &rec);
	}
	return EXIT_FINE;
}

/* ---- run ---- */

/* The initial value of malloc(): mallopt(3). */
enum { LARGE = 128 * 1024 };

char **main_argv;

static void start_anew(void)
{
	const int was = personality(0xffffffff);
	char path[PATH_MAX];
	ssize_t len;

	/*
	 * A program with other rights than the caller's is randomized by exec()
	 * again.
	 */
	if (was < 0 || was & ADDR_NO_RANDOMIZE || getauxval(AT_SECURE))
		return;
	/* Executed by its path. Otherwise its name would be "exe". */
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (len <= 0 || personality(was | ADDR_NO_RANDOMIZE) < 0)
		return;
	path[len] = '\0';
	execv(path, main_argv);
	personality(was);
}

/*
 * Puts everything at the same addresses in each run.
 *
 * A fork copies page tables, and the number of entries that it reads depends on
 * the addresses of the process and on what it has freed. So this starts the
 * program anew without address space layout randomization, unless it already
 * runs so or may not. It also makes large buffers go back to the system. The
 * caller has printed, allocated and changed nothing before.
 */
static void layout_fix(void)
{
	start_anew();
	/*
	 * Once it is given, it stays: otherwise the second buffer for a control
	 * file, and what follows, would come from the heap and leave it large.
	 */
	mallopt(M_MMAP_THRESHOLD, LARGE);
}

/* Shows also what was measured before a failure or a signal. */
static int show_run(struct out *out, const struct result *result,
		    struct result_file *file)
{
	int ret = 0;

	if (result->nr_cells) {
		/* The reader of stdout may be gone. */
		if (json_path)
			ret = result_save(result, file);
		table_show(out, result);
	}
	result_file_close(file);
	if (stop_signal()) {
		out_end(out);
		stop_now();
	}
	return ret ? EXIT_KERNEL : 0;
}

static int measure(struct out *out, const struct plan *plan)
{
	struct result_file file = { .fd = -1 };
	struct result result = { };
	int ret, err;

	if (json_path && result_file_open(&file, json_path))
		return EXIT_KERNEL;
	ret = bench_run(plan, &result);
	err = show_run(out, &result, &file);
	result_free(&result);
	return ret ? ret : err;
}

static int plan_and_measure(struct out *out)
{
	struct plan plan;
	int ret;

	if (limit_text) {
		complain("--fail-above is for 'bench compare'");
		return EXIT_USAGE;
	}
	ret = plan_make(&plan, &wish);
	if (!ret)
		ret = measure(out, &plan);
	plan_free(&plan);
	return ret;
}

static int bench_do_run(struct out *out, int argc, char **argv)
{
	layout_fix();
	wish.scenarios = argv;
	wish.nr_scenarios = argc;
	return plan_and_measure(out);
}

/* A command has the addresses that it always has: they are a part of its work. */
static int bench_do_exec(struct out *out, int argc, char **argv)
{
	if (!argc) {
		complain("which command? 'bench exec' ends with one");
		return EXIT_USAGE;
	}
	wish.command = argv;
	return plan_and_measure(out);
}

/* ---- show, compare ---- */

static int bench_do_show(struct out *out, int argc, char **argv)
{
	struct result result = { };
	int ret = EXIT_FINE;

	if (!argc || has_options()) {
		complain("'bench show' takes files that 'bench run --json' has written");
		return EXIT_USAGE;
	}
	for (int i = 0; i < argc && !ret; i++)
		if (result_load(&result, argv[i]))
			ret = EXIT_KERNEL;
	if (!ret)
		table_show(out, &result);
	result_free(&result);
	return ret;
}

/* Takes "1", "1%" or "0.5%". */
static int parse_limit(double *limit)
{
	char *end;

	*limit = INFINITY;
	if (!limit_text)
		return 0;
	*limit = strtod(limit_text, &end);
	if (end != limit_text && *limit >= 0 && (!*end || !strcmp(end, "%")))
		return 0;
	complain("--fail-above '%s': give a percentage, such as 1%%", limit_text);
	return EXIT_USAGE;
}

static int judge(const struct comparison *comparison)
{
	if (!comparison->nr) {
		complain("the files have no measurement in common");
		return EXIT_KERNEL;
	}
	if (!comparison->nr_above)
		return EXIT_FINE;
	complain("%zu of %zu costs have grown by more than %g %%", comparison->nr_above,
		 comparison->nr, comparison->limit);
	return EXIT_MISMATCH;
}

static int bench_do_compare(struct out *out, int argc, char **argv)
{
	struct result a = { }, b = { };
	struct comparison comparison = { };
	const char *text = limit_text;
	int ret = EXIT_KERNEL;

	limit_text = NULL;
	if (argc != 2 || has_options()) {
		complain("'bench compare' takes two files that 'bench run --json' has written");
		return EXIT_USAGE;
	}
	limit_text = text;
	if (parse_limit(&comparison.limit))
		return EXIT_USAGE;
	if (result_load(&a, argv[0]) || result_load(&b, argv[1]))
		goto free;
	if (a.counting != b.counting) {
		complain("one file has counts that the other does not have: they cannot be compared");
		goto free;
	}
	table_compare(out, &a, &b, &comparison);
	ret = judge(&comparison);
free:
	result_free(&a);
	result_free(&b);
	return ret;
}

static const struct verb verbs[] = {
	{ "list", "", "show the scenarios, and this machine's folio sizes",
	  NULL, bench_do_list },
	{ "run", "[SCENARIO]...", "measure these scenarios, or all",
	  words_scenarios, bench_do_run },
	{ "exec", "-- COMMAND [ARG]...", "measure a command of yours",
	  NULL, bench_do_exec },
	{ "show", "FILE...",
	  "print the tables of runs, with the columns of several files side by side",
	  words_files, bench_do_show },
	{ "compare", "FILE FILE", "show how the second run differs from the first",
	  words_files, bench_do_compare },
	{ }
};

static int do_bench(struct out *out, int argc, char **argv)
{
	const struct verb *verb = verb_find(&noun_bench, argv[0]);

	return verb ? verb->run(out, argc - 1, argv + 1) : EXIT_USAGE;
}

const struct noun noun_bench = {
	.name = "bench",
	.args = "VERB [ARGUMENT]...",
	.brief = "measure the implementations",
	.about = "Measures what the implementations cost, on this machine, on one boot.\n"
		 "\n"
		 "Each sample is taken in a new process, with new folios of a verified size;\n"
		 "implementations take turns (A B C C B A), with --layout each of them with each\n"
		 "layout. Ctrl-C ends the run: what has been measured by then is shown and\n"
		 "written. rmapctl puts implementation, layout and all settings back, whatever\n"
		 "ends it. '~' marks changes that may be chance.\n"
		 "Under an emulator that counts (the lab's), the tables show instructions and\n"
		 "locked operations instead of times.",
	.flags = NOUN_JSON,
	.min_args = 1,
	.max_args = 4096,
	.verbs = verbs,
	.options = options,
	.help = table_help,
	.run = do_bench,
};
