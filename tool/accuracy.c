// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "accuracy/accuracy.h"
#include "cli/array.h"
#include "cli/complain.h"
#include "help.h"
#include "kernel/debugfs.h"
#include "noun.h"

static uint64_t pid;
static bool all;
static bool vmas;

static int take_pid(const struct opt *opt, const char *arg)
{
	(void)opt;
	if (pid) {
		complain("--pid can be given only once");
		return EXIT_USAGE;
	}
	return process_parse(arg, &pid);
}

static const struct opt options[] = {
	OPT_CALL("pid", "PID", "this process", take_pid, NULL, words_pids),
	OPT_FLAG("all", "each process but rmapctl itself, and the machine's statistics",
		 &all),
	OPT_FLAG("vmas", "the VMAs of each process as well", &vmas),
	{ }
};

static void report(struct out *out, struct accuracy_process *result)
{
	if (!vmas)
		result->vmas.desc = NULL;
	if (!out->json && !out->nr)
		accuracy_put_header(out->to);
	out_record(out, &accuracy_process_desc, result);
	accuracy_process_free(result);
}

static int run_one(struct out *out, struct accuracy_source *source)
{
	struct accuracy_process result;
	struct process process;
	int ret;

	if (process_open(&process, pid))
		return EXIT_KERNEL;
	ret = accuracy_process(source, &process, &result);
	if (!ret)
		report(out, &result);
	else if (ret == -ESRCH)
		process_check(&process);
	process_close(&process);
	return ret ? EXIT_KERNEL : EXIT_FINE;
}

/* A process that goes, or has no memory of its own, is no error here. */
static int run_another(struct out *out, struct accuracy_source *source,
		       uint64_t other)
{
	struct accuracy_process result;
	struct process process;
	int ret = process_try(&process, other);

	if (ret == -ESRCH)
		return 0;
	if (ret)
		return complain_errno(-ret, "cannot open process %" PRIu64,
				      other);
	ret = accuracy_process(source, &process, &result);
	if (!ret)
		report(out, &result);
	process_close(&process);
	return ret == -ESRCH ? 0 : ret;
}

static int is_process(const struct dirent *entry)
{
	return isdigit((unsigned char)*entry->d_name) &&
	       strtoull(entry->d_name, NULL, 10) != (unsigned long long)getpid();
}

static int run_processes(struct out *out, struct accuracy_source *source)
{
	struct dirent **entries;
	int nr = scandir(debugfs_proc(), &entries, is_process, versionsort);
	int ret = 0;

	if (nr < 0)
		return complain_errno(errno, "cannot list the processes");
	for (int i = 0; i < nr; i++) {
		if (!ret)
			ret = run_another(out, source,
					  strtoull(entries[i]->d_name, NULL,
						   10));
		free(entries[i]);
	}
	free(entries);
	return ret;
}

static int run_all(struct out *out, struct accuracy_source *source)
{
	struct accuracy_machine machine;

	if (run_processes(out, source) || accuracy_machine(source, &machine))
		return EXIT_KERNEL;
	out_record(out, &accuracy_machine_desc, &machine);
	return EXIT_FINE;
}

static int do_accuracy(struct out *out, int argc, char **argv)
{
	static struct accuracy_source source;
	int ret;

	(void)argc;
	(void)argv;
	if (!pid == !all) {
		complain("'accuracy' needs either --pid or --all: see 'rmapctl help accuracy'");
		return EXIT_USAGE;
	}
	if (accuracy_open(&source))
		return EXIT_KERNEL;
	ret = all ? run_all(out, &source) : run_one(out, &source);
	accuracy_close(&source);
	return ret;
}

static void accuracy_help(void)
{
	const struct out_desc *desc = &accuracy_machine_desc;
	struct word words[16];
	size_t nr = 0;

	help_fields(&accuracy_process_desc);
	for (size_t i = 0; i < desc->nr_fields && nr < ARRAY_SIZE(words); i++)
		if (desc->fields[i].what)
			words[nr++] = (struct word){
				desc->fields[i].key, desc->fields[i].what,
			};
	help_words("Statistics", words, nr);
}

const struct noun noun_accuracy = {
	.name = "accuracy",
	.args = "WHICH",
	.brief = "compare the kernel's PSS, USS, ... with the page tables",
	.about = "Shows what the kernel says about the memory of processes, and what their\n"
		 "page tables say: PSS and USS, the bit of pagemap for pages that are mapped\n"
		 "once, partial mappings of large folios. With --all also AnonPages and Mapped.\n"
		 "A kernel that counts the mappings of each page is right about all of it. One\n"
		 "that does not, estimates.\n"
		 "\n"
		 "The table has what the page tables say, and by how much the kernel is off. An\n"
		 "error is no failure: the exit status is 0. A process that changes meanwhile is\n"
		 "looked at again, and is 'racy' if it does not come to rest.\n"
		 "\n"
		 "With --all, the last record has the statistics, and what a process has from\n"
		 "large_folios on.\n"
		 "\n"
		 "WHICH: --pid PID | --all",
	.flags = NOUN_JSON,
	.options = options,
	.help = accuracy_help,
	.run = do_accuracy,
};
