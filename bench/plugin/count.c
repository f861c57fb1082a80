// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plugin that counts what is executed between two markers.
 *
 *   -plugin count.so,page=FILE[,memory=lines|caches|transfers][,blocks=FILE]
 *
 * FILE backs a shared-memory device of the guest. The counts of a region are in
 * it when the end marker has been executed. The other file receives the blocks
 * that ran. With memory=transfers, the machine may have several CPUs, and
 * turn=N says how many accesses of each make a turn (turns.h). With
 * memory=caches, sizes= has the sizes of the simulated caches (caches.h).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "region.h"
#include "blocks.h"
#include "decode.h"
#include "memory.h"
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
static bool want_blocks;

static struct counters at_begin;
static bool in_region;

static qemu_plugin_u64 counter(size_t offset)
{
	return (qemu_plugin_u64){ .score = score, .offset = offset };
}

/* Of all CPUs. */
static struct counters read_counters(void)
{
	return (struct counters){
		.all = qemu_plugin_u64_sum(counter(offsetof(struct counters, all))),
		.repeated = qemu_plugin_u64_sum(counter(offsetof(struct counters, repeated))),
		.locked = qemu_plugin_u64_sum(counter(offsetof(struct counters, locked))),
	};
}

static void region_begin(unsigned int vcpu, void *unused)
{
	(void)vcpu;
	(void)unused;
	at_begin = read_counters();
	memory_begin(page);
	in_region = true;
}

static void region_end(unsigned int vcpu, void *unused)
{
	struct counters now = read_counters();

	(void)unused;
	if (!in_region)
		return;
	in_region = false;
	page->instructions = (now.all - at_begin.all) -
			     (now.repeated - at_begin.repeated);
	page->locked = now.locked - at_begin.locked;
	memory_end(page, vcpu);
	page->nr_regions++;
	if (want_blocks)
		blocks_end(page->nr_regions);
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
	memory_instrument(insn, kind == DECODE_LOCKED);
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

static int page_map(const char *path, enum region_counting counting)
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
		.counting = counting,
	};
	return 0;
}

struct options {
	const char *page;
	const char *blocks;
	struct memory_wish memory;
};

static bool parse_memory(enum region_counting *counting, const char *word)
{
	static const char *const words[] = {
		[REGION_LINES] = "lines",
		[REGION_CACHES] = "caches",
		[REGION_TRANSFERS] = "transfers",
	};

	for (int i = REGION_LINES; i <= REGION_TRANSFERS; i++) {
		if (strcmp(word, words[i]))
			continue;
		*counting = i;
		return true;
	}
	return false;
}

static bool parse_option(struct options *options, const char *arg)
{
	const char *value = strchr(arg, '=');

	if (!value)
		return false;
	value++;
	if (!strncmp(arg, "page=", 5))
		options->page = value;
	else if (!strncmp(arg, "blocks=", 7))
		options->blocks = value;
	else if (!strncmp(arg, "sizes=", 6))
		options->memory.caches = value;
	else if (!strncmp(arg, "turn=", 5))
		options->memory.turn = strtoul(value, NULL, 10);
	else
		return !strncmp(arg, "memory=", 7) &&
		       parse_memory(&options->memory.counting, value);
	return true;
}

static bool parse_options(struct options *options, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (parse_option(options, argv[i]))
			continue;
		fprintf(stderr, "plugin: there is no option '%s'\n", argv[i]);
		return false;
	}
	return true;
}

/* Blocks, too, are counted without a lock. */
static bool can_count(const qemu_info_t *info, const struct options *options)
{
	const bool several = options->memory.counting == REGION_TRANSFERS &&
			     !options->blocks;

	if (info->system_emulation && !strcmp(info->target_name, "x86_64") &&
	    (several || info->system.max_vcpus == 1))
		return true;
	fputs("plugin: counts an x86-64 machine, with one CPU if it is not for transfers\n",
	      stderr);
	return false;
}

QEMU_EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
				    const qemu_info_t *info,
				    int argc, char **argv)
{
	struct options options = {
		.memory = { .counting = REGION_INSTRUCTIONS, .turn = 256 },
	};

	if (!parse_options(&options, argc, argv) || !can_count(info, &options) ||
	    memory_init(id, &options.memory, info->system.max_vcpus))
		return -1;
	if (!options.page || page_map(options.page, options.memory.counting)) {
		perror("plugin: page=FILE");
		return -1;
	}
	want_blocks = options.blocks;
	if (want_blocks && blocks_open(options.blocks)) {
		perror("plugin: blocks=FILE");
		return -1;
	}
	score = qemu_plugin_scoreboard_new(sizeof(struct counters));
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
