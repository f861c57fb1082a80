/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MODEL_H
#define MODEL_H
/*
 * The abstract model: one folio, and the set of its mappings.
 *
 * The model computes every counter, statistic and flag from that set, anew for
 * each comparison. It adds nothing up, so it cannot make the mistakes that an
 * implementation can.
 */

#include "kernel.h"
#include "mem.h"

#define MODEL_MMS	3
#define MODEL_PAGES	HPAGE_PMD_NR

/* What stands in place of a mapping: a swap or migration entry, or a device's. */
enum model_entry {
	ENTRY_NONE,
	ENTRY_SHARED,
	ENTRY_EXCLUSIVE,
	ENTRY_DEVICE,
};

struct model {
	enum mem_kind kind;
	int order;
	int nr_pages;
	struct folio *folio;
	struct mem_mm mms[MODEL_MMS];

	/* For hugetlb, pmd is an entry of any size. */
	bool pte[MODEL_MMS][MODEL_PAGES];
	bool pmd[MODEL_MMS];
	enum model_entry pte_entry[MODEL_MMS][MODEL_PAGES];
	enum model_entry pmd_entry[MODEL_MMS];
	bool exclusive[MODEL_PAGES];
	bool partially_mapped;
	bool none;		/* it has no page mapcounts */
	int most_mms;		/* that had it mapped since nothing mapped it */

	/* References that belong to no mapping. */
	int delayed;		/* of removed mappings, until the TLB is flushed */
	int swapcache;
	int pins;
	int gets;
	int cache;		/* page cache, stable tree, or the allocating task */

	/*
	 * The references that the operation's caller has for the mappings that
	 * the operation counts, and at fork also for those that it duplicates.
	 */
	int owned;
	bool owned_by_bit;	/* it is about a PMD mapping of an exclusive folio */

	/* What the operations of one step must have called. */
	int mlocks;
	int munlocks;
	int splits;
	char why[160];
};

void model_init(struct model *m, int order, enum mem_kind kind,
		unsigned long vm_flags);
void model_exit(struct model *m);

int model_page_mapcount(const struct model *m, int page);
int model_entire_mapcount(const struct model *m);
int model_nr_mapped(const struct model *m);
int model_refs(const struct model *m);
bool model_is_mapped(const struct model *m);
bool model_has_entries(const struct model *m);

/* Call it before a step: a folio that nothing maps gets its layout in the step. */
void model_takes_layout(struct model *m);

/* Call it when mappings were removed. @before is model_nr_mapped() before that. */
void model_removed(struct model *m, int mm, int before);
/* @count: of its pages, all if a PMD maps them. */
void model_added(struct model *m, int mm, int count);

/*
 * Call it before an operation, and model_called() after it. If _large_mapcount has
 * a lock, it must not change meanwhile without that, unless no other CPU can
 * change it: @owned are the caller's references.
 */
void model_calls(struct model *m, int owned, bool pmd);
void model_called(void);

/* Returns whether the folio agrees with the model. If not, m->why says where. */
bool model_agrees(struct model *m);
bool model_wrong(struct model *m, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

#endif
