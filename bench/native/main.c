// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the kernel's own objects on this CPU, one request a line of standard
 * input. native.pl asks, and tells people.
 */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "native.h"

static const char *const op_names[NR_WORK_OPS] = {
	[WORK_FORK] = "fork",
	[WORK_MUNMAP] = "munmap",
	[WORK_EXIT] = "exit",
	[WORK_REMAP] = "remap",
};

/* A request that takes longer than this many seconds hangs. */
#define LIMIT	120

static void parse_op(const char *name, struct work *work)
{
	for (int op = 0; op < NR_WORK_OPS; op++) {
		if (strcmp(name, op_names[op]))
			continue;
		work->op = op;
		return;
	}
	errx(2, "no such work: '%s'", name);
}

static void parse_impl(const char *name, struct request *request)
{
	for (int i = 0; side_impl_name(i); i++) {
		if (strcmp(name, side_impl_name(i)))
			continue;
		request->impl = i;
		return;
	}
	errx(2, "no such implementation: '%s'", name);
}

static void check_size(const struct request *request)
{
	const struct work *work = &request->work;

	if (work->order > 9 || !work->nr_pages || work->nr_pages % (1 << work->order) ||
	    work->nr_pages > WORK_MAX_TABLES * WORK_TABLE_PAGES ||
	    (work->op == WORK_REMAP && work->order != 9) ||
	    request->nr_processes > WORK_MAX_PROCESSES)
		errx(2, "no such size");
}

static void parse(const char *op, const char *impl, struct request *request)
{
	parse_op(op, &request->work);
	parse_impl(impl, request);
	check_size(request);
}

static void command_list(void)
{
	for (int i = 0; side_impl_name(i); i++)
		printf("%s%s", i ? " " : "", side_impl_name(i));
	printf("\n");
}

/* Fork and the child's zap: are all counts as before? */
static void command_round(const struct request *request)
{
	const char *wrong;

	side_impl_use(request->impl);
	wrong = work_check_round(&request->work);
	printf("%s\n", wrong ? wrong : "right");
}

/*
 * list | time OP ORDER PAGES COLD IMPL | step OP ORDER PAGES IMPL |
 * round ORDER PAGES IMPL | contend ORDER PAGES PROCESSES MS IMPL | handover
 */
static void serve(char *line)
{
	struct request request = { .nr_processes = 1 };
	struct work *work = &request.work;
	char op[32] = "", impl[64] = "";

	if (!strncmp(line, "list", 4)) {
		command_list();
		return;
	}
	if (!strncmp(line, "handover", 8)) {
		request.nr_processes = 2;
		command_handover(&request);
		return;
	}
	if (sscanf(line, "time %31s %u %u %d %63s", op, &work->order, &work->nr_pages,
		   &request.cold, impl) == 5) {
		parse(op, impl, &request);
		command_time(&request);
	} else if (sscanf(line, "step %31s %u %u %63s", op, &work->order, &work->nr_pages,
			  impl) == 4) {
		parse(op, impl, &request);
		command_step(&request);
	} else if (sscanf(line, "round %u %u %63s", &work->order, &work->nr_pages, impl) == 3) {
		parse("fork", impl, &request);
		command_round(&request);
	} else if (sscanf(line, "contend %u %u %d %d %63s", &work->order, &work->nr_pages,
			  &request.nr_processes, &request.ms, impl) == 5) {
		parse("fork", impl, &request);
		command_contend(&request);
	} else {
		errx(2, "no such request: %s", line);
	}
}

/* As others may need these CPUs, too. Not everybody may. */
static void be_preferred(void)
{
	const struct sched_param param = { .sched_priority = 1 };

	sched_setscheduler(0, SCHED_FIFO, &param);
}

int main(int argc, char **argv)
{
	const int shared = argc == 2 && !strcmp(argv[1], "--shared");
	char line[256];

	if (argc != 1 + shared)
		errx(2, "usage: native [--shared] <REQUESTS");
	be_preferred();
	machine_start(shared);
	while (fgets(line, sizeof(line), stdin)) {
		alarm(LIMIT);
		serve(line);
		fflush(stdout);
		alarm(0);
	}
	return 0;
}
