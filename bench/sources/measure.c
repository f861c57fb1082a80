// SPDX-License-Identifier: GPL-2.0
#include <emmintrin.h>
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "impls.h"
#include "measure.h"

/*
 * Warm: half of a present first-level cache. Cold: so much that reading the
 * clock does not matter. The pages are flushed from all caches before.
 */
#define WARM_PAGES	256
#define COLD_PAGES	8192
#define HUGE_SIZE	(2UL << 20)

const struct rmap_ops *columns[MAX_COLUMNS];
int nr_columns;
int reference;

static double overhead;

/* ---- the clock ------------------------------------------------------------------ */

/* Returns the time after all stores have reached the cache. */
static double now(void)
{
	struct timespec t;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static double nothing_takes(void)
{
	double empty[1001];

	for (int i = 0; i < 1001; i++) {
		const double start = now();

		empty[i] = now() - start;
	}
	return stats_median(empty, 1001).value;
}

double measure_overhead(void)
{
	return overhead;
}

/* ---- threads start together ------------------------------------------------------ */

struct gate {
	int arrived;
	int size;
};

/*
 * Spins, so that all threads leave at once. Yields if another one may need this
 * CPU.
 */
static void gate_pass(struct gate *gate)
{
	const int next = __atomic_fetch_add(&gate->arrived, 1, __ATOMIC_ACQ_REL) /
			 gate->size * gate->size + gate->size;

	for (int i = 0; __atomic_load_n(&gate->arrived, __ATOMIC_ACQUIRE) < next; i++)
		if (i > 10000)
			sched_yield();
}

struct worker {
	const struct cell *cell;
	struct gate *gate;
	struct folios folios;
	double *samples;	/* [round][column] */
	pthread_t thread;
};

/* ---- one turn -------------------------------------------------------------------- */

static void flush(const struct folios *folios)
{
	const long nr = (long)folios->nr_folios * folios->nr_pages;

	for (long i = 0; i < nr; i++)
		_mm_clflush(folios->pages + i);
	_mm_mfence();
}

/* A floor does not count anything. */
static bool is_floor(const struct rmap_ops *ops)
{
	return ops == &floor_line || ops == &floor_store;
}

/* Return: nanoseconds per page. */
static double take_turn(struct worker *w, const struct rmap_ops *ops)
{
	const struct op *op = w->cell->op;
	struct folios *folios = &w->folios;
	double start, end;

	op_prepare(op, folios);
	if (w->cell->cold)
		flush(folios);
	gate_pass(w->gate);
	start = now();
	op->run(ops, folios);
	end = now();
	if (!is_floor(ops) && !op_check(op, folios))
		errx(1, "%s counts wrongly: %s, %d pages", ops->name, op->name,
		     folios->nr_pages);
	end -= start + overhead;
	return (end > 0 ? end : 0) / folios->nr_folios / folios->nr_pages;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	for (int round = 0; round < w->cell->rounds; round++) {
		double *row = w->samples + round * nr_columns;

		for (int c = 0; c < nr_columns; c++)
			row[c] = take_turn(w, columns[c]);
		for (int c = nr_columns - 1; c >= 0; c--)
			row[c] = (row[c] + take_turn(w, columns[c])) / 2;
	}
	return NULL;
}

/* ---- workers --------------------------------------------------------------------- */

/* Maps huge pages, as the kernel does for its own array of struct pages. */
static struct page *map_pages(void)
{
	char *p = mmap(NULL, 2 * HUGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(1, "memory");
	p = (char *)(((unsigned long)p + HUGE_SIZE - 1) & ~(HUGE_SIZE - 1));
	madvise(p, HUGE_SIZE, MADV_HUGEPAGE);
	return (struct page *)p;
}

static void worker_init(struct worker *w, const struct cell *cell,
			struct gate *gate, struct page *pages)
{
	struct folios *folios = &w->folios;

	w->cell = cell;
	w->gate = gate;
	w->samples = calloc((size_t)cell->rounds * nr_columns,
			    sizeof(*w->samples));
	if (!w->samples)
		err(1, "memory");
	mem_init_mm(&folios->mm, 0);
	folios->pages = pages;
	folios->nr_pages = cell->nr_pages;
	folios->nr_folios = (cell->cold ? COLD_PAGES : WARM_PAGES) /
			    cell->nr_pages ?: 1;
	for (int i = 0; i < folios->nr_folios; i++) {
		struct folio *folio = nth_folio(folios, i);

		mem_init_folio(folio, __builtin_ctz(cell->nr_pages), MEM_ANON);
		folio->mapping = (struct address_space *)PAGE_MAPPING_ANON;
	}
}

/* Replaces the samples of the first worker by the mean of all workers. */
static void merge(struct worker *workers, const struct cell *cell)
{
	for (int i = 0; i < cell->rounds * nr_columns; i++) {
		double sum = 0;

		for (int t = 0; t < cell->nr_threads; t++)
			sum += workers[t].samples[i];
		workers[0].samples[i] = sum / cell->nr_threads;
	}
}

static void estimate(const double *samples, int rounds, struct result *results)
{
	double *x = calloc(rounds, sizeof(*x));

	if (!x)
		err(1, "memory");
	for (int c = 0; c < nr_columns; c++) {
		for (int r = 0; r < rounds; r++)
			x[r] = samples[r * nr_columns + c];
		results[c].ns = stats_median(x, rounds);
		for (int r = 0; r < rounds; r++)
			x[r] = samples[r * nr_columns + reference] /
			       samples[r * nr_columns + c];
		results[c].gain = stats_median(x, rounds);
	}
	free(x);
}

void measure_cell(const struct cell *cell, struct result *results)
{
	static struct page *pages[2];
	struct gate gate = { .size = cell->nr_threads };
	struct worker workers[2] = { 0 };

	for (int t = 0; t < cell->nr_threads; t++) {
		if (!pages[t])
			pages[t] = map_pages();
		worker_init(&workers[t], cell, &gate, pages[t]);
	}
	for (int t = 1; t < cell->nr_threads; t++)
		if (pthread_create(&workers[t].thread, NULL, work, &workers[t]))
			errx(1, "there is no thread");
	work(&workers[0]);
	for (int t = 1; t < cell->nr_threads; t++)
		pthread_join(workers[t].thread, NULL);
	merge(workers, cell);
	estimate(workers[0].samples, cell->rounds, results);
	for (int t = 0; t < cell->nr_threads; t++)
		free(workers[t].samples);
}

void measure_init(void)
{
	columns[nr_columns++] = &floor_line;
	columns[nr_columns++] = &floor_store;
	reference = -1;
	for (int i = 0; i < nr_impls; i++) {
		if (nr_columns == MAX_COLUMNS)
			errx(1, "too many implementations");
		if (!strcmp(impls[i]->name, "control"))
			reference = nr_columns;
		columns[nr_columns++] = impls[i];
	}
	if (reference < 0)
		errx(1, "there is no implementation 'control' to compare with");
	overhead = nothing_takes();
}
