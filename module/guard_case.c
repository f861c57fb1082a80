// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of something that the guard has found.
 *
 * It is found under page table locks, where nobody may sleep; what has to be
 * done about it is done by work. The first finding is kept: the next ones are
 * most likely its consequences.
 *
 * A doubt takes a second look. The folio is held by a reference (so that it is
 * neither freed nor split), and all its counters are read again and again, each
 * time after everybody who was in an operation has left it. If they contradict
 * each other and do not change, it is certain.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "error_log.h"
#include "guard.h"
#include "guard_case.h"
#include "inject.h"

/* Looks at a doubt that have to give the same counts. */
#define GUARD_LOOKS		4

static const char *const kind_texts[] = {
	[GUARD_PAGE_MAPCOUNT]	= "page_mapcount too low",
	[GUARD_ENTIRE_MAPCOUNT]	= "entire_mapcount too low",
	[GUARD_LARGE_MAPCOUNT]	= "large_mapcount too low",
	[GUARD_NR_PAGES_MAPPED]	= "nr_pages_mapped negative",
	[GUARD_NEW]		= "new folio miscounted",
	[GUARD_LEFT]		= "unmapped folio still counted",
	[GUARD_EXCLUSIVE]	= "anon_exclusive wrong",
	[GUARD_LEVEL]		= "not a folio for this operation",
	[GUARD_DISAGREE]	= "counters disagree",
};

static_assert(ARRAY_SIZE(kind_texts) == NR_GUARD_KINDS);

/**
 * struct guard_case - a finding
 * @work: what is done about it
 * @is_open: @work is pending or runs; protected by guard_lock
 * @kind: what is wrong
 * @when: at which end of the call
 * @op: the operation
 * @implementation: whose
 * @folio: the folio; only a doubt has a reference to it
 * @order: of it
 * @pfn: of the offending page
 * @nr: its number in the folio
 * @page_mapcount: its _mapcount, stored minus one
 * @exclusive: its PG_anon_exclusive
 * @refcount: references of the folio
 * @counts: its counters
 *
 * But for @is_open, all is written before @work is queued and stays until that
 * has ended.
 */
struct guard_case {
	struct work_struct work;
	bool is_open;
	enum guard_kind kind;
	enum guard_when when;
	enum call_op op;
	const struct rmap_ops *implementation;
	struct folio *folio;
	unsigned int order;
	unsigned long pfn;
	unsigned long nr;
	int page_mapcount;
	bool exclusive;
	int refcount;
	struct guard_counts counts;
};

/* Protects is_open of both. One is enough of each: see above. */
static DEFINE_SPINLOCK(guard_lock);
static struct guard_case violation, doubt;

static struct workqueue_struct *guard_queue;

/* Who puts the kernel's own code back. */
static void (*guard_revert)(const char *reason);

/**
 * guard_counts_read - read the counters of a large folio
 * @counts: where to
 * @folio: the folio
 *
 * Context: Any, with a reference of the folio.
 */
void guard_counts_read(struct guard_counts *counts, const struct folio *folio)
{
	counts->entire = atomic_read(&folio->_entire_mapcount);
	counts->large = atomic_read(&folio->_large_mapcount);
	counts->nr_pages_mapped = atomic_read(&folio->_nr_pages_mapped);
}

/**
 * guard_counts_agree - could all of them be right?
 * @counts: what has been read
 * @folio: of this large folio
 *
 * Of all mappings, those that are not of the whole folio are of single pages: at
 * least one for each page that is mapped by itself. Hugetlb has none, and does
 * not count pages.
 *
 * Context: Any, with a reference of the folio.
 * Return: false if not, or if somebody is changing them.
 */
bool guard_counts_agree(const struct guard_counts *counts,
			const struct folio *folio)
{
	const int pages = counts->nr_pages_mapped & FOLIO_PAGES_MAPPED;
	const int of_pages = counts->large - counts->entire;

	if (folio_test_hugetlb(folio))
		return !of_pages && !counts->nr_pages_mapped;
	if (counts->nr_pages_mapped - pages !=
	    (counts->entire >= 0 ? ENTIRELY_MAPPED : 0))
		return false;
	return pages <= folio_nr_pages(folio) && of_pages >= pages &&
	       !of_pages == !pages;
}

static void case_fill(struct guard_case *c, enum guard_kind kind,
		      enum guard_when when, const struct call *call,
		      unsigned long nr)
{
	struct page *page = call->page + nr;

	c->kind = kind;
	c->when = when;
	c->op = call->op;
	c->implementation = call->implementation;
	c->folio = call->folio;
	c->order = folio_order(call->folio);
	c->pfn = page_to_pfn(page);
	c->nr = call_first(call) + nr;
	/* A hugetlb folio has its type there. */
	c->page_mapcount = page_has_type(page) ? -1 :
			   atomic_read(&page->_mapcount);
	c->exclusive = folio_test_anon(call->folio) && PageAnonExclusive(page);
	c->refcount = folio_ref_count(call->folio);
	memset(&c->counts, 0xff, sizeof(c->counts));
	if (c->order)
		guard_counts_read(&c->counts, call->folio);
}

/**
 * guard_case_open - something is wrong
 * @kind: what
 * @when: at which end of the call
 * @call: the call
 * @nr: which of its pages shows it
 *
 * GUARD_DISAGREE is a doubt, everything else is certain.
 *
 * Context: That of the operation.
 */
void guard_case_open(enum guard_kind kind, enum guard_when when,
		     const struct call *call, unsigned long nr)
{
	struct guard_case *c = kind == GUARD_DISAGREE ? &doubt : &violation;
	bool is_first;

	spin_lock(&guard_lock);
	is_first = !c->is_open;
	c->is_open = true;
	spin_unlock(&guard_lock);
	if (!is_first)
		return;

	case_fill(c, kind, when, call, nr);
	if (c == &doubt)
		folio_get(c->folio);
	queue_work(guard_queue, &c->work);
}

static void case_close(struct guard_case *c)
{
	spin_lock(&guard_lock);
	c->is_open = false;
	spin_unlock(&guard_lock);
}

/* A mapcount for people: the number of mappings. */
static void case_describe(const struct guard_case *c)
{
	const int mapped = c->counts.nr_pages_mapped;
	char text[ERROR_LOG_TEXT_MAX];

	scnprintf(text, sizeof(text),
		  "pfn %#lx: page %lu of a folio of order %u, refcount %d, anon_exclusive %d",
		  c->pfn, c->nr, c->order, c->refcount, c->exclusive);
	error_log_add("guard: %s", text);
	pr_warn("guard: %s\n", text);
	if (!c->order)
		scnprintf(text, sizeof(text), "page_mapcount %d",
			  c->page_mapcount + 1);
	else
		scnprintf(text, sizeof(text),
			  "page_mapcount %d, entire_mapcount %d, large_mapcount %d, nr_pages_mapped %d%s",
			  c->page_mapcount + 1, c->counts.entire + 1,
			  c->counts.large + 1,
			  mapped < 0 ? mapped : mapped & FOLIO_PAGES_MAPPED,
			  mapped > 0 && mapped & ENTIRELY_MAPPED ?
			  " and entirely" : "");
	error_log_add("guard: %s", text);
	pr_warn("guard: %s\n", text);
}

static void case_convict(const struct guard_case *c)
{
	char reason[ERROR_LOG_TEXT_MAX];

	scnprintf(reason, sizeof(reason), "%s: %s %s() of %s, pfn %#lx",
		  kind_texts[c->kind],
		  c->when == GUARD_BEFORE ? "found by" : "left by",
		  call_op_names[c->op], c->implementation->name, c->pfn);
	/* The safe state first, then the words. */
	guard_revert(reason);
	case_describe(c);
}

static void violation_work(struct work_struct *work)
{
	case_convict(&violation);
	case_close(&violation);
}

/* The counters, and what they have to be the sums of. */
struct guard_look {
	struct guard_counts counts;
	long nr_mapped;
	long mappings;
};

static void look_at(struct guard_look *look, struct folio *folio)
{
	long i, mappings;

	memset(look, 0, sizeof(*look));
	guard_counts_read(&look->counts, folio);
	if (folio_test_hugetlb(folio))
		return;
	for (i = 0; i < folio_nr_pages(folio); i++) {
		mappings = atomic_read(&folio_page(folio, i)->_mapcount) + 1;
		look->mappings += mappings;
		look->nr_mapped += mappings > 0;
	}
}

static bool look_is_fine(const struct guard_look *look,
			 const struct folio *folio)
{
	if (!guard_counts_agree(&look->counts, folio))
		return false;
	return folio_test_hugetlb(folio) ||
	       (look->mappings == look->counts.large - look->counts.entire &&
		look->nr_mapped ==
		(look->counts.nr_pages_mapped & FOLIO_PAGES_MAPPED));
}

static bool doubt_is_certain(struct folio *folio)
{
	struct guard_look first, look;
	int i;

	look_at(&first, folio);
	for (i = 1; i < GUARD_LOOKS; i++) {
		/* Every operation is a part of an RCU read-side section. */
		synchronize_rcu();
		look_at(&look, folio);
		if (look_is_fine(&look, folio) ||
		    memcmp(&look, &first, sizeof(look)))
			return false;
	}
	return true;
}

static void doubt_work(struct work_struct *work)
{
	if (doubt_is_certain(doubt.folio)) {
		guard_counts_read(&doubt.counts, doubt.folio);
		case_convict(&doubt);
	}
	folio_put(doubt.folio);
	case_close(&doubt);
}

/**
 * guard_init - tell the guard what to do when it is certain
 * @revert: puts the kernel's own code back, and keeps it there; @reason is one
 *	    line of text. Called by work, may sleep.
 *
 * Context: Process context, before the guard is on for the first time.
 * Return: 0 or -ENOMEM.
 */
int guard_init(void (*revert)(const char *reason))
{
	/* What is wrong may be found by reclaim: that must not wait for memory. */
	guard_queue = inject_alloc(alloc_workqueue("rmap_ab_guard",
						   WQ_UNBOUND | WQ_MEM_RECLAIM,
						   0));
	if (!guard_queue)
		return -ENOMEM;
	guard_revert = revert;
	INIT_WORK(&violation.work, violation_work);
	INIT_WORK(&doubt.work, doubt_work);
	return 0;
}

/**
 * guard_flush - let what is pending come to its end
 *
 * As long as the guard is on, the module is pinned, but what it has found may
 * still be pending when that is over.
 *
 * Context: Process context, may sleep.
 */
void guard_flush(void)
{
	flush_work(&violation.work);
	flush_work(&doubt.work);
}

/**
 * guard_exit - there is no guard any more; what is pending comes to its end
 *
 * Context: Process context, may sleep. The guard is off.
 */
void guard_exit(void)
{
	destroy_workqueue(guard_queue);
}
