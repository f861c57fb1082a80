// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "caches.h"
#include "lines.h"
#include "memory.h"
#include "turns.h"

/*
 * Where struct pages are, with four levels of page tables and without KASLR, and how
 * large they are: Documentation/arch/x86/x86_64/mm.rst, vmemmap_base. If they are
 * elsewhere no access to a watched one is counted, which the guest notices.
 */
#define STRUCT_PAGES		0xffffea0000000000ull
#define STRUCT_PAGE_SIZE	64

/* A busy host may leave a thread of QEMU's without a CPU for some time. */
#define PATIENCE_MS	500

static enum region_counting counting;
static bool in_region;

/* The warm caches see all that happens, but for the boot. */
static struct caches *warm, *cold;
static bool is_warm;
static uint64_t warm_before[REGION_LEVELS], cold_before[REGION_LEVELS];

/* Addresses of the watched struct pages. */
static uint64_t watch_begin, watch_end;

static void sleeps(qemu_plugin_id_t id, unsigned int vcpu)
{
	(void)id;
	turns_sleep(vcpu);
}

static int caches_init(const char *text)
{
	warm = caches_new(text ? text : CACHES_DEFAULT);
	cold = caches_new(text ? text : CACHES_DEFAULT);
	if (warm && cold)
		return 0;
	fputs("plugin: sizes=SIZE/WAYS:SIZE/WAYS:SIZE/WAYS, as in " CACHES_DEFAULT
	      "\n", stderr);
	return -1;
}

int memory_init(qemu_plugin_id_t id, const struct memory_wish *wish,
		unsigned int nr_cpus)
{
	counting = wish->counting;
	if (counting == REGION_CACHES)
		return caches_init(wish->caches);
	if (counting != REGION_TRANSFERS)
		return 0;
	if (!wish->turn || nr_cpus > DIRECTORY_CPUS) {
		fprintf(stderr, "plugin: a turn has 1 access or more; %d CPUs at most\n",
			DIRECTORY_CPUS);
		return -1;
	}
	turns_init(nr_cpus, wish->turn, PATIENCE_MS);
	qemu_plugin_register_vcpu_idle_cb(id, sleeps);
	return 0;
}

static void count(unsigned int vcpu, uint64_t line, uint64_t address, bool is_write)
{
	switch (counting) {
	case REGION_CACHES:
		caches_access(warm, line);
		if (in_region) {
			caches_access(cold, line);
			lines_add(line);
		}
		break;
	case REGION_LINES:
		lines_add(line);
		break;
	case REGION_TRANSFERS:
		turns_note(vcpu, line, is_write,
			   address >= watch_begin && address < watch_end);
		break;
	case REGION_INSTRUCTIONS:
		break;
	}
}

static void touched(unsigned int vcpu, qemu_plugin_meminfo_t info,
		    uint64_t address, void *unused)
{
	struct qemu_plugin_hwaddr *where;

	(void)unused;
	if (!in_region && !is_warm)
		return;
	where = qemu_plugin_get_hwaddr(info, address);
	if (where && !qemu_plugin_hwaddr_is_io(where))
		count(vcpu, qemu_plugin_hwaddr_phys_addr(where) >> LINE_SHIFT,
		      address, qemu_plugin_mem_is_store(info));
}

/*
 * QEMU reports a locked instruction as a read and a write. Between CPUs it is one
 * access: nobody comes in between.
 */
void memory_instrument(struct qemu_plugin_insn *insn, bool is_locked)
{
	enum qemu_plugin_mem_rw rw = QEMU_PLUGIN_MEM_RW;

	if (counting == REGION_INSTRUCTIONS)
		return;
	if (counting == REGION_TRANSFERS && is_locked)
		rw = QEMU_PLUGIN_MEM_W;
	qemu_plugin_register_vcpu_mem_cb(insn, touched, QEMU_PLUGIN_CB_NO_REGS,
					 rw, NULL);
}

void memory_begin(const struct region_counts *page)
{
	if (counting == REGION_LINES || counting == REGION_CACHES)
		lines_clear();
	if (counting == REGION_CACHES) {
		caches_clear(cold);
		memcpy(warm_before, caches_misses(warm), sizeof(warm_before));
		memcpy(cold_before, caches_misses(cold), sizeof(cold_before));
		is_warm = true;
	}
	if (counting == REGION_TRANSFERS) {
		watch_begin = STRUCT_PAGES + page->watch_pfn * STRUCT_PAGE_SIZE;
		watch_end = watch_begin + page->watch_nr * STRUCT_PAGE_SIZE;
		turns_begin();
	}
	in_region = true;
}

static void write_misses(struct region_counts *page)
{
	for (int i = 0; i < REGION_LEVELS; i++) {
		page->warm[i] = caches_misses(warm)[i] - warm_before[i];
		page->cold[i] = caches_misses(cold)[i] - cold_before[i];
	}
}

void memory_end(struct region_counts *page, unsigned int vcpu)
{
	struct turns_counts turns;

	in_region = false;
	if (counting == REGION_LINES || counting == REGION_CACHES)
		page->lines = lines_nr();
	if (counting == REGION_CACHES)
		write_misses(page);
	if (counting != REGION_TRANSFERS)
		return;
	turns = turns_end(vcpu);
	page->transfers = turns.all.transfers;
	page->invalidations = turns.all.invalidations;
	page->folio_accesses = turns.watched.accesses;
	page->folio_transfers = turns.watched.transfers;
	page->folio_invalidations = turns.watched.invalidations;
	page->slips = turns.slips;
}
