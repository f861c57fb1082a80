// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "expect.h"
#include "step.h"

static const char *const step_texts[] = {
#define STEP_TEXT(name) [STEP_##name] = #name,
	STEPS(STEP_TEXT)
#undef STEP_TEXT
};

void step_print(const struct model *m, const struct step *s, FILE *to)
{
	fprintf(to, "%-9s mm %d", step_texts[s->kind], s->mm);
	if (s->kind == STEP_FORK || s->kind == STEP_FORK_PMD)
		fprintf(to, " to %d", s->other);
	fprintf(to, ", pages %d-%d of %d, %s, %s%s\n", s->first,
		s->first + s->count - 1, m->nr_pages, impls[s->impl]->name,
		impls[s->impl2]->name, s->flag ? ", flag" : "");
}

/* ---- what a step finds ------------------------------------------------------ */

static bool all_mapped(const struct model *m, int mm, int first, int count)
{
	for (int i = first; i < first + count; i++)
		if (!m->pte[mm][i])
			return false;
	return true;
}

/* Returns whether mm has neither mappings nor entries in the range. */
static bool is_clear(const struct model *m, int mm, int first, int count)
{
	if (m->pmd[mm] || m->pmd_entry[mm])
		return false;
	for (int i = first; i < first + count; i++)
		if (m->pte[mm][i] || m->pte_entry[mm][i])
			return false;
	return true;
}

static bool is_anon(const struct model *m)
{
	return !mem_is_file(m->kind) && !mem_is_hugetlb(m->kind);
}

static void ref_add(struct model *m, int nr)
{
	atomic_add(nr, &m->folio->_refcount);
}

static struct vm_area_struct *vma_of(struct model *m, int mm)
{
	return &m->mms[mm].vma;
}

static struct page *page_of(struct model *m, int i)
{
	return folio_page(m->folio, i);
}

static bool maybe_pinned(const struct model *m)
{
	return m->pins && m->kind != MEM_DEVICE;
}

/* ---- map --------------------------------------------------------------------- */

static enum step_result step_new(struct model *m, const struct step *s,
				 const struct rmap_ops *ops)
{
	struct vm_area_struct *vma = vma_of(m, s->mm);
	const bool one = m->order == HPAGE_PMD_ORDER || mem_is_hugetlb(m->kind);
	const bool exclusive = !s->flag || mem_is_hugetlb(m->kind);
	const char *why = mem_check_free(m->folio);

	if (mem_is_file(m->kind) || m->kind == MEM_KSM || model_refs(m))
		return STEP_NOT;
	if (why) {
		model_wrong(m, "%s", why);
		return STEP_WRONG;
	}
	mem_init_folio(m->folio, m->order, m->kind);
	memset(m->exclusive, 0, sizeof(m->exclusive));
	m->partially_mapped = false;
	kernel_seen.mthp = 0;

	ref_add(m, one ? 1 : m->nr_pages);
	model_calls(m, one ? 1 : m->nr_pages, false);
	if (mem_is_hugetlb(m->kind)) {
		ops->hugetlb_add_new_anon_rmap(m->folio, vma,
					       mem_address(&m->mms[s->mm], 0));
	} else {
		*shim_flags(m->folio) |= exclusive ? 0 : BIT(PG_locked);
		ops->folio_add_new_anon_rmap(m->folio, vma,
					     mem_address(&m->mms[s->mm], 0),
					     exclusive ? RMAP_EXCLUSIVE : RMAP_NONE);
		*shim_flags(m->folio) &= ~BIT(PG_locked);
	}

	m->pmd[s->mm] = one;
	for (int i = 0; !one && i < m->nr_pages; i++)
		m->pte[s->mm][i] = true;
	for (int i = 0; exclusive && i < (one ? 1 : m->nr_pages); i++)
		m->exclusive[i] = true;
	if (mem_is_hugetlb(m->kind))
		return STEP_DONE;
	if (kernel_seen.mthp != 1 ||
	    folio_test_swapbacked(m->folio) == !!(vma->vm_flags & VM_DROPPABLE)) {
		model_wrong(m, "a new folio has %ld mTHP, swap-backed %d",
			    kernel_seen.mthp, folio_test_swapbacked(m->folio));
		return STEP_WRONG;
	}
	return STEP_DONE;
}

static void add_anon(struct model *m, const struct step *s,
		     const struct rmap_ops *ops, rmap_t flags)
{
	const unsigned long address = mem_address(&m->mms[s->mm], s->first);
	struct page *page = page_of(m, s->first);
	struct vm_area_struct *vma = vma_of(m, s->mm);

	model_calls(m, s->count, false);
	if (s->count == 1 && !s->flag)
		ops->folio_add_anon_rmap_pte(m->folio, page, 1, vma, address,
					     flags);
	else
		ops->folio_add_anon_rmap_ptes(m->folio, page, s->count, vma,
					      address, flags);
	for (int i = s->first; i < s->first + s->count; i++) {
		m->pte[s->mm][i] = true;
		if (flags & RMAP_EXCLUSIVE)
			m->exclusive[i] = true;
	}
	model_added(m, s->mm, s->count);
}

static enum step_result step_map(struct model *m, const struct step *s,
				 const struct rmap_ops *ops)
{
	struct vm_area_struct *vma = vma_of(m, s->mm);

	if (mem_is_hugetlb(m->kind) ||
	    (!mem_is_file(m->kind) && m->kind != MEM_KSM) ||
	    !is_clear(m, s->mm, s->first, s->count))
		return STEP_NOT;

	ref_add(m, s->count);
	if (m->kind == MEM_KSM) {
		add_anon(m, s, ops, RMAP_NONE);
		return STEP_DONE;
	}
	model_calls(m, 0, false);
	if (s->count == 1 && !s->flag)
		ops->folio_add_file_rmap_pte(m->folio, page_of(m, s->first), 1,
					     vma);
	else
		ops->folio_add_file_rmap_ptes(m->folio, page_of(m, s->first),
					      s->count, vma);
	for (int i = s->first; i < s->first + s->count; i++)
		m->pte[s->mm][i] = true;
	model_added(m, s->mm, s->count);
	return STEP_DONE;
}

static enum step_result step_map_pmd(struct model *m, const struct step *s,
				     const struct rmap_ops *ops)
{
	if (!mem_is_file(m->kind) || !is_clear(m, s->mm, 0, m->nr_pages))
		return STEP_NOT;
	if (m->kind != MEM_HUGETLB_FILE && m->order != HPAGE_PMD_ORDER)
		return STEP_NOT;

	ref_add(m, 1);
	model_calls(m, 0, false);
	if (m->kind == MEM_HUGETLB_FILE)
		ops->hugetlb_add_file_rmap(m->folio);
	else
		ops->folio_add_file_rmap_pmd(m->folio, page_of(m, 0),
					     vma_of(m, s->mm));
	m->pmd[s->mm] = true;
	model_added(m, s->mm, m->nr_pages);
	return STEP_DONE;
}

/* ---- fork ---------------------------------------------------------------------- */

/* Checks the answer of a try, and marks what is shared now. */
static enum step_result answered(struct model *m, int err, int first, int count)
{
	bool exclusive = false;

	for (int i = first; i < first + count; i++)
		exclusive |= m->exclusive[i];
	if (err != (exclusive && maybe_pinned(m) ? -EBUSY : 0)) {
		model_wrong(m, "the answer is %d, %sexclusive, %d pins", err,
			    exclusive ? "" : "not ", m->pins);
		return STEP_WRONG;
	}
	for (int i = first; !err && i < first + count; i++)
		m->exclusive[i] = false;
	return STEP_DONE;
}

/* Linux 6.12 does not say which VMA of the child it is: so nobody may look. */
static struct vm_area_struct *dst_vma_of(struct model *m, const struct step *s)
{
	return EXPECT_DST_VMA ? vma_of(m, s->other) : NULL;
}

static int dup_ptes(struct model *m, const struct step *s,
		    const struct rmap_ops *ops)
{
	struct page *page = page_of(m, s->first);
	struct vm_area_struct *vma = vma_of(m, s->mm);
	struct vm_area_struct *dst_vma = dst_vma_of(m, s);
	const bool one = s->count == 1 && !s->flag;

	model_calls(m, mem_is_file(m->kind) ? 0 : 2 * s->count, false);
	if (mem_is_file(m->kind)) {
		if (one)
			ops->folio_dup_file_rmap_pte(m->folio, page, dst_vma);
		else
			ops->folio_dup_file_rmap_ptes(m->folio, page, s->count, dst_vma);
		return 0;
	}
	if (one)
		return ops->folio_try_dup_anon_rmap_pte(m->folio, page, dst_vma, vma);
	return ops->folio_try_dup_anon_rmap_ptes(m->folio, page, s->count, dst_vma, vma);
}

static enum step_result step_fork(struct model *m, const struct step *s,
				  const struct rmap_ops *ops)
{
	int err;

	if (s->mm == s->other || !all_mapped(m, s->mm, s->first, s->count) ||
	    !is_clear(m, s->other, s->first, s->count))
		return STEP_NOT;

	ref_add(m, s->count);
	err = dup_ptes(m, s, ops);
	if (answered(m, err, s->first, s->count) == STEP_WRONG)
		return STEP_WRONG;
	if (err) {
		ref_add(m, -s->count);
		return STEP_DONE;
	}
	for (int i = s->first; i < s->first + s->count; i++)
		m->pte[s->other][i] = true;
	return STEP_DONE;
}

static int dup_pmd(struct model *m, const struct step *s,
		   const struct rmap_ops *ops)
{
	struct vm_area_struct *vma = vma_of(m, s->mm);
	struct vm_area_struct *dst_vma = dst_vma_of(m, s);

	model_calls(m, mem_is_file(m->kind) ? 0 : 2, !mem_is_file(m->kind));
	switch (m->kind) {
	case MEM_HUGETLB_ANON:
		return ops->hugetlb_try_dup_anon_rmap(m->folio, vma);
	case MEM_HUGETLB_FILE:
		ops->hugetlb_add_file_rmap(m->folio);
		return 0;
	case MEM_FILE:
	case MEM_SHMEM:
		ops->folio_dup_file_rmap_pmd(m->folio, page_of(m, 0), dst_vma);
		return 0;
	default:
		return ops->folio_try_dup_anon_rmap_pmd(m->folio, page_of(m, 0), dst_vma,
							vma);
	}
}

static enum step_result step_fork_pmd(struct model *m, const struct step *s,
				      const struct rmap_ops *ops)
{
	int err;

	if (s->mm == s->other || !m->pmd[s->mm] ||
	    !is_clear(m, s->other, 0, m->nr_pages))
		return STEP_NOT;

	ref_add(m, 1);
	err = dup_pmd(m, s, ops);
	if (answered(m, err, 0, 1) == STEP_WRONG)
		return STEP_WRONG;
	if (err)
		ref_add(m, -1);
	else
		m->pmd[s->other] = true;
	return STEP_DONE;
}

/* ---- unmap ---------------------------------------------------------------------- */

static void remove_ptes(struct model *m, const struct step *s,
			const struct rmap_ops *ops, int first, int count)
{
	const int before = model_nr_mapped(m);
	struct vm_area_struct *vma = vma_of(m, s->mm);

	model_calls(m, mem_is_file(m->kind) ? 0 : count, false);
	if (count == 1 && !s->flag)
		ops->folio_remove_rmap_pte(m->folio, page_of(m, first), 1, vma);
	else
		ops->folio_remove_rmap_ptes(m->folio, page_of(m, first), count,
					    vma);
	for (int i = first; i < first + count; i++)
		m->pte[s->mm][i] = false;
	model_removed(m, s->mm, before);
}

static void remove_pmd(struct model *m, const struct step *s,
		       const struct rmap_ops *ops)
{
	const int before = model_nr_mapped(m);

	model_calls(m, mem_is_file(m->kind) ? 0 : 1, !mem_is_file(m->kind));
	if (mem_is_hugetlb(m->kind))
		ops->hugetlb_remove_rmap(m->folio);
	else
		ops->folio_remove_rmap_pmd(m->folio, page_of(m, 0),
					   vma_of(m, s->mm));
	m->pmd[s->mm] = false;
	model_removed(m, s->mm, before);
}

static enum step_result step_zap(struct model *m, const struct step *s,
				 const struct rmap_ops *ops)
{
	if (!all_mapped(m, s->mm, s->first, s->count))
		return STEP_NOT;
	remove_ptes(m, s, ops, s->first, s->count);
	if (s->flag)
		m->delayed += s->count;
	else
		ref_add(m, -s->count);
	return STEP_DONE;
}

static enum step_result step_zap_pmd(struct model *m, const struct step *s,
				     const struct rmap_ops *ops)
{
	if (!m->pmd[s->mm])
		return STEP_NOT;
	remove_pmd(m, s, ops);
	if (s->flag)
		m->delayed++;
	else
		ref_add(m, -1);
	return STEP_DONE;
}

static enum step_result step_flush(struct model *m)
{
	if (!m->delayed)
		return STEP_NOT;
	ref_add(m, -m->delayed);
	m->delayed = 0;
	return STEP_DONE;
}

static enum step_result step_split_pmd(struct model *m, const struct step *s,
				       const struct rmap_ops *ops,
				       const struct rmap_ops *ops2)
{
	struct step all = *s;

	if (!is_anon(m) || !m->pmd[s->mm])
		return STEP_NOT;
	all.first = 0;
	all.count = m->nr_pages;
	ref_add(m, m->nr_pages - 1);
	add_anon(m, &all, ops, m->exclusive[0] ? RMAP_EXCLUSIVE : RMAP_NONE);
	remove_pmd(m, &all, ops2);
	return STEP_DONE;
}

/* ---- swap, migration, devices ----------------------------------------------------- */

static enum step_result step_out(struct model *m, const struct step *s,
				 const struct rmap_ops *ops,
				 const struct rmap_ops *ops2)
{
	if (!is_anon(m) || m->kind == MEM_KSM || m->delayed ||
	    !all_mapped(m, s->mm, s->first, s->count))
		return STEP_NOT;
	if (!m->swapcache) {
		m->swapcache = m->nr_pages;
		ref_add(m, m->nr_pages);
	}
	for (int i = s->first; i < s->first + s->count; i++) {
		const bool exclusive = m->exclusive[i];
		int err = exclusive ?
			  ops->folio_try_share_anon_rmap_pte(m->folio, page_of(m, i)) : 0;

		if (answered(m, err, i, 1) == STEP_WRONG)
			return STEP_WRONG;
		if (err)
			return STEP_DONE;
		remove_ptes(m, s, ops2, i, 1);
		ref_add(m, -1);
		m->pte_entry[s->mm][i] = exclusive ? ENTRY_EXCLUSIVE : ENTRY_SHARED;
	}
	return STEP_DONE;
}

static enum step_result step_out_pmd(struct model *m, const struct step *s,
				     const struct rmap_ops *ops,
				     const struct rmap_ops *ops2)
{
	const bool exclusive = m->exclusive[0];
	int err = 0;

	if (mem_is_file(m->kind) || !m->pmd[s->mm])
		return STEP_NOT;
	if (exclusive && mem_is_hugetlb(m->kind))
		err = ops->hugetlb_try_share_anon_rmap(m->folio);
	else if (exclusive)
		err = ops->folio_try_share_anon_rmap_pmd(m->folio, page_of(m, 0));
	if (answered(m, err, 0, 1) == STEP_WRONG)
		return STEP_WRONG;
	if (err)
		return STEP_DONE;
	if (!m->swapcache) {
		m->swapcache = m->nr_pages;
		ref_add(m, m->nr_pages);
	}
	remove_pmd(m, s, ops2);
	ref_add(m, -1);
	m->pmd_entry[s->mm] = exclusive ? ENTRY_EXCLUSIVE : ENTRY_SHARED;
	return STEP_DONE;
}

/* A device's entry keeps the reference, and the page stays exclusive. */
static enum step_result device_in(struct model *m, const struct step *s,
				  const struct rmap_ops *ops)
{
	if (s->count != 1)
		return STEP_NOT;
	m->pte_entry[s->mm][s->first] = ENTRY_NONE;
	add_anon(m, s, ops, RMAP_NONE);
	return STEP_DONE;
}

static enum step_result step_in(struct model *m, const struct step *s,
				const struct rmap_ops *ops)
{
	const enum model_entry entry = m->pte_entry[s->mm][s->first];
	bool exclusive = entry == ENTRY_EXCLUSIVE;

	if (!entry || m->pmd[s->mm])
		return STEP_NOT;
	for (int i = s->first; i < s->first + s->count; i++)
		if (m->pte_entry[s->mm][i] != entry)
			return STEP_NOT;
	if (entry == ENTRY_DEVICE)
		return device_in(m, s, ops);

	/*
	 * As in do_swap_page(), the reference of the look-up becomes the
	 * mapping's.
	 */
	ref_add(m, 1);
	for (int i = s->first; i < s->first + s->count; i++)
		m->pte_entry[s->mm][i] = ENTRY_NONE;
	if (s->flag && !model_has_entries(m)) {
		ref_add(m, -m->swapcache);
		m->swapcache = 0;
	}
	exclusive |= atomic_read(&m->folio->_refcount) == 1;
	ref_add(m, s->count - 1);
	add_anon(m, s, ops, exclusive ? RMAP_EXCLUSIVE : RMAP_NONE);
	return STEP_DONE;
}

static enum step_result step_in_pmd(struct model *m, const struct step *s,
				    const struct rmap_ops *ops)
{
	const enum model_entry entry = m->pmd_entry[s->mm];
	const rmap_t flags = entry == ENTRY_EXCLUSIVE ? RMAP_EXCLUSIVE : RMAP_NONE;
	const unsigned long address = mem_address(&m->mms[s->mm], 0);
	struct vm_area_struct *vma = vma_of(m, s->mm);

	if (!entry)
		return STEP_NOT;
	ref_add(m, 1);
	model_calls(m, 0, false);
	if (mem_is_hugetlb(m->kind))
		ops->hugetlb_add_anon_rmap(m->folio, vma, address, flags);
	else
		ops->folio_add_anon_rmap_pmd(m->folio, page_of(m, 0), vma,
					     address, flags);
	m->pmd_entry[s->mm] = ENTRY_NONE;
	m->pmd[s->mm] = true;
	m->exclusive[0] |= !!flags;
	model_added(m, s->mm, m->nr_pages);
	return STEP_DONE;
}

static enum step_result step_drop_swap(struct model *m)
{
	if (!m->swapcache || model_has_entries(m))
		return STEP_NOT;
	ref_add(m, -m->swapcache);
	m->swapcache = 0;
	return STEP_DONE;
}

static enum step_result step_device(struct model *m, const struct step *s,
				    const struct rmap_ops *ops)
{
	if (!is_anon(m) || !m->pte[s->mm][s->first] || !m->exclusive[s->first])
		return STEP_NOT;
	remove_ptes(m, s, ops, s->first, 1);
	m->pte_entry[s->mm][s->first] = ENTRY_DEVICE;
	return STEP_DONE;
}

/* ---- references -------------------------------------------------------------------- */

static enum step_result step_reuse(struct model *m, const struct step *s)
{
	const bool mapped = m->order ? m->pmd[s->mm] : m->pte[s->mm][0];

	if (!is_anon(m) || m->kind == MEM_KSM || !mapped ||
	    atomic_read(&m->folio->_refcount) != 1)
		return STEP_NOT;
	SetPageAnonExclusive(page_of(m, 0));
	m->exclusive[0] = true;
	return STEP_DONE;
}

/*
 * A write fault on a page of a large folio, which a PTE maps. The kernel decides
 * by the MM IDs; it may not do so where another process has the folio, and must
 * where no other process ever had it.
 */
static enum step_result step_reuse_part(struct model *m, const struct step *s)
{
	const int i = s->first;
	int others = 0, mappings = 0;
	bool reuse;

	if (!EXPECT_MM_IDS || !m->order || !is_anon(m) || !m->pte[s->mm][i])
		return STEP_NOT;
	for (int mm = 0; mm < MODEL_MMS; mm++)
		for (int p = 0; p < m->nr_pages; p++)
			*(mm == s->mm ? &mappings : &others) += m->pte[mm][p];
	others += model_entire_mapcount(m);
	reuse = expect_reuse(m->folio);
	if (reuse ? others || mappings != model_refs(m) :
		    m->most_mms == 1 && mappings > 1 && !others && mappings == model_refs(m)) {
		model_wrong(m, "a write fault %s the folio, which has %d mappings of others and %d references",
			    reuse ? "reuses" : "copies", others, model_refs(m));
		return STEP_WRONG;
	}
	if (!reuse)
		return STEP_NOT;
	SetPageAnonExclusive(page_of(m, i));
	m->exclusive[i] = true;
	return STEP_DONE;
}

static enum step_result step_pin(struct model *m, const struct step *s, int nr)
{
	if (mem_is_file(m->kind) || m->kind == MEM_KSM || m->pins + nr < 0 ||
	    (nr > 0 && !m->pte[s->mm][s->first] && !m->pmd[s->mm]))
		return STEP_NOT;
	m->pins += nr;
	if (m->order)
		atomic_add(nr, &m->folio->_pincount);
	ref_add(m, nr * (m->order ? 1 : (int)GUP_PIN_COUNTING_BIAS));
	return STEP_DONE;
}

static enum step_result step_get(struct model *m, int nr)
{
	if (!model_refs(m) || m->gets + nr < 0)
		return STEP_NOT;
	m->gets += nr;
	ref_add(m, nr);
	return STEP_DONE;
}

/* It changes nothing of a folio that is mapped. */
static enum step_result step_layout(struct model *m, const struct step *s)
{
	if (!m->order || !shim_layouts_vary || shim_layout_none == s->flag)
		return STEP_NOT;
	shim_layout_none = s->flag;
	return STEP_DONE;
}

static enum step_result apply(struct model *m, const struct step *s)
{
	const struct rmap_ops *ops = impls[s->impl], *ops2 = impls[s->impl2];

	switch (s->kind) {
	case STEP_NEW:		return step_new(m, s, ops);
	case STEP_MAP:		return step_map(m, s, ops);
	case STEP_MAP_PMD:	return step_map_pmd(m, s, ops);
	case STEP_FORK:		return step_fork(m, s, ops);
	case STEP_FORK_PMD:	return step_fork_pmd(m, s, ops);
	case STEP_ZAP:		return step_zap(m, s, ops);
	case STEP_ZAP_PMD:	return step_zap_pmd(m, s, ops);
	case STEP_FLUSH:	return step_flush(m);
	case STEP_SPLIT_PMD:	return step_split_pmd(m, s, ops, ops2);
	case STEP_OUT:		return step_out(m, s, ops, ops2);
	case STEP_OUT_PMD:	return step_out_pmd(m, s, ops, ops2);
	case STEP_IN:		return step_in(m, s, ops);
	case STEP_IN_PMD:	return step_in_pmd(m, s, ops);
	case STEP_DROP_SWAP:	return step_drop_swap(m);
	case STEP_DEVICE:	return step_device(m, s, ops);
	case STEP_REUSE:	return step_reuse(m, s);
	case STEP_REUSE_PART:	return step_reuse_part(m, s);
	case STEP_PIN:		return step_pin(m, s, 1);
	case STEP_UNPIN:	return step_pin(m, s, -1);
	case STEP_GET:		return step_get(m, 1);
	case STEP_PUT:		return step_get(m, -1);
	case STEP_LAYOUT:	return step_layout(m, s);
	case NR_STEPS:
		break;
	}
	return STEP_NOT;
}

enum step_result step_apply(struct model *m, const struct step *s)
{
	enum step_result result;

	m->mlocks = 0;
	m->munlocks = 0;
	m->splits = 0;
	kernel_forget();
	model_takes_layout(m);
	result = apply(m, s);
	model_called();
	if (result == STEP_DONE && !model_agrees(m))
		result = STEP_WRONG;
	return result;
}
