// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/page_ref.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/swap.h>

#include "instead.h"
#include "space.h"

/* ---- what is called instead ------------------------------------------------------ */

/* Caches of objects were never made, so nobody knows their size. */
#define OBJECT_SIZE	(16 * 1024)

static void *alloc_object(void)
{
	return memory_alloc(OBJECT_SIZE);
}

static void *alloc_percpu_object(size_t size)
{
	return memory_alloc(size);
}

static void *alloc_sized(size_t size)
{
	return memory_alloc(size);
}

static void free_nothing(void) { }

/* mmu_gather takes a page for what does not fit into its own array. */
static unsigned long spare_pages[64];
static int nr_spare_pages;

static unsigned long take_page(void)
{
	if (nr_spare_pages)
		return spare_pages[--nr_spare_pages];
	return (unsigned long)memory_alloc(PAGE_SIZE);
}

static void give_page(unsigned long page)
{
	if (nr_spare_pages == ARRAY_SIZE(spare_pages))
		side_fail("too many pages were freed");
	spare_pages[nr_spare_pages++] = page;
}

/* Folios are not freed: they lose what the mappings held. */
static void drop_references(struct encoded_page **pages, int nr)
{
	for (int i = 0; i < nr; i++) {
		struct folio *folio = page_folio(encoded_page_ptr(pages[i]));
		unsigned int refs = 1;

		if (encoded_page_flags(pages[i]) & ENCODED_PAGE_BIT_NR_PAGES_NEXT)
			refs = encoded_nr_pages(pages[++i]);
		folio_ref_sub(folio, refs);
	}
}

static void message(const char *fmt, ...)
{
	char text[256];
	va_list args;

	fmt = printk_skip_level(fmt);
	/* There is no table of symbols to print a pointer with. */
	if (strstr(fmt, "%p")) {
		side_message(fmt);
		return;
	}
	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	side_message(text);
}

/* ---- the table ---------------------------------------------------------------------- */

/*
 * No CPU has a TLB entry of these address spaces, nothing is ever freed, and what
 * would be printed goes to standard error. Allocation is only for booting, but
 * for one page of mmu_gather. Some of these exist in one host only.
 */
#define REPLACED(OP)							\
	OP(free_pages_and_swap_cache, drop_references)			\
	OP(flush_tlb_mm_range, free_nothing)				\
	OP(get_free_pages_noprof, take_page)				\
	OP(free_pages, give_page)					\
	OP(pcpu_alloc_noprof, alloc_percpu_object)			\
	OP(__kmalloc_noprof, alloc_sized)				\
	OP(__kmalloc_node_noprof, alloc_sized)				\
	OP(__kmalloc_cache_noprof, alloc_object)			\
	OP(__kmalloc_cache_node_noprof, alloc_object)			\
	OP(kmem_cache_alloc_noprof, alloc_object)			\
	OP(kmem_cache_alloc_node_noprof, alloc_object)			\
	OP(kmem_cache_alloc_lru_noprof, alloc_object)			\
	OP(_printk, message)						\
	OP(__warn_printk, message)

#define DECLARE_REPLACED(name, with) extern char replaced_##name[] asm(#name) __weak;
REPLACED(DECLARE_REPLACED)

static const struct {
	char *function;
	void *instead;
} replaced[] = {
#define REPLACED_ROW(name, with) { replaced_##name, with },
	REPLACED(REPLACED_ROW)
};

/* jmp INSTEAD */
static void replace(char *function, void *instead)
{
	const s32 distance = (char *)instead - (function + 5);

	function[0] = 0xe9;
	memcpy(function + 1, &distance, sizeof(distance));
}

void instead_install(void)
{
	for (int i = 0; i < ARRAY_SIZE(replaced); i++)
		if (replaced[i].function)
			replace(replaced[i].function, replaced[i].instead);
}
