// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/memcontrol.h>
#include <linux/percpu_counter.h>
#include <linux/rmap.h>
#include <linux/sched/mm.h>
#include <asm/pgalloc.h>

#include "host_bench.h"
#include "space.h"

/* ---- memory ------------------------------------------------------------------ */

unsigned long folios_memcg_data;

static unsigned long memory_start, memory_used, memory_end;

/* The direct map is where the memory is, as if it began with frame 0. */
void memory_init(void *memory, unsigned long size, void *struct_pages)
{
	page_offset_base = (unsigned long)memory;
	vmemmap_base = (unsigned long)struct_pages;
	memory_start = (unsigned long)memory;
	memory_end = memory_start + size;
	memory_used = memory_start + WORK_MAX_TABLES * PMD_SIZE + PMD_SIZE;
}

struct page *memory_folio_pages(void)
{
	return pfn_to_page(PTRS_PER_PTE);
}

void *memory_alloc(unsigned long size)
{
	void *p = (void *)memory_used;

	memory_used += ALIGN(size, PAGE_SIZE);
	if (memory_used > memory_end)
		side_fail("no memory is left");
	memset(p, 0, size);
	return p;
}

/* ---- address spaces ------------------------------------------------------------ */

/* Anonymous, private, read and written. */
static void space_init_vma(struct space *space)
{
	struct vm_area_struct *vma = &space->vma;

	vma->vm_mm = space->mm;
	vma->vm_start = SPACE_START;
	vma->vm_pgoff = SPACE_START >> PAGE_SHIFT;
	vm_flags_init(vma, VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
}

/* All blocks are below one PUD entry. */
static void space_init_tables(struct space *space)
{
	struct mm_struct *mm = space->mm;
	pgd_t *pgd;
	p4d_t *p4d;
	pud_t *pud;

	mm->pgd = memory_alloc(PAGE_SIZE);
	pgd = pgd_offset(mm, SPACE_START);
	if (pgtable_l5_enabled())
		pgd_populate(mm, pgd, memory_alloc(PAGE_SIZE));
	p4d = p4d_offset(pgd, SPACE_START);
	p4d_populate(mm, p4d, memory_alloc(PAGE_SIZE));
	pud = pud_offset(p4d, SPACE_START);
	space->pmds = memory_alloc(PAGE_SIZE);
	pud_populate(mm, pud, space->pmds);
	for (int i = 0; i < WORK_MAX_TABLES; i++)
		space->tables[i] = memory_alloc(PAGE_SIZE);
}

struct space *space_new(void)
{
	static struct anon_vma *anon_vma;
	static unsigned int id;
	struct space *space = memory_alloc(sizeof(*space));

	if (!anon_vma)
		anon_vma = memory_alloc(sizeof(*anon_vma));
	anon_vma->root = anon_vma;
	space->vma.anon_vma = anon_vma;
	/* It ends with a set of CPUs. */
	space->mm = memory_alloc(sizeof(*space->mm) + cpumask_size());
	spin_lock_init(&space->mm->page_table_lock);
	if (percpu_counter_init_many(space->mm->rss_stat, 0, GFP_KERNEL, NR_MM_COUNTERS))
		side_fail("an address space has no counters");
	host_set_mm_id(space->mm, id++);
	space_init_vma(space);
	space_init_tables(space);
	return space;
}

void space_clear(struct space *space, unsigned long nr_pages)
{
	space->vma.vm_end = SPACE_START + nr_pages * PAGE_SIZE;
	for (int i = 0; i * PTRS_PER_PTE < nr_pages; i++) {
		memset(space->tables[i], 0, PAGE_SIZE);
		pmd_populate(space->mm, space->pmds + i, virt_to_page(space->tables[i]));
	}
}

void space_reserve_pmds(struct space *space, unsigned int nr_blocks)
{
	for (unsigned int i = 0; i < nr_blocks; i++) {
		pmd_t *pmd = space->pmds + i;
		spinlock_t *ptl = pmd_lock(space->mm, pmd);

		pmd_clear(pmd);
		pgtable_trans_huge_deposit(space->mm, pmd, virt_to_page(space->tables[i]));
		spin_unlock(ptl);
	}
}

/* ---- folios -------------------------------------------------------------------- */

static struct folio *folio_make(struct page *page, unsigned int order, int nr_refs)
{
	struct folio *folio = (struct folio *)page;

	for (int i = 0; i < 1 << order; i++) {
		memset(page + i, 0, sizeof(*page));
		atomic_set(&page[i]._mapcount, -1);
	}
	if (order) {
		prep_compound_page(page, order);
		folio_set_large_rmappable(folio);
	}
	folio->memcg_data = folios_memcg_data;
	folio_set_count(folio, nr_refs);
	__folio_set_swapbacked(folio);
	__folio_mark_uptodate(folio);
	folio_set_lru(folio);
	return folio;
}

static pgprot_t space_prot(const struct space *space)
{
	return space->vma.vm_page_prot;
}

void space_fill(struct space *space, unsigned int order, unsigned long nr_pages)
{
	struct page *page = memory_folio_pages();
	const int nr = 1 << order;

	if (order == HPAGE_PMD_ORDER) {
		const unsigned int nr_blocks = nr_pages / HPAGE_PMD_NR;

		space_fill_pmds(space, nr_blocks);
		space_split_pmds(space, nr_blocks);
		return;
	}
	for (unsigned long i = 0; i < nr_pages; i += nr) {
		const unsigned long addr = SPACE_START + i * PAGE_SIZE;
		struct folio *folio = folio_make(page + i, order, nr);
		pte_t *ptep = space->tables[i / PTRS_PER_PTE] + i % PTRS_PER_PTE;
		pte_t pte = mk_pte(page + i, space_prot(space));

		rcu_read_lock();
		folio_add_new_anon_rmap(folio, &space->vma, addr, RMAP_EXCLUSIVE);
		rcu_read_unlock();
		pte = pte_mkwrite(pte_mkdirty(pte), &space->vma);
		set_ptes(space->mm, addr, ptep, pte, nr);
	}
}

void space_fill_pmds(struct space *space, unsigned int nr_blocks)
{
	struct page *page = memory_folio_pages();

	space_reserve_pmds(space, nr_blocks);
	for (unsigned int i = 0; i < nr_blocks; i++, page += HPAGE_PMD_NR) {
		const unsigned long addr = SPACE_START + i * PMD_SIZE;
		struct folio *folio = folio_make(page, HPAGE_PMD_ORDER, 1);
		pmd_t pmd = pmd_mkhuge(pfn_pmd(page_to_pfn(page), space_prot(space)));

		rcu_read_lock();
		folio_add_new_anon_rmap(folio, &space->vma, addr, RMAP_EXCLUSIVE);
		rcu_read_unlock();
		pmd = pmd_mkwrite(pmd_mkdirty(pmd), &space->vma);
		set_pmd_at(space->mm, addr, space->pmds + i, pmd);
	}
}

/* ---- what is measured ------------------------------------------------------------ */

void space_split_pmds(struct space *space, unsigned int nr_blocks)
{
	for (unsigned int i = 0; i < nr_blocks; i++)
		host_split_pmd(&space->vma, space->pmds + i, SPACE_START + i * PMD_SIZE);
}

void space_fork(struct space *child, struct space *parent)
{
	if (copy_page_range(&child->vma, &parent->vma))
		side_fail("copy_page_range() failed");
}

void space_zap(struct space *space)
{
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, space->mm);
	host_zap(&tlb, &space->vma, space->vma.vm_start, space->vma.vm_end);
	tlb_finish_mmu(&tlb);
}
