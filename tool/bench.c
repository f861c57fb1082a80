// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <malloc.h>
#include <stddef.h>
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

/* Beyond all letters, so that they are no short options. */
enum {
	OPT_IMPL = 256,
	OPT_SIZE,
	OPT_FOLIO,
	OPT_SAMPLES,
	OPT_TIME,
	OPT_JSON,
};

static const struct option options[] = {
	{ "impl", required_argument, NULL, OPT_IMPL },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "folio", required_argument, NULL, OPT_FOLIO },
	{ "samples", required_argument, NULL, OPT_SAMPLES },
	{ "time", required_argument, NULL, OPT_TIME },
	{ "json", required_argument, NULL, OPT_JSON },
	{ }
};

static struct plan_wish wish;
static const char *json_path;
static bool has_options;

static int take_option(int val, const char *arg)
{
	has_options = true;
	switch (val) {
	case OPT_IMPL:
		wish.impls = arg;
		break;
	case OPT_SIZE:
		wish.size = arg;
		break;
	case OPT_FOLIO:
		wish.folios = arg;
		break;
	case OPT_SAMPLES:
		wish.samples = arg;
		break;
	case OPT_TIME:
		wish.seconds = arg;
		break;
	case OPT_JSON:
		json_path = arg;
		break;
	}
	return 0;
}

/* ---- list ---- */

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

static int list(struct out *out, int argc, char **argv)
{
	size_t folios[MAX_FOLIOS], nr;
	uint64_t kib[MAX_FOLIOS];

	(void)argv;
	if (argc || has_options) {
		complain("'bench list' takes nothing");
		return EXIT_USAGE;
	}
	for (const struct scenario *s = scenarios; s->name; s++) {
		nr = machine_folios(s->kind, folios);
		for (size_t i = 0; i < nr; i++)
			kib[i] = folios[i] >> 10;
		struct listed rec = { s->name, s->what, s->unit, { kib, nr } };

		out_record(out, &listed_desc, &rec);
	}
	return EXIT_FINE;
}

/* ---- run ---- */

/* malloc()'s own to begin with: mallopt(3). */
enum { LARGE = 128 * 1024 };

char **main_argv;

static void start_anew(void)
{
	const int was = personality(0xffffffff);
	char path[PATH_MAX];
	ssize_t len;

	/* With other rights than the caller's, exec() would randomize again. */
	if (was < 0 || was & ADDR_NO_RANDOMIZE || getauxval(AT_SECURE))
		return;
	/* By its path, or it would be called "exe". */
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (len <= 0 || personality(was | ADDR_NO_RANDOMIZE) < 0)
		return;
	path[len] = '\0';
	execv(path, main_argv);
	personality(was);
}

/*
 * Has everything at the same addresses in each run.
 *
 * A fork copies page tables, and how many of their entries it looks at depends
 * on how the process lies in them, and on what it has freed. So this starts the
 * program anew without address space layout randomization, unless it runs so
 * already or may not, and has large buffers go back to the system. Nothing may
 * have been printed, allocated or changed before.
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

/* What was measured before a failure, or a signal, is not lost. */
static int show_run(struct out *out, const struct result *result,
		    struct result_file *file)
{
	int ret = 0;

	if (result->nr_cells) {
		/* Whoever reads stdout may be gone. */
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

static int run(struct out *out, int argc, char **argv)
{
	struct plan plan;
	int ret;

	layout_fix();
	wish.scenarios = argv;
	wish.nr_scenarios = argc;
	ret = plan_make(&plan, &wish);
	if (!ret)
		ret = measure(out, &plan);
	plan_free(&plan);
	return ret;
}

/* ---- show, compare ---- */

static int show(struct out *out, int argc, char **argv)
{
	struct result result = { };
	int ret = EXIT_FINE;

	if (!argc || has_options) {
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

static int compare(struct out *out, int argc, char **argv)
{
	struct result a = { }, b = { };
	int ret = EXIT_KERNEL;

	if (argc != 2 || has_options) {
		complain("'bench compare' takes two files that 'bench run --json' has written");
		return EXIT_USAGE;
	}
	if (result_load(&a, argv[0]) || result_load(&b, argv[1]))
		goto free;
	if (a.counting != b.counting)
		complain("one file has counts that the other does not have: they cannot be compared");
	else if (!table_compare(out, &a, &b))
		complain("the files have no measurement in common");
	else
		ret = EXIT_FINE;
free:
	result_free(&a);
	result_free(&b);
	return ret;
}

static const struct {
	const char *name;
	int (*run)(struct out *out, int argc, char **argv);
} verbs[] = {
	{ "list", list },
	{ "run", run },
	{ "show", show },
	{ "compare", compare },
};

static int do_bench(struct out *out, int argc, char **argv)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(argv[0], verbs[i].name))
			return verbs[i].run(out, argc - 1, argv + 1);
	complain("'bench' does not know '%s': list, run, show, compare",
		 argv[0]);
	return EXIT_USAGE;
}

static void do_help(void)
{
	puts("Measures what the implementations cost, on this machine, on one boot.\n"
	     "\n"
	     "  list              the scenarios, and this machine's folio sizes\n"
	     "  run [SCENARIO]... measure; all of them if none is named\n"
	     "  show FILE...      the tables of runs; columns of several files side\n"
	     "                    by side\n"
	     "  compare FILE FILE how the second run differs from the first\n"
	     "\n"
	     "Options of run:\n"
	     "  --impl A,B,...    implementations (all); 'vanilla' on a kernel\n"
	     "                    that has no hooks\n"
	     "  --size SIZE       memory of a sample (1G)\n"
	     "  --folio SIZE,...  folio sizes (all that the machine has)\n"
	     "  --samples N       of each cell (10); an even number\n"
	     "  --time SECONDS    fewer samples where it would take longer\n"
	     "  --json FILE       write the raw samples; it is opened first\n"
	     "\n"
	     "Each sample is taken in a new process, with new folios of a verified\n"
	     "size; implementations take turns (A B C C B A). Ctrl-C ends it: what\n"
	     "has been measured by then is shown and written. The implementation\n"
	     "and all settings are put back, whatever ends it. '~' marks changes\n"
	     "that may be chance. Under an emulator that counts (the lab's), the\n"
	     "tables show instructions and locked operations instead of times.\n"
	     "\n"
	     "Fields:");
	table_help();
}

const struct noun noun_bench = {
	.name = "bench",
	.args = "VERB [ARGUMENT]...",
	.brief = "measure the implementations",
	.flags = NOUN_JSON,
	.min_args = 1,
	.max_args = 64,
	.options = options,
	.option = take_option,
	.help = do_help,
	.run = do_bench,
};
