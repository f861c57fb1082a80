// SPDX-License-Identifier: GPL-2.0
/*
 * The implementations under real concurrency. Each thread is a process with a
 * page table lock of its own, and all of them map the same few folios.
 * ThreadSanitizer reports a data race if one thread counts by plain stores
 * while another counts the same folio.
 *
 * usage: rmap_thread_test [ROUNDS]
 *
 * The test runs each implementation, and all of them mixed. At the end it
 * unmaps everything; each counter must then be as it was at the start. The run
 * of `exclusive` does not end before each of its paths was taken. On a kernel with
 * layouts, folios with and without page mapcounts come and go.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../module/sole.h"
#include "expect.h"
#include "impls.h"
#include "kernel.h"
#include "mem.h"
#include "neighbours.h"

enum {
	NR_THREADS = 4,
	DEFAULT_ROUNDS = 30000,
	PATIENCE = 50,		/* so many times the rounds, to reach the last path */
};

static struct shared {
	int order;
	enum mem_kind kind;
	struct folio *folio;
} shared[] = {
	{ .order = 2, .kind = MEM_ANON },
	{ .order = 2, .kind = MEM_ANON },
	{ .order = HPAGE_PMD_ORDER, .kind = MEM_ANON },
	{ .order = 0, .kind = MEM_ANON },
	{ .order = 0, .kind = MEM_ANON },
	{ .order = 0, .kind = MEM_FILE },
};

#define NR_FOLIOS	((int)(sizeof(shared) / sizeof(shared[0])))

/* What a process has mapped. Its lock protects it. */
static struct process {
	pthread_mutex_t ptl;
	struct mem_mm mm;
	bool pte[NR_FOLIOS][HPAGE_PMD_NR];
	bool pmd[NR_FOLIOS];
	bool entry[NR_FOLIOS];	/* a migration entry, to be restored */
	int delayed[NR_FOLIOS];
	unsigned int random;
	int id;
} processes[NR_THREADS];

static int test_impl;
static int rounds;
static int nr_failed;

/* The paths that any thread has taken: of small folios, and of large ones. */
static bool taken[2][NR_SOLE_OPS][NR_SOLE_PATHS];

/* The references of a small folio that is not anon-exclusive are not looked at. */
static bool can_be_taken(bool large, enum sole_op op, enum sole_path path)
{
	return large ||
	       (path != SOLE_BY_REFS && op != SOLE_REMOVE_PMD && op != SOLE_DUP_PMD);
}

static bool all_taken(bool tell)
{
	bool all = true;

	for (int large = 0; large < 2; large++)
		for (int op = 0; op < NR_SOLE_OPS; op++)
			for (int path = 0; path < NR_SOLE_PATHS; path++) {
				if (!can_be_taken(large, op, path) ||
				    __atomic_load_n(&taken[large][op][path], __ATOMIC_RELAXED))
					continue;
				all = false;
				if (tell)
					fprintf(stderr, "# a %s folio, operation %d: never path %d\n",
						large ? "large" : "small", op, path);
			}
	return all;
}

/* What this thread has done with one folio since it last forgot that. */
static void note_taken(int f)
{
	const bool large = shared[f].order;

	for (int op = 0; op < NR_SOLE_OPS; op++)
		for (int path = 0; path < NR_SOLE_PATHS; path++)
			if (sole_calls.nr[op][path])
				__atomic_store_n(&taken[large][op][path], true, __ATOMIC_RELAXED);
	memset(&sole_calls, 0, sizeof(sole_calls));
}

static unsigned int any(struct process *p, unsigned int below)
{
	p->random = p->random * 1664525 + 1013904223;
	return (p->random >> 16) % below;
}

static const struct rmap_ops *any_ops(struct process *p)
{
	return impls[test_impl < nr_impls ? test_impl : (int)any(p, nr_impls)];
}

static void complain(const char *what, int folio)
{
	fprintf(stderr, "# folio %d: %s\n", folio, what);
	__atomic_fetch_add(&nr_failed, 1, __ATOMIC_RELAXED);
}

/* Linux orders reads of earlier critical sections, too; this barrier does it here. */
static void lock(struct process *p)
{
	pthread_mutex_lock(&p->ptl);
	smp_rmb();
}

static void unlock(struct process *p)
{
	pthread_mutex_unlock(&p->ptl);
}

static int nr_pages_of(int f)
{
	return 1 << shared[f].order;
}

/* Takes a speculative reference, as folio_try_get() does. */
static bool try_get(struct folio *folio)
{
	int old = __atomic_load_n(&folio->_refcount.counter, __ATOMIC_RELAXED);

	while (old > 0)
		if (__atomic_compare_exchange_n(&folio->_refcount.counter, &old,
						old + 1, false, __ATOMIC_SEQ_CST,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

/*
 * The last reference has gone, so the folio is ours: make it new, and map it
 * again.
 */
static void renew(struct process *p, int f)
{
	struct folio *folio = shared[f].folio;
	const bool pmd = shared[f].order == HPAGE_PMD_ORDER;
	const char *why = mem_check_free(folio);

	if (shared[f].kind == MEM_FILE) {
		complain("the page cache has lost its reference", f);
		return;
	}
	if (why)
		complain(why, f);
	/* Leave the reference count alone: other threads try to raise it. */
	folio->mapping = NULL;
	if (shared[f].order)
		clear_bit(PG_partially_mapped, &folio->_flags_1);
	for (int i = 0; i < nr_pages_of(f); i++)
		ClearPageAnonExclusive(folio_page(folio, i));
	lock(p);
	any_ops(p)->folio_add_new_anon_rmap(folio, &p->mm.vma,
					    mem_address(&p->mm, 0),
					    RMAP_EXCLUSIVE);
	p->pmd[f] = pmd;
	for (int i = 0; !pmd && i < nr_pages_of(f); i++)
		p->pte[f][i] = true;
	__atomic_store_n(&folio->_refcount.counter, pmd ? 1 : nr_pages_of(f),
			 __ATOMIC_RELEASE);
	unlock(p);
}

static void put(struct process *p, int f, int nr)
{
	if (nr && atomic_sub_and_test(nr, &shared[f].folio->_refcount) && p)
		renew(p, f);
}

/*
 * Finds mapped pages from @first on. Returns how many follow each other, maybe
 * none.
 */
static int find_range(struct process *p, int f, int *first)
{
	const int nr = nr_pages_of(f);
	int count = 0, most;

	*first = any(p, 2) ? 0 : any(p, nr);
	most = any(p, 3) ? nr : 1 + (int)any(p, nr);
	while (*first + count < nr && count < most && p->pte[f][*first + count])
		count++;
	return count;
}

static int do_zap(struct process *p, int f)
{
	struct folio *folio = shared[f].folio;
	int first, count, puts;

	if (p->pmd[f]) {
		any_ops(p)->folio_remove_rmap_pmd(folio, &folio->page,
						  &p->mm.vma);
		p->pmd[f] = false;
		return 1;
	}
	count = find_range(p, f, &first);
	if (count) {
		any_ops(p)->folio_remove_rmap_ptes(folio,
						   folio_page(folio, first),
						   count, &p->mm.vma);
		memset(&p->pte[f][first], 0, count);
	}
	/* As with an mmu_gather, the references go after the flush. */
	p->delayed[f] += count;
	if (count && any(p, 2))
		return 0;
	puts = p->delayed[f];
	p->delayed[f] = 0;
	return puts;
}

static bool maps_any(struct process *p, int f)
{
	bool any = p->pmd[f] || p->entry[f];

	for (int i = 0; i < nr_pages_of(f); i++)
		any |= p->pte[f][i];
	return any;
}

static struct vm_area_struct *dst_vma_of(struct process *child)
{
	return EXPECT_DST_VMA ? &child->mm.vma : NULL;
}

static int dup_ptes(struct process *p, struct process *child, int f, int first, int count)
{
	struct folio *folio = shared[f].folio;
	struct page *page = folio_page(folio, first);

	if (shared[f].kind == MEM_FILE) {
		any_ops(p)->folio_dup_file_rmap_ptes(folio, page, count, dst_vma_of(child));
		return 0;
	}
	return any_ops(p)->folio_try_dup_anon_rmap_ptes(folio, page, count,
							dst_vma_of(child), &p->mm.vma);
}

/* Return: the number of references to drop. */
static int do_fork(struct process *p, struct process *child, int f)
{
	struct folio *folio = shared[f].folio;
	int first, count;

	if (maps_any(child, f))
		return 0;
	if (p->pmd[f]) {
		atomic_inc(&folio->_refcount);
		if (any_ops(p)->folio_try_dup_anon_rmap_pmd(folio, &folio->page,
							    dst_vma_of(child), &p->mm.vma))
			return 1;
		child->pmd[f] = true;
		return 0;
	}
	count = find_range(p, f, &first);
	if (!count)
		return 0;
	atomic_add(count, &folio->_refcount);
	if (dup_ptes(p, child, f, first, count))
		return count;
	memset(&child->pte[f][first], 1, count);
	return 0;
}

/*
 * Lets a child end, and forks again. The parent then has the only mapping, but
 * not the bit. Without this, no process might ever be alone with a PMD mapping
 * that had been shared.
 */
static int do_fork_again(struct process *p, struct process *child, int f)
{
	int puts;

	if (!p->pmd[f] || maps_any(child, f))
		return 0;
	puts = do_fork(p, child, f);
	if (puts)
		return puts;
	any_ops(p)->folio_remove_rmap_pmd(shared[f].folio, &shared[f].folio->page,
					  &child->mm.vma);
	child->pmd[f] = false;
	put(NULL, f, 1);	/* it is not the last one */
	return do_fork(p, child, f);
}

static void do_split(struct process *p, int f)
{
	struct folio *folio = shared[f].folio;
	struct page *page = &folio->page;

	if (!p->pmd[f])
		return;
	atomic_add(HPAGE_PMD_NR - 1, &folio->_refcount);
	any_ops(p)->folio_add_anon_rmap_ptes(folio, page, HPAGE_PMD_NR,
					     &p->mm.vma, mem_address(&p->mm, 0),
					     PageAnonExclusive(page) ?
					     RMAP_EXCLUSIVE : RMAP_NONE);
	memset(p->pte[f], 1, HPAGE_PMD_NR);
	any_ops(p)->folio_remove_rmap_pmd(folio, page, &p->mm.vma);
	p->pmd[f] = false;
}

/* A fault on a page of a file. */
static void do_map_file(struct process *p, int f)
{
	if (shared[f].kind != MEM_FILE || maps_any(p, f))
		return;
	atomic_inc(&shared[f].folio->_refcount);
	any_ops(p)->folio_add_file_rmap_pte(shared[f].folio, &shared[f].folio->page,
					    1, &p->mm.vma);
	p->pte[f][0] = true;
}

/*
 * A write fault that finds a single reference. An operation under the same lock
 * may follow.
 */
static int do_reuse(struct process *p, int f)
{
	struct folio *folio = shared[f].folio;
	const int i = any(p, nr_pages_of(f));

	if (shared[f].kind == MEM_ANON && shared[f].order && p->pte[f][i] &&
	    expect_reuse(folio)) {
		SetPageAnonExclusive(folio_page(folio, i));
		return any(p, 2) ? do_zap(p, f) : 0;
	}
	if (shared[f].kind != MEM_ANON ||
	    !(p->pmd[f] || (!shared[f].order && p->pte[f][0])) ||
	    folio_ref_count(folio) != 1)
		return 0;
	SetPageAnonExclusive(&folio->page);
	return any(p, 2) ? do_zap(p, f) : 0;
}

/*
 * Replaces each mapping of one page by an entry, and restores the mapping from
 * it, while the caller holds a reference. This is what a migration that fails
 * does. It is also what swap does: the reference is then that of a fault that
 * has looked up the folio. It becomes the mapping's reference, and if there is
 * no other one, the page belongs to this process alone.
 *
 * Return: the number of references to drop.
 */
static int do_migrate(struct process *p, int f)
{
	struct folio *folio = shared[f].folio;
	const int i = any(p, nr_pages_of(f));
	struct page *page = folio_page(folio, i);
	const bool swap = any(p, 2);
	bool exclusive;

	if (shared[f].kind != MEM_ANON || !p->pte[f][i])
		return 1;
	exclusive = PageAnonExclusive(page);
	if (exclusive && any_ops(p)->folio_try_share_anon_rmap_pte(folio, page))
		return 1;
	any_ops(p)->folio_remove_rmap_pte(folio, page, 1, &p->mm.vma);
	p->pte[f][i] = false;
	p->entry[f] = true;
	put(NULL, f, 1);	/* it is never the last one */

	unlock(p);
	sched_yield();
	lock(p);

	if (!swap)
		atomic_inc(&folio->_refcount);
	else if (folio_ref_count(folio) == 1)
		exclusive = true;
	any_ops(p)->folio_add_anon_rmap_pte(folio, page, 1, &p->mm.vma,
					    mem_address(&p->mm, i),
					    exclusive ? RMAP_EXCLUSIVE : RMAP_NONE);
	p->pte[f][i] = true;
	p->entry[f] = false;
	return !swap;
}

/* Fork takes two page table locks. The kernel takes the child's first. */
static void lock_two(struct process *a, struct process *b)
{
	lock(a->id < b->id ? a : b);
	lock(a->id < b->id ? b : a);
}

static void fork_to_any(struct process *p, int f)
{
	struct process *child = &processes[any(p, NR_THREADS)];
	int puts;

	if (child == p)
		return;
	lock_two(p, child);
	if (any(p, 4))
		puts = do_fork(p, child, f);
	else
		puts = do_fork_again(p, child, f);
	unlock(p);
	unlock(child);
	put(p, f, puts);

	/* The parent writes to the page. By then the child may have unmapped it. */
	sched_yield();
	lock(p);
	puts = do_reuse(p, f);
	unlock(p);
	put(p, f, puts);
}

static void migrate_any(struct process *p, int f)
{
	int puts;

	if (!try_get(shared[f].folio))
		return;
	lock(p);
	puts = do_migrate(p, f);
	unlock(p);
	put(p, f, puts);
}

static void exit_all(struct process *p, int f)
{
	int puts;

	lock(p);
	while (maps_any(p, f)) {
		puts = do_zap(p, f);
		unlock(p);
		put(p, f, puts);
		if (any(p, 16) == 0)
			return;
		lock(p);
	}
	unlock(p);
}

static void act(struct process *p, int f)
{
	int puts = 0;

	/* What the next first mapping gets changes at any time, without a lock. */
	if (EXPECT_LAYOUTS && !any(p, 32))
		__atomic_store_n(&shim_layout_none, any(p, 2), __ATOMIC_RELAXED);
	switch (any(p, 8)) {
	case 0:
	case 3:
		fork_to_any(p, f);
		return;
	case 1:
		migrate_any(p, f);
		return;
	case 2:
		exit_all(p, f);
		return;
	}
	lock(p);
	switch (any(p, 10)) {
	case 0:
		do_split(p, f);
		break;
	case 1:
		puts = do_reuse(p, f);
		break;
	case 2:
	case 3:
		do_map_file(p, f);
		break;
	default:
		puts = do_zap(p, f);
	}
	unlock(p);
	put(p, f, puts);
}

/* The paths depend on which threads meet. On a busy machine, that takes longer. */
static bool goes_on(int round)
{
	if (round < rounds)
		return true;
	return test_impl < nr_impls && !strcmp(impls[test_impl]->name, "exclusive") &&
	       round < PATIENCE * rounds && !all_taken(false);
}

static void *run(void *arg)
{
	struct process *p = arg;

	for (int i = 0; goes_on(i); i++) {
		const int f = any(p, NR_FOLIOS);

		act(p, f);
		note_taken(f);
	}
	return NULL;
}

/* The last process unmaps everything that is left. */
static void unmap_all(void)
{
	for (int t = 0; t < NR_THREADS; t++) {
		struct process *p = &processes[t];

		for (int f = 0; f < NR_FOLIOS; f++) {
			lock(p);
			while (maps_any(p, f))
				put(NULL, f, do_zap(p, f));
			put(NULL, f, p->delayed[f]);
			p->delayed[f] = 0;
			unlock(p);
		}
	}
}

static void check_all(void)
{
	for (int f = 0; f < NR_FOLIOS; f++) {
		const char *why = mem_check_free(shared[f].folio);
		const int cached = shared[f].kind == MEM_FILE;

		if (folio_ref_count(shared[f].folio) != cached)
			why = "the references are not those at the start";
		if (why)
			complain(why, f);
	}
	for (int i = 0; i < NR_SHIM_STATS; i++)
		if (kernel_seen.pte_stats[i])
			complain("a statistic is not 0", i);
	if (kernel_seen.warning)
		complain(kernel_seen.warning, -1);
}

static void set_up(void)
{
	shim_layouts_vary = EXPECT_LAYOUTS;
	memset(&kernel_seen, 0, sizeof(kernel_seen));
	for (int f = 0; f < NR_FOLIOS; f++) {
		shared[f].folio = mem_alloc_folio(shared[f].order);
		mem_init_folio(shared[f].folio, shared[f].order, shared[f].kind);
	}
	for (int t = 0; t < NR_THREADS; t++) {
		struct process *p = &processes[t];

		memset(p, 0, sizeof(*p));
		pthread_mutex_init(&p->ptl, NULL);
		mem_init_mm(&p->mm, 0);
		p->id = t;
		p->random = t * 7919 + test_impl;
	}
	for (int f = 0; f < NR_FOLIOS; f++) {
		if (shared[f].kind == MEM_FILE) {
			/*
			 * The reference is the page cache's, and the bit is
			 * PG_mappedtodisk.
			 */
			atomic_set(&shared[f].folio->_refcount, 1);
			SetPageAnonExclusive(&shared[f].folio->page);
		} else {
			renew(&processes[f % NR_THREADS], f);
		}
	}
}

/* Return: how many large anon folios there are. */
static int find_large_anon(struct folio **folios)
{
	int nr = 0;

	for (int f = 0; f < NR_FOLIOS; f++)
		if (shared[f].order && shared[f].kind == MEM_ANON)
			folios[nr++] = shared[f].folio;
	return nr;
}

/* Return: whether everything held. */
static bool test(void)
{
	struct folio *large[NR_FOLIOS];
	pthread_t threads[NR_THREADS];

	nr_failed = 0;
	set_up();
	neighbours_start(large, find_large_anon(large));
	for (int t = 0; t < NR_THREADS; t++)
		if (pthread_create(&threads[t], NULL, run, &processes[t]))
			abort();
	for (int t = 0; t < NR_THREADS; t++)
		pthread_join(threads[t], NULL);
	unmap_all();
	if (neighbours_stop())
		complain("a flag beside PG_anon_exclusive was lost", -1);
	check_all();
	smp_rmb();	/* acquires all reference counts that were looked at */
	for (int f = 0; f < NR_FOLIOS; f++)
		mem_free_folio(shared[f].folio);
	return !nr_failed;
}

int main(int argc, char **argv)
{
	bool passed = true, ok;

	rounds = argc > 1 ? atoi(argv[1]) : DEFAULT_ROUNDS;
	printf("1..%d\n", nr_impls + 2);
	for (test_impl = 0; test_impl <= nr_impls; test_impl++) {
		ok = test();
		passed &= ok;
		printf("%sok %d - threads/%s\n", ok ? "" : "not ", test_impl + 1,
		       test_impl < nr_impls ? impls[test_impl]->name : "mixed");
		fflush(stdout);
	}
	/* The test is about counting by plain stores, so that must have happened. */
	ok = all_taken(true);
	passed &= ok;
	printf("%sok %d - threads/every-path\n", ok ? "" : "not ", nr_impls + 2);
	return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
