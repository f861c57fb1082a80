// SPDX-License-Identifier: GPL-2.0
/*
 * The machine under mm/rmap_layout.c: see machine.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/rmap_layout.h>

struct machine machine;

/* What CPUs that are in an operation may have read. */
static struct {
	bool off;			/* the key */
	bool chosen[NR_RMAP_LAYOUTS];	/* with the key on */
} read;

void machine_check(bool ok, const char *what)
{
	if (!ok)
		fail_msg("%s", what);
}

/* Some CPU begins an operation now, and stays in it. */
void machine_step(void)
{
	if (!rmap_layout_key.on)
		read.off = true;
	else
		read.chosen[rmap_layout_chosen] = true;
	machine_check(!read.chosen[RMAP_LAYOUT_NONE] || !read.off,
		      "a folio may get no page mapcounts while an operation still counts in the other order");
}

bool machine_may_have_read(int layout)
{
	machine_step();
	return read.chosen[layout];
}

/* The operations that were under way end; others are under way by then. */
void synchronize_rcu(void)
{
	machine_step();
	if (machine.maps_late && read.chosen[RMAP_LAYOUT_NONE]) {
		machine.late++;
		rmap_layout_none[machine.cpu]++;
	}
	memset(&read, 0, sizeof(read));
	machine_step();
}

void machine_switch_key(bool on)
{
	machine_step();
	if (!on) {
		machine_check(!rmap_layout_nr_none(),
			      "the key goes off, and a folio has no page mapcounts");
		machine_check(!read.chosen[RMAP_LAYOUT_NONE],
			      "the key goes off, and a folio can still get no page mapcounts");
	}
	rmap_layout_key.on = on;
	machine_step();
}

int rmap_ops_let_layouts_vary(void)
{
	if (machine.refuses)
		return -EBUSY;
	machine_switch_key(true);
	return 0;
}

void machine_lock(struct mutex *mutex)
{
	machine_check(!mutex->locked, "deadlock");
	mutex->locked = true;
	machine_step();
}

void machine_unlock(struct mutex *mutex)
{
	machine_check(mutex->locked, "unlocked twice");
	machine_step();
	mutex->locked = false;
}

void machine_run_work(void)
{
	struct work_struct *work = machine.work;

	machine.work = NULL;
	if (work)
		work->function(work);
}

/* ---- one folio ------------------------------------------------------------- */
static bool at_rest(const struct folio *folio)
{
	int i;

	for (i = 0; i < FOLIO_PAGES; i++)
		if (atomic_read(&folio->pages[i]._mapcount) != -1)
			return false;
	return atomic_read(&folio->_entire_mapcount) == -1 &&
	       !atomic_read(&folio->_nr_pages_mapped);
}

int machine_add(atomic_t *v, int i)
{
	machine_check(atomic_read(&machine.folio->_large_mapcount) != -1,
		      "a counter changes, and the folio is not mapped by its large mapcount");
	v->value += i;
	return v->value;
}

/* A large mapcount is stored less one. */
void folio_set_large_mapcount(struct folio *folio, int mapcount, struct vm_area_struct *vma)
{
	(void)vma;
	machine_check(atomic_read(&folio->_large_mapcount) == -1, "a new folio is mapped already");
	folio->_large_mapcount.value = mapcount - 1;
}

/* Without a layout to choose, there must be a mapping. */
void folio_add_large_mapcount(struct folio *folio, int nr, struct vm_area_struct *vma)
{
	(void)vma;
	machine_check(atomic_read(&folio->_large_mapcount) != -1,
		      "the mapping that is duplicated is not counted");
	folio->_large_mapcount.value += nr;
}

int folio_raise_large_mapcount(struct folio *folio, int nr, struct vm_area_struct *vma)
{
	int now;

	(void)vma;
	folio->_large_mapcount.value += nr;
	now = atomic_read(&folio->_large_mapcount) + 1;
	if (now == nr) {
		machine_check(at_rest(folio), "a first mapping, and not all is at rest");
		__folio_choose_layout(folio);
	}
	return now;
}

int folio_lower_large_mapcount(struct folio *folio, int nr, struct vm_area_struct *vma)
{
	int left;

	(void)vma;
	folio->_large_mapcount.value -= nr;
	left = atomic_read(&folio->_large_mapcount) + 1;
	if (!left) {
		machine_check(at_rest(folio), "the last mapping went, and not all is at rest");
		__folio_forget_layout(folio);
		machine_check(!folio->_mm_ids, "the word of the MM IDs is not 0");
	}
	return left;
}

void machine_start(struct folio *folio)
{
	int i;

	memset(&machine, 0, sizeof(machine));
	memset(&read, 0, sizeof(read));
	memset(rmap_layout_none, 0, sizeof(rmap_layout_none));
	rmap_layout_key.on = false;
	rmap_layout_chosen = RMAP_LAYOUT_PAGE;
	machine.folio = folio;
	*folio = (struct folio){ ._large_mapcount = { -1 }, ._entire_mapcount = { -1 } };
	for (i = 0; i < FOLIO_PAGES; i++)
		folio->pages[i]._mapcount.value = -1;
}
