/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_VMSTAT_H
#define _LINUX_VMSTAT_H
/* The program that links the sources keeps the statistics. */

#include <linux/mm.h>

enum node_stat_item {
	NR_ANON_MAPPED,
	NR_FILE_MAPPED,
	NR_FILE_PMDMAPPED,
	NR_SHMEM_PMDMAPPED,
	NR_ANON_THPS,
	NR_SHIM_STATS
};

enum mthp_stat_item {
	MTHP_STAT_NR_ANON,
};

struct pglist_data;

void SHIM_MOD_STAT(struct folio *folio, enum node_stat_item idx, int val);
void __mod_node_page_state(struct pglist_data *pgdat, enum node_stat_item item,
			   long delta);
void mod_mthp_stat(int order, enum mthp_stat_item item, int delta);

#define folio_pgdat(folio)	((struct pglist_data *)NULL)

#endif
