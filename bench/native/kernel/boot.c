// SPDX-License-Identifier: GPL-2.0
/*
 * What a kernel does when it boots, as far as the measured functions need it:
 * code is patched as on a CPU without any optional feature, there is one CPU and
 * one node, and one memory cgroup, the root.
 */
#include <linux/cgroup.h>
#include <linux/jump_label.h>
#include <linux/memcontrol.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/static_call.h>
#include <linux/vmstat.h>
#include <asm/cpufeature.h>

#include "host_bench.h"
#include "instead.h"
#include "space.h"
#include "undeclared.h"

static void boot_cpu(void)
{
	init_cpu_possible(cpumask_of(0));
	set_cpu_online(0, true);
	set_nr_cpu_ids(1);
	set_cpu_cap(&boot_cpu_data, X86_FEATURE_ALWAYS);
	setup_clear_cpu_cap(X86_FEATURE_LA57);
}

/* As alternative_instructions(), static_call_init() and jump_label_init() do. */
static void boot_patch(void)
{
	jump_label_init();
	static_call_init();
	apply_alternatives(__alt_instructions, __alt_instructions_end);
}

/*
 * Statistics of each CPU may differ from the node's by so much as on a node that has
 * this much memory: `lab/run bench` gives a guest 3 GiB, on two emulated nodes.
 */
#define NODE_PAGES	((3UL << (30 - PAGE_SHIFT)) / 2)

static void boot_node(unsigned long nr_pages)
{
	struct pglist_data *node = memory_alloc(sizeof(*node));

	node->per_cpu_nodestats = memory_alloc(sizeof(struct per_cpu_nodestat));
	node->nr_zones = MAX_NR_ZONES;
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		node->node_zones[i].zone_pgdat = node;
		node->node_zones[i].per_cpu_zonestats =
			memory_alloc(sizeof(struct per_cpu_zonestat));
	}
	node->node_zones[ZONE_NORMAL].present_pages = NODE_PAGES;
	atomic_long_set(&node->node_zones[ZONE_NORMAL].managed_pages, NODE_PAGES);
	node_data[0] = node;
	highest_memmap_pfn = nr_pages - 1;
	nodes_clear(node_possible_map);
	node_set(0, node_possible_map);
	node_set_online(0);
	nr_node_ids = 1;
	refresh_zone_stat_thresholds();
}

static void boot_memcg(void)
{
	struct cgroup_subsys_state *css = memory_cgrp_subsys.css_alloc(NULL);

	if (IS_ERR_OR_NULL(css))
		side_fail("there is no memory cgroup");
	css->cgroup = &cgrp_dfl_root.cgrp;
	css->ss = &memory_cgrp_subsys;
	if (host_rstat_init(css))
		side_fail("the memory cgroup has no statistics");
	folios_memcg_data = host_memcg_data(root_mem_cgroup);
}

void side_boot(void *memory, unsigned long memory_size, void *struct_pages)
{
	instead_install();
	memory_init(memory, memory_size, struct_pages);
	boot_cpu();
	boot_patch();
	boot_node(memory_size >> PAGE_SHIFT);
	boot_memcg();
}
