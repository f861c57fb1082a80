// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/breakpoint.h"
#include "lib/check.h"
#include "lib/device.h"
#include "lib/node.h"
#include "lib/pages.h"
#include "lib/scenario.h"
#include "lib/uapi.h"
#include "stress/storm.h"

#define NR_ACTS_MAX 32

enum { THREADS = 3, MAX_DEPTH = 2, MAX_WORKERS = 16 };

enum place { SMALL, MTHP, HUGE, OTHER, TARGET, HUGE_TARGET, DEVICE, NR_PLACES };

static const size_t place_pages[NR_PLACES] = { 64, 64, PMD_PAGES, 64, 64, PMD_PAGES, 64 };

/* What a process does, and its children. */
static struct {
	char *at[NR_PLACES];
	int uffd, device, zero;
	/* See acts[]. */
	bool device_anywhere, unmerged;
} world;

/* What a thread does. It uses memory by system calls, which survive a hole. */
struct thread {
	unsigned int random;
	int depth;
	int pipe[2];
};

/* Pages [first, first + nr) of a place. */
struct part {
	enum place place;
	size_t first, nr;
	char *p;
};

/* All processes share these. */
static struct {
	volatile bool stop;
	unsigned long worked[NR_ACTS_MAX];
} *shared;

static pid_t workers[MAX_WORKERS];
static int nr_workers;

static void loop(struct thread *t, int acts);

static size_t below(struct thread *t, size_t n)
{
	return rand_r(&t->random) % n;
}

/* ---- acts: true if there was something to do, and it was done ------------------ */
static bool fill(struct thread *t, const struct part *part)
{
	size_t i;

	(void)t;
	for (i = 0; i < part->nr; i++)
		if (read(world.zero, part->p + i * PAGE, 1) != 1)
			return false;
	return true;
}

static bool look(struct thread *t, const struct part *part)
{
	size_t i;
	char byte;

	for (i = 0; i < part->nr; i++)
		if (write(t->pipe[1], part->p + i * PAGE, 1) != 1 ||
		    read(t->pipe[0], &byte, 1) != 1)
			return false;
	return true;
}

static bool advise(const struct part *part, int advice)
{
	return !madvise(part->p, part->nr * PAGE, advice);
}

static bool dontneed(struct thread *t, const struct part *part)
{
	(void)t;
	return advise(part, MADV_DONTNEED);
}

static bool lazyfree(struct thread *t, const struct part *part)
{
	(void)t;
	return advise(part, MADV_FREE);
}

static bool pageout(struct thread *t, const struct part *part)
{
	(void)t;
	return advise(part, MADV_PAGEOUT);
}

static bool merge(struct thread *t, const struct part *part)
{
	return !world.unmerged && advise(part, below(t, 4) ? MADV_MERGEABLE : MADV_UNMERGEABLE);
}

static bool collapse(struct thread *t, const struct part *part)
{
	(void)t;
	(void)part;
	return !madvise(world.at[HUGE], PMD, MADV_COLLAPSE);
}

/* Frames that are taken out of use are lost, so there must not be many. */
static bool retire(struct thread *t, const struct part *part)
{
	return !below(t, 16) && !madvise(part->p, PAGE, MADV_SOFT_OFFLINE);
}

/* A huge page is made of one VMA only, so the act takes all of that place. */
static bool protect(struct thread *t, const struct part *part)
{
	const bool all = part->place == HUGE;

	return !mprotect(all ? world.at[HUGE] : part->p, all ? PMD : part->nr * PAGE,
			 below(t, 3) ? PROT_READ | PROT_WRITE : PROT_READ);
}

static bool split(struct thread *t, const struct part *part)
{
	(void)t;
	return !folios_split(part->p, part->nr * PAGE);
}

static bool migrate(struct thread *t, const struct part *part)
{
	return !node_move(part->p, part->nr, 1, below(t, 2));
}

static bool children(struct thread *t, const struct part *part)
{
	pid_t pid;

	(void)part;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	if (t->depth == MAX_DEPTH)
		return false;
	pid = fork();
	if (!pid) {
		struct thread child = { .random = t->random * 7 + 3, .depth = t->depth + 1 };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!pipe2(child.pipe, O_CLOEXEC))
			loop(&child, 4 + below(&child, 30));
		_exit(0);
	}
	if (pid > 0 && !below(t, 3))
		waitpid(pid, NULL, 0);
	return pid > 0;
}

static bool move_pages_to(struct thread *t, const struct part *part)
{
	const enum place from = part->place == HUGE ? HUGE : below(t, 2) ? SMALL : OTHER;
	const enum place to = from == HUGE ? HUGE_TARGET : TARGET;
	const bool all = from == HUGE && below(t, 2);
	struct uffdio_move move = {
		.dst = (uintptr_t)world.at[to] + (all ? 0 : part->first * PAGE),
		.src = (uintptr_t)world.at[from] + (all ? 0 : part->first * PAGE),
		.len = all ? PMD : part->nr * PAGE,
	};

	if (!all && part->first + part->nr > place_pages[from])
		return false;
	if (below(t, 2))
		madvise((void *)(uintptr_t)move.dst, move.len, MADV_DONTNEED);
	(void)ioctl(world.uffd, UFFDIO_MOVE, &move);
	return move.move > 0;
}

static bool copy_pages_to(struct thread *t, const struct part *part)
{
	static char from[4 * PAGE] __attribute__((aligned(PAGE)));
	const size_t nr = part->nr < 4 ? part->nr : 4;
	struct uffdio_copy copy = {
		.dst = (uintptr_t)world.at[TARGET] + below(t, 60) * PAGE,
		.src = (uintptr_t)from,
		.len = nr * PAGE,
	};

	return !ioctl(world.uffd, UFFDIO_COPY, &copy);
}

/* The page table entries go, and the mapping stays. */
static bool remap(struct thread *t, const struct part *part)
{
	const bool forth = below(t, 2);
	const size_t len = (1 + below(t, 32)) * PAGE;

	(void)part;
	return mremap(world.at[forth ? SMALL : OTHER] + below(t, 32) * PAGE, len, len,
		      MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
		      world.at[forth ? OTHER : SMALL] + below(t, 32) * PAGE) != MAP_FAILED;
}

static bool pin(struct thread *t, const struct part *part)
{
	struct io_uring_params params = { 0 };
	struct iovec buffer = { part->p, part->nr * PAGE };
	const int ring = syscall(SYS_io_uring_setup, 1, &params);
	bool pinned;

	if (ring < 0)
		return false;
	pinned = !syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1);
	if (pinned && below(t, 2))
		(void)children(t, part);
	close(ring);
	return pinned;
}

static bool for_device(const struct part *part)
{
	return world.device >= 0 && (part->place == DEVICE || world.device_anywhere);
}

static bool device_takes(struct thread *t, const struct part *part)
{
	(void)t;
	return for_device(part) && !device_try_take(world.device, part->p, part->nr);
}

static bool device_reserves(struct thread *t, const struct part *part)
{
	(void)t;
	return for_device(part) && !device_try_reserve(world.device, part->p, part->nr);
}

static bool call_probed(struct thread *t, const struct part *part)
{
	(void)t;
	(void)part;
	return breakpoint_function(1) == 2;
}

/*
 * The memory that a device may have is a place of its own, where no process
 * moves, merges or migrates pages. 6.12 itself does not survive that, whichever
 * implementation is in charge; STORM_DEVICE=anywhere shows it under
 * STORM_IMPL=builtin. KSM's tree keeps a page that has gone to the device, and
 * ksmd reads memory that is not there (an oops in memcmp() within a second).
 * Without KSM (STORM_DEVICE=unmerged), do_swap_page() meets a migration entry
 * of a page that nobody has locked (the BUG in
 * migration_entry_wait_on_locked(), after about two minutes).
 */
static const struct {
	const char *name;
	bool (*act)(struct thread *t, const struct part *part);
	unsigned int weight, needs;
	bool for_device;
} acts[] = {
	{ "write", fill, 12, 0, true },
	{ "read", look, 6, 0, true },
	{ "MADV_DONTNEED", dontneed, 3, 0, true },
	{ "MADV_FREE", lazyfree, 2, 0, false },
	{ "MADV_PAGEOUT", pageout, 8, NEED_SWAP, false },
	{ "MADV_MERGEABLE", merge, 2, NEED_KSM, false },
	{ "MADV_COLLAPSE", collapse, 3, NEED_THP, false },
	{ "MADV_SOFT_OFFLINE", retire, 1, 0, false },
	{ "mprotect", protect, 4, 0, true },
	{ "split", split, 1, NEED_SPLIT, false },
	{ "move_pages", migrate, 4, NEED_NODES, false },
	{ "fork", children, 6, 0, true },
	{ "UFFDIO_MOVE", move_pages_to, 6, NEED_UFFD, false },
	{ "UFFDIO_COPY", copy_pages_to, 2, NEED_UFFD, false },
	{ "MREMAP_DONTUNMAP", remap, 2, 0, false },
	{ "pin", pin, 3, NEED_PIN, false },
	{ "to the device", device_takes, 12, NEED_DEVICE, true },
	{ "for the device", device_reserves, 12, NEED_DEVICE, true },
	{ "breakpoint", call_probed, 1, NEED_UPROBES, false },
};

enum { NR_ACTS = sizeof(acts) / sizeof(acts[0]) };
_Static_assert((int)NR_ACTS <= NR_ACTS_MAX, "a counter for each");

int storm_nr_acts(void)
{
	return NR_ACTS;
}

const char *storm_name(int act)
{
	return acts[act].name;
}

unsigned int storm_needs(int act)
{
	return acts[act].needs;
}

unsigned long storm_worked(int act)
{
	return shared->worked[act];
}

/* ---- threads and processes --------------------------------------------------- */
static struct part any_part(struct thread *t)
{
	static const enum place often[] = {
		SMALL, SMALL, SMALL, MTHP, MTHP, HUGE, HUGE, OTHER, TARGET, HUGE_TARGET, DEVICE,
	};
	struct part part = { .place = often[below(t, sizeof(often) / sizeof(often[0]))] };
	const size_t pages = place_pages[part.place];

	part.first = below(t, 6) ? below(t, pages) : 0;
	part.nr = below(t, 3) ? 1 + below(t, 4) : 1 + below(t, pages);
	if (part.first + part.nr > pages)
		part.nr = pages - part.first;
	part.p = world.at[part.place] + part.first * PAGE;
	return part;
}

static int any_act(struct thread *t)
{
	unsigned int sum = 0, chosen;
	int i;

	for (i = 0; i < NR_ACTS; i++)
		sum += acts[i].weight;
	chosen = below(t, sum);
	for (i = 0; chosen >= acts[i].weight; i++)
		chosen -= acts[i].weight;
	return i;
}

static void loop(struct thread *t, int nr)
{
	while (nr-- > 0 && !shared->stop) {
		const struct part part = any_part(t);
		const int i = any_act(t);

		if (part.place == DEVICE && !world.device_anywhere && !acts[i].for_device)
			continue;
		if (acts[i].act(t, &part))
			__atomic_fetch_add(&shared->worked[i], 1, __ATOMIC_RELAXED);
	}
}

static void *run(void *arg)
{
	struct thread *t = arg;

	while (!shared->stop)
		loop(t, 1000);
	return NULL;
}

static void watch(int place)
{
	struct uffdio_register range = {
		.range = { (uintptr_t)world.at[place], place_pages[place] * PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	must(!ioctl(world.uffd, UFFDIO_REGISTER, &range), "register a range");
}

static void be_worker(unsigned int seed)
{
	struct uffdio_api api = {
		.api = UFFD_API, .features = UFFD_FEATURE_MOVE | UFFD_FEATURE_SIGBUS,
	};
	const char *where = getenv("STORM_DEVICE");
	struct thread threads[THREADS];
	pthread_t ids[THREADS];
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < NR_PLACES; i++)
		world.at[i] = place_pages[i] == PMD_PAGES ? thp_map(1) : small_map(place_pages[i]);
	must(!madvise(world.at[MTHP], place_pages[MTHP] * PAGE, MADV_HUGEPAGE), "large folios");
	world.zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	world.uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	must(world.zero >= 0 && world.uffd >= 0, "files");
	must(!ioctl(world.uffd, UFFDIO_API, &api), "features of userfaultfd");
	watch(TARGET);
	watch(HUGE_TARGET);
	world.device = need_missing(NEED_DEVICE) ? -1 : device_open();
	world.unmerged = where && !strcmp(where, "unmerged");
	world.device_anywhere = world.unmerged || (where && !strcmp(where, "anywhere"));
	for (i = 0; i < THREADS; i++) {
		threads[i] = (struct thread) { .random = seed * 31 + i };
		must(!pipe2(threads[i].pipe, O_CLOEXEC), "a pipe");
		must(!pthread_create(&ids[i], NULL, run, &threads[i]), "a thread");
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(ids[i], NULL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	_exit(0);
}

void storm_open(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(shared != MAP_FAILED, "shared memory");
}

void storm_start(int nr, unsigned int seed)
{
	must(nr <= MAX_WORKERS, "at most %d", MAX_WORKERS);
	for (nr_workers = 0; nr_workers < nr; nr_workers++) {
		workers[nr_workers] = fork();
		must(workers[nr_workers] >= 0, "fork");
		if (!workers[nr_workers])
			be_worker(seed * 100 + nr_workers);
	}
}

const char *storm_stop(void)
{
	static char words[64];
	const char *wrong = NULL;
	int i, status;

	shared->stop = true;
	for (i = 0; i < nr_workers; i++) {
		if (waitpid(workers[i], &status, 0) == workers[i] && !status)
			continue;
		snprintf(words, sizeof(words), "a process ended with status %#x", status);
		wrong = words;
	}
	return wrong;
}
