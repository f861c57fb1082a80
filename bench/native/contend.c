// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "native.h"

/* Rounds between two looks at the clock. */
#define ROUNDS_AT_ONCE	8

/* Apart from what others write. */
#define LINES	128

/* What a process leaves for its parent. */
struct turn {
	double ns;
	double cpu_ns;
	long rounds;
	char apart[LINES];
};

/* What the processes share, beside memory. */
struct board {
	int arrived;
	int go;
	double end;
	char apart[LINES];
	int line;
	char apart_too[LINES];
	struct turn turns[WORK_MAX_PROCESSES];
};

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % sysconf(_SC_NPROCESSORS_ONLN), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static double cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/*
 * Spins, so that all leave at once: the last one lets them go. Yields if another
 * one may need this CPU.
 */
static void gather(struct board *board, const struct request *request)
{
	if (__atomic_add_fetch(&board->arrived, 1, __ATOMIC_ACQ_REL) == request->nr_processes) {
		board->end = machine_now() + request->ms * 1e6;
		__atomic_store_n(&board->go, 1, __ATOMIC_RELEASE);
	}
	for (int i = 0; !__atomic_load_n(&board->go, __ATOMIC_ACQUIRE); i++)
		if (i > 10000)
			sched_yield();
}

static void process(int number, struct board *board, const struct request *request)
{
	struct turn *turn = board->turns + number;
	double start, cpu;

	pin(number);
	share_begin(number, request->nr_processes);
	gather(board, request);
	start = machine_now();
	cpu = cpu_now();
	do {
		for (int i = 0; i < ROUNDS_AT_ONCE; i++) {
			share_fork(number);
			share_exit(number);
		}
		turn->rounds += ROUNDS_AT_ONCE;
	} while (machine_now() < board->end);
	turn->ns = machine_now() - start;
	turn->cpu_ns = cpu_now() - cpu;
	_exit(0);
}

typedef void process_fn(int number, struct board *board, const struct request *request);

static void run(process_fn *process, struct board *board, const struct request *request)
{
	int bad = 0, status;

	fflush(stdout);
	for (int i = 0; i < request->nr_processes; i++) {
		const pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid)
			process(i, board, request);
	}
	while (wait(&status) > 0)
		bad |= status;
	if (bad)
		side_fail("a process has not ended well");
}

static struct board *new_board(void)
{
	struct board *board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (board == MAP_FAILED)
		err(1, "memory");
	return board;
}

/* ---- one cache line ---------------------------------------------------------------- */

#define HANDOVERS	20000

/* Each in turn: so the line has changed its CPU each time. */
static void hand_over(int number, struct board *board, const struct request *request)
{
	struct turn *turn = board->turns + number;
	double start;

	pin(number);
	gather(board, request);
	start = machine_now();
	for (int i = number; i < HANDOVERS; i += 2) {
		while (__atomic_load_n(&board->line, __ATOMIC_ACQUIRE) != i)
			;
		__atomic_fetch_add(&board->line, 1, __ATOMIC_ACQ_REL);
	}
	turn->ns = machine_now() - start;
	_exit(0);
}

/* Nanoseconds that a line takes from one CPU to another. */
void command_handover(const struct request *request)
{
	struct board *board = new_board();

	run(hand_over, board, request);
	printf("%.1f\n", board->turns[0].ns / HANDOVERS);
	munmap(board, sizeof(*board));
}

/* ---- a folio --------------------------------------------------------------------------- */

/*
 * Two numbers: nanoseconds per page and operation, mean of the processes; and of
 * the time that a process was to run, the share that it did run, of the one that
 * ran least.
 */
void command_contend(const struct request *request)
{
	const int pages = request->work.nr_pages, nr = request->nr_processes;
	struct board *board = new_board();
	double ns = 0, share = 1;
	const char *wrong;

	side_impl_use(0);
	share_prepare(request->work.order, pages, nr);
	side_impl_use(request->impl);
	run(process, board, request);
	wrong = share_check(nr);
	if (wrong)
		side_fail(wrong);
	for (int i = 0; i < nr; i++) {
		const struct turn *turn = board->turns + i;

		ns += turn->ns / turn->rounds / pages / 2 / nr;
		if (turn->cpu_ns / turn->ns < share)
			share = turn->cpu_ns / turn->ns;
	}
	munmap(board, sizeof(*board));
	printf("%.4f %.4f\n", ns, share);
}
