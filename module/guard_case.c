// SPDX-License-Identifier: GPL-2.0
/*
 * How a finding of the guard is handled.
 *
 * The guard finds something under page table locks, where it must not sleep. So
 * work does what has to be done. Only the first finding is kept, because the
 * next ones are most likely its consequences.
 *
 * A doubt takes a second look. A reference holds the folio, so that it is
 * neither freed nor split, and all its counters are read again and again.
 * Before each reading, all CPUs leave the operations that they were in. If the
 * counters contradict each other and do not change, the error is certain.
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

/* Number of looks at a doubt that must all give the same counts. */
#define GUARD_LOOKS		4

static const char *const guard_kind_texts[] = {
	[GUARD_PAGE_MAPCOUNT]	= "page_mapcount too low",
	[GUARD_ENTIRE_MAPCOUNT]	= "entire_mapcount too low",
	[GUARD_LARGE_MAPCOUNT]	= "large_mapcount too low",
	[GUARD_NR_PAGES_MAPPED]	= "nr_pages_mapped negative",
	[GUARD_NEW]		= "new folio miscounted",
	[GUARD_LEFT]		= "unmapped folio still counted",
	[GUARD_EXCLUSIVE]	= "anon_exclusive wrong",
	[GUARD_LEVEL]		= "not a folio for this operation",
	[GUARD_NONE]		= "page mapcounts in a folio of layout none",
	[GUARD_DISAGREE]	= "counters disagree",
};

static_assert(ARRAY_SIZE(guard_kind_texts) == NR_GUARD_KINDS);

/**
 * struct guard_case - a finding
 * @work: the work that handles it
 * @is_open: @work is pending or runs; protected by guard_lock
 * @kind: what is wrong
 * @when: at which end of the call it was found
 * @op: the operation
 * @implementation: the implementation that the operation belongs to
 * @folio: the folio; only a doubt has a reference to it
 * @order: order of the folio
 * @pfn: page frame of the offending page
 * @nr: its number in the folio
 * @page_mapcount: its _mapcount, stored minus one
 * @exclusive: its PG_anon_exclusive
 * @refcount: references of the folio
 * @counts: its counters
 * @has_mm_ids: @counts has MM IDs
 *
 * Except for @is_open, all members are written before @work is queued, and stay
 * the same until @work has ended.
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
	bool has_mm_ids;
};

/* Protects is_open of both. One of each is enough: see above. */
static DEFINE_SPINLOCK(guard_lock);
static struct guard_case violation, doubt;

static struct workqueue_struct *guard_queue;

/* The function that puts the kernel's own code back. */
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
	counts->none = mm_ids_say_none(folio);
	if (mm_ids_has(folio))
		mm_ids_read(&counts->mm, folio);
	else
		memset(&counts->mm, 0, sizeof(counts->mm));
}

/**
 * guard_counts_agree - could all counters of a large folio be right?
 * @counts: what has been read
 * @folio: the large folio
 *
 * A mapping that is not of the whole folio is of a single page. There is at
 * least one such mapping for each page that is mapped by itself. Hugetlb has no
 * such mappings, and does not count pages. Without page mapcounts, there are such
 * mappings, and pages are not counted.
 *
 * Context: Any, with a reference of the folio.
 * Return: true if they could be; false if not, or if another CPU is changing
 * them.
 */
bool guard_counts_agree(const struct guard_counts *counts,
			const struct folio *folio)
{
	const int pages = counts->nr_pages_mapped & FOLIO_PAGES_MAPPED;
	const int of_pages = counts->large - counts->entire;

	if (folio_test_hugetlb(folio))
		return !of_pages && !counts->nr_pages_mapped;
	if (counts->none)
		return of_pages >= 0 && counts->large >= 0 &&
		       !counts->nr_pages_mapped &&
		       mm_ids_agree(&counts->mm, counts->large + 1);
	if (counts->nr_pages_mapped - pages !=
	    (counts->entire >= 0 ? ENTIRELY_MAPPED : 0))
		return false;
	return pages <= folio_nr_pages(folio) && of_pages >= pages &&
	       !of_pages == !pages &&
	       (!mm_ids_has(folio) ||
		mm_ids_agree(&counts->mm, counts->large + 1));
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
	/* A hugetlb folio has its type in that place. */
	c->page_mapcount = page_has_type(page) ? -1 :
			   atomic_read(&page->_mapcount);
	c->exclusive = folio_test_anon(call->folio) && PageAnonExclusive(page);
	c->refcount = folio_ref_count(call->folio);
	memset(&c->counts, 0xff, sizeof(c->counts));
	if (c->order)
		guard_counts_read(&c->counts, call->folio);
	c->has_mm_ids = mm_ids_has(call->folio);
}

/**
 * guard_case_open - report that something is wrong
 * @kind: what is wrong
 * @when: at which end of the call
 * @call: the call
 * @nr: the page of the call that shows it
 *
 * GUARD_DISAGREE is a doubt; everything else is certain.
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

static void case_describe_mm_ids(const struct mm_ids *mm)
{
	char text[ERROR_LOG_TEXT_MAX];

	scnprintf(text, sizeof(text),
		  "mm_id %u with mapcount %d, mm_id %u with mapcount %d, mm_shared %d",
		  mm->id[0], mm->mapcount[0], mm->id[1], mm->mapcount[1],
		  mm->shared);
	error_log_add("guard: %s", text);
	pr_warn("guard: %s\n", text);
}

/* For people, a mapcount is the number of mappings. */
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
			  "page_mapcount %d, entire_mapcount %d, large_mapcount %d, nr_pages_mapped %d%s%s",
			  c->page_mapcount + 1, c->counts.entire + 1,
			  c->counts.large + 1,
			  mapped < 0 ? mapped : mapped & FOLIO_PAGES_MAPPED,
			  mapped > 0 && mapped & ENTIRELY_MAPPED ?
			  " and entirely" : "",
			  c->counts.none > 0 ? ", layout none" : "");
	error_log_add("guard: %s", text);
	pr_warn("guard: %s\n", text);
	if (c->has_mm_ids)
		case_describe_mm_ids(&c->counts.mm);
}

static void case_convict(const struct guard_case *c)
{
	char reason[ERROR_LOG_TEXT_MAX];

	scnprintf(reason, sizeof(reason), "%s: %s %s() of %s, pfn %#lx",
		  guard_kind_texts[c->kind],
		  c->when == GUARD_BEFORE ? "found by" : "left by",
		  call_op_names[c->op], c->implementation->name, c->pfn);
	/* First reach the safe state, then describe the finding. */
	guard_revert(reason);
	case_describe(c);
}

static void violation_work(struct work_struct *work)
{
	case_convict(&violation);
	case_close(&violation);
}

/* The counters, and the sums that they have to agree with. */
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
	if (look->counts.none)
		return !look->mappings && !look->nr_mapped;
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
		/* Every operation lies within an RCU read-side section. */
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
 * guard_init - prepare the guard, and set what it does when it is certain
 * @revert: puts the kernel's own code back, and keeps it there; @reason is one
 *	    line of text. Work calls it; it may sleep
 *
 * Context: Process context, before the guard is on for the first time.
 * Return: 0 or -ENOMEM.
 */
int guard_init(void (*revert)(const char *reason))
{
	/* Reclaim may open a case: its work must not wait for memory. */
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
 * guard_flush - wait until all findings have been handled
 *
 * The module is pinned as long as the guard is on. But a finding may still be
 * pending after the guard has been switched off.
 *
 * Context: Process context, may sleep.
 */
void guard_flush(void)
{
	flush_work(&violation.work);
	flush_work(&doubt.work);
}

/**
 * guard_exit - handle the pending findings, then end the guard
 *
 * Context: Process context, may sleep. The guard is off.
 */
void guard_exit(void)
{
	destroy_workqueue(guard_queue);
}
