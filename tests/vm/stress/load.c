// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "stress/act.h"
#include "stress/area.h"
#include "stress/disturb.h"
#include "stress/load.h"

enum {
	MAX_WORKERS = 16, MAX_CHILDREN = 3, CHILD_ACTIONS = 40,
	PARK_SECONDS = 300,
};

enum command { RUN, PARK, STOP };

/*
 * All processes share it. Every process adds itself to @alive before it exists
 * and takes itself off when it ends, so @alive == @parked means that nobody
 * moves. @moved changes with each of the two; processes wait for that.
 */
static struct {
	atomic_int command;
	atomic_int alive, parked, moved;
	atomic_ullong actions;
	atomic_int failed;
} *shared;

static pid_t workers[MAX_WORKERS];
static int nr_workers;

/*
 * Waits a second at most. The caller then looks whether those waited for are
 * still alive.
 */
static void futex_wait(atomic_int *word, int value)
{
	const struct timespec second = { .tv_sec = 1 };

	syscall(SYS_futex, word, FUTEX_WAIT, value, &second, NULL, 0);
}

static void futex_wake(atomic_int *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1 << 30, NULL, NULL, 0);
}

static void tell_movement(void)
{
	atomic_fetch_add(&shared->moved, 1);
	futex_wake(&shared->moved);
}

/* Stands still while that is wanted. */
static void park(void)
{
	atomic_fetch_add(&shared->parked, 1);
	tell_movement();
	while (atomic_load(&shared->command) == PARK)
		futex_wait(&shared->command, PARK);
	atomic_fetch_sub(&shared->parked, 1);
	tell_movement();
}

static bool go_on(void)
{
	if (atomic_load(&shared->command) == PARK)
		park();
	return atomic_load(&shared->command) != STOP;
}

/* A check that fails ends its process by exit(). */
static void note_failure(void)
{
	atomic_store(&shared->failed, 1);
	tell_movement();
}

static void __attribute__((noreturn)) leave(void)
{
	atomic_fetch_sub(&shared->alive, 1);
	tell_movement();
	_exit(0);
}

static void act(struct area *areas, int nr)
{
	act_once(&areas[act_random(nr)]);
	atomic_fetch_add(&shared->actions, 1);
}

static void verify_all(const struct area *areas, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		area_verify(&areas[i], 0, areas[i].nr);
}

static void __attribute__((noreturn)) run_child(struct area *areas, int nr,
						unsigned int seed)
{
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	act_seed(seed);
	for (i = 0; i < CHILD_ACTIONS && go_on(); i++)
		act(areas, nr);
	verify_all(areas, nr);
	leave();
}

/* Collects the children that have ended; waits for one of them if @wait is set. */
static int reap(int nr_children, bool wait)
{
	int status;

	while (nr_children && waitpid(-1, &status, wait ? 0 : WNOHANG) > 0) {
		must(!status, "a child of the load, status %#x", status);
		nr_children--;
		wait = false;
	}
	return nr_children;
}

static void fork_child(struct area *areas, int nr)
{
	const unsigned int seed = act_random(1 << 30);
	pid_t pid;

	atomic_fetch_add(&shared->alive, 1);
	pid = fork();
	if (!pid)
		run_child(areas, nr, seed);
	must(pid > 0, "fork");
}

/* The worker must be able to park while it waits for a child. */
static void run_family(struct area *areas, int nr)
{
	int children = 0;

	while (go_on()) {
		act(areas, nr);
		children = reap(children, false);
		if (children < MAX_CHILDREN && !act_random(8)) {
			fork_child(areas, nr);
			children++;
		}
	}
	while (children)
		children = reap(children, true);
}

static void __attribute__((noreturn)) run_worker(unsigned int seed)
{
	static struct area areas[NR_AREA_KINDS];
	int kind, nr = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	atexit(note_failure);
	act_seed(seed);
	for (kind = 0; kind < NR_AREA_KINDS; kind++)
		if (area_possible(kind))
			area_map(&areas[nr++], kind);
	run_family(areas, nr);
	verify_all(areas, nr);
	leave();
}

void load_start(int nr, unsigned int seed)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(shared != MAP_FAILED, "memory for the load");
	disturb_prepare();
	for (nr_workers = 0; nr_workers < nr && nr_workers < MAX_WORKERS;
	     nr_workers++) {
		atomic_fetch_add(&shared->alive, 1);
		workers[nr_workers] = fork();
		if (!workers[nr_workers])
			run_worker(seed + nr_workers);
	}
}

static int count_ended(void)
{
	siginfo_t info;
	int i, ended = 0;

	for (i = 0; i < nr_workers; i++) {
		info.si_pid = 0;
		waitid(P_PID, workers[i], &info, WEXITED | WNOHANG | WNOWAIT);
		ended += info.si_pid == workers[i];
	}
	return ended;
}

/* No process ends before load_stop() asks for it. */
bool load_failed(void)
{
	return atomic_load(&shared->failed) || count_ended();
}

bool load_park(void)
{
	const time_t until = time(NULL) + PARK_SECONDS;
	int moved;

	atomic_store(&shared->command, PARK);
	for (;;) {
		moved = atomic_load(&shared->moved);
		if (atomic_load(&shared->parked) == atomic_load(&shared->alive))
			return true;
		if (load_failed() || time(NULL) > until)
			return false;
		futex_wait(&shared->moved, moved);
	}
}

void load_resume(void)
{
	atomic_store(&shared->command, RUN);
	futex_wake(&shared->command);
}

unsigned long long load_actions(void)
{
	return atomic_load(&shared->actions);
}

/* Processes that do not end by themselves die, and their families with them. */
static bool end_workers(void)
{
	const time_t until = time(NULL) + PARK_SECONDS;
	int i, moved, status;
	bool fine = true;

	do {
		moved = atomic_load(&shared->moved);
		if (count_ended() == nr_workers)
			break;
		futex_wait(&shared->moved, moved);
	} while (time(NULL) < until && !atomic_load(&shared->failed));
	for (i = 0; i < nr_workers; i++) {
		if (atomic_load(&shared->failed) || time(NULL) >= until)
			kill(workers[i], SIGKILL);
		waitpid(workers[i], &status, 0);
		fine &= !status;
	}
	return fine;
}

const char *load_stop(void)
{
	bool fine;

	atomic_store(&shared->command, STOP);
	futex_wake(&shared->command);
	fine = end_workers();
	if (atomic_load(&shared->failed))
		return "a check failed in a process of the load";
	return fine ? NULL : "a process of the load crashed or hung";
}
