// SPDX-License-Identifier: GPL-2.0
/*
 * Which processes map a large folio: what the kernel promises, and nothing of
 * how it keeps that. The promises are those of folio_maybe_mapped_shared(), of
 * Documentation/mm/transhuge.rst, and of the checks of a page that is freed:
 *
 * - a folio that two processes map is never said to belong to one;
 * - if no more than two processes ever mapped it at a time, the answer is exact;
 * - each of the two slots has the ID and the mapcount of a process that maps the
 *   folio, or is free;
 * - a folio that nothing maps has no ID, no mapcount, and no flag.
 */
#include "expect.h"
#include "model.h"

/* The mappings of each process, and the number of processes that have one. */
static int count_mappings(const struct model *m, int mappings[MODEL_MMS])
{
	int mms = 0;

	for (int mm = 0; mm < MODEL_MMS; mm++) {
		mappings[mm] = m->pmd[mm];
		for (int i = 0; i < m->nr_pages; i++)
			mappings[mm] += m->pte[mm][i];
		mms += !!mappings[mm];
	}
	return mms;
}

static int mm_of(const struct model *m, mm_id_t id)
{
	for (int mm = 0; mm < MODEL_MMS; mm++)
		if (m->mms[mm].mm.mm_id == id)
			return mm;
	return -1;
}

/*
 * A slot may have missed mappings of its process, those that were made while
 * there was no free slot: so if more than two processes mapped the folio.
 */
static bool slot_agrees(struct model *m, int slot, const int mappings[MODEL_MMS])
{
	const mm_id_t id = folio_mm_id(m->folio, slot);
	const int knows = m->folio->_mm_id_mapcount[slot] + 1, mm = mm_of(m, id);

	if (id == MM_ID_DUMMY)
		return !knows ||
		       model_wrong(m, "slot %d is free, and has %d mappings", slot, knows);
	if (mm < 0)
		return model_wrong(m, "slot %d has the ID %u, which is nobody's", slot, id);
	if (knows < 1 || knows > mappings[mm] ||
	    (m->most_mms <= 2 && knows != mappings[mm]))
		return model_wrong(m, "slot %d has %d mappings of mm %d, which has %d", slot,
				   knows, mm, mappings[mm]);
	return true;
}

/* If two processes at most ever mapped it, each of them has its slot. */
static bool every_mm_has_a_slot(struct model *m, const int mappings[MODEL_MMS])
{
	for (int mm = 0; mm < MODEL_MMS && m->most_mms <= 2; mm++)
		if (mappings[mm] && folio_mm_id(m->folio, 0) != m->mms[mm].mm.mm_id &&
		    folio_mm_id(m->folio, 1) != m->mms[mm].mm.mm_id)
			return model_wrong(m, "mm %d maps the folio, and has no slot", mm);
	return true;
}

static bool mms_agree(struct model *m, int mms)
{
	const bool shared = shim_large_mapcount(m->folio) > 1 &&
			    m->folio->_mm_ids & FOLIO_MM_IDS_SHARED_BIT;

	if (shared ? mms == 1 && m->most_mms <= 2 : mms > 1)
		return model_wrong(m, "%d processes map the folio, at most there were %d: %sshared",
				   mms, m->most_mms, shared ? "" : "not ");
	if (folio_mm_id(m->folio, 0) && folio_mm_id(m->folio, 0) == folio_mm_id(m->folio, 1))
		return model_wrong(m, "both slots have the same ID");
	return true;
}

bool expect_mm_ids(struct model *m)
{
	int mappings[MODEL_MMS], mms;
	const char *why;

	if (!m->order || mem_is_hugetlb(m->kind))
		return true;
	if (shim_large_mapcount_is_locked(m->folio))
		return model_wrong(m, "_large_mapcount is still locked");
	mms = count_mappings(m, mappings);
	if (!mms) {
		m->most_mms = 0;
		why = expect_freed(m->folio);
		return !why || model_wrong(m, "nothing maps the folio: %s", why);
	}
	if (mms > m->most_mms)
		m->most_mms = mms;
	return mms_agree(m, mms) && slot_agrees(m, 0, mappings) &&
	       slot_agrees(m, 1, mappings) && every_mm_has_a_slot(m, mappings);
}
