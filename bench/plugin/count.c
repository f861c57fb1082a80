// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plugin that counts what is executed between two markers.
 *
 *   -plugin count.so,page=FILE[,lines=on][,blocks=FILE]
 *
 * FILE backs a shared-memory device of the guest. The counts of a region are in
 * it when the end marker has been executed. The other file receives the blocks
 * that ran. Only one CPU is counted.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "region.h"
#include "blocks.h"
#include "decode.h"
#include "lines.h"
#include "qemu_api.h"

QEMU_EXPORT int qemu_plugin_version = QEMU_API_VERSION;

/* The code that QEMU generates updates these without a call. */
struct counters {
	uint64_t all;		/* elements of repeated instructions, too */
	uint64_t repeated;
	uint64_t locked;
};

static struct qemu_plugin_scoreboard *score;
static struct region_counts *page;
static bool want_lines, want_blocks;

static struct counters at_begin;
static bool in_region;

static qemu_plugin_u64 counter(size_t offset)
{
	return (qemu_plugin_u64){ .score = score, .offset = offset };
}

static struct counters read_counters(unsigned int vcpu)
{
	return (struct counters){
		.all = qemu_plugin_u64_get(counter(offsetof(struct counters, all)), vcpu),
		.repeated = qemu_plugin_u64_get(counter(offsetof(struct counters, repeated)), vcpu),
		.locked = qemu_plugin_u64_get(counter(offsetof(struct counters, locked)), vcpu),
	};
}

static void region_begin(unsigned int vcpu, void *unused)
{
	(void)unused;
	at_begin = read_counters(vcpu);
	if (want_lines)
		lines_clear();
	in_region = true;
}

static void region_end(unsigned int vcpu, void *unused)
{
	struct counters now = read_counters(vcpu);

	(void)unused;
	if (!in_region)
		return;
	in_region = false;
	page->instructions = (now.all - at_begin.all) -
			     (now.repeated - at_begin.repeated);
	page->locked = now.locked - at_begin.locked;
	page->lines = want_lines ? lines_nr() : 0;
	page->nr_regions++;
	if (want_blocks)
		blocks_end(page->nr_regions);
}

static void touched(unsigned int vcpu, qemu_plugin_meminfo_t info,
		    uint64_t address, void *unused)
{
	struct qemu_plugin_hwaddr *where;

	(void)vcpu;
	(void)unused;
	if (!in_region)
		return;
	where = qemu_plugin_get_hwaddr(info, address);
	if (where && !qemu_plugin_hwaddr_is_io(where))
		lines_add(qemu_plugin_hwaddr_phys_addr(where) >> LINE_SHIFT);
}

static void count_in(struct qemu_plugin_insn *insn, size_t offset)
{
	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn,
							    QEMU_PLUGIN_INLINE_ADD_U64,
							    counter(offset), 1);
}

static enum decode_kind instrument(struct qemu_plugin_insn *insn)
{
	uint8_t code[DECODE_MAX];
	size_t size = qemu_plugin_insn_data(insn, code, sizeof(code));
	enum decode_kind kind = decode(code, size);

	count_in(insn, offsetof(struct counters, all));
	switch (kind) {
	case DECODE_LOCKED:
		count_in(insn, offsetof(struct counters, locked));
		break;
	case DECODE_REPEATED:
		count_in(insn, offsetof(struct counters, repeated));
		break;
	case DECODE_BEGIN:
		qemu_plugin_register_vcpu_insn_exec_cb(insn, region_begin,
						       QEMU_PLUGIN_CB_NO_REGS, NULL);
		break;
	case DECODE_END:
		qemu_plugin_register_vcpu_insn_exec_cb(insn, region_end,
						       QEMU_PLUGIN_CB_NO_REGS, NULL);
		break;
	case DECODE_PLAIN:
		break;
	}
	if (want_lines)
		qemu_plugin_register_vcpu_mem_cb(insn, touched,
						 QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW, NULL);
	return kind;
}

static void block_runs(unsigned int vcpu, void *block)
{
	(void)vcpu;
	if (in_region)
		blocks_ran(block);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	uint32_t nr[DECODE_END + 1] = { 0 }, all = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < all; i++)
		nr[instrument(qemu_plugin_tb_get_insn(tb, i))]++;
	if (want_blocks)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, block_runs,
						     QEMU_PLUGIN_CB_NO_REGS,
						     blocks_find(qemu_plugin_tb_vaddr(tb),
								 all - nr[DECODE_REPEATED],
								 nr[DECODE_LOCKED]));
}

static int page_map(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *at;

	if (fd < 0)
		return -1;
	at = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED,
		  fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return -1;
	page = at;
	*page = (struct region_counts){
		.magic = REGION_MAGIC,
		.has_lines = want_lines,
	};
	return 0;
}

QEMU_EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
				    const qemu_info_t *info,
				    int argc, char **argv)
{
	const char *path = NULL, *blocks = NULL;

	if (!info->system_emulation || info->system.max_vcpus != 1 ||
	    strcmp(info->target_name, "x86_64")) {
		fputs("plugin: counts an x86-64 machine with one CPU\n", stderr);
		return -1;
	}
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "page=", 5))
			path = argv[i] + 5;
		else if (!strcmp(argv[i], "lines=on"))
			want_lines = true;
		else if (!strncmp(argv[i], "blocks=", 7))
			blocks = argv[i] + 7;
	}
	if (!path || page_map(path)) {
		perror("plugin: page=FILE");
		return -1;
	}
	want_blocks = blocks;
	if (blocks && blocks_open(blocks)) {
		perror("plugin: blocks=FILE");
		return -1;
	}
	score = qemu_plugin_scoreboard_new(sizeof(struct counters));
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
