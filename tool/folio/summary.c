// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "cli/text.h"
#include "folio/sizes.h"
#include "folio/summary.h"
#include "help.h"
#include "kernel/smaps.h"

enum by {
	BY_NOTHING,
	BY_VMA,
	BY_PROCESS,
};

/* A row, and what it is about. */
struct summary_row {
	struct sizes_row row;
	uint64_t pid;
	const char *comm;
	uint64_t start;
	uint64_t end;
	const char *name;
};

#define FIELD(member, what_, type_) {					\
	.key = #member, .label = #member, .what = what_, .type = type_,	\
	.offset = offsetof(struct summary_row, member),			\
}

static const struct out_field process_fields[] = {
	FIELD(pid, "the process; only with --processes", OUT_U64),
	FIELD(comm, "its name", OUT_STR),
	SIZES_FIELDS,
};

#define NR_PROCESS_FIELDS	2

static const struct out_field vma_fields[] = {
	FIELD(start, "the first address of the VMA; only with --vmas", OUT_U64),
	FIELD(end, "the address behind it", OUT_U64),
	FIELD(name, "what is mapped there, as in /proc/PID/maps", OUT_STR),
	SIZES_FIELDS,
};

static const struct out_desc process_desc = {
	.fields = process_fields,
	.nr_fields = ARRAY_SIZE(process_fields),
};

static const struct out_desc vma_desc = {
	.fields = vma_fields,
	.nr_fields = ARRAY_SIZE(vma_fields),
};

/**
 * struct summary - what has been found
 * @sizes: since the last VMA or process began
 * @by: what begins anew
 * @smaps: BY_VMA: all of them
 * @vma: and the number of the current one
 * @pid: BY_PROCESS: the current one; 0: all of them
 * @comm: its name
 * @has_header: there is a line above the rows
 */
static struct summary {
	struct sizes sizes;
	enum by by;
	struct smaps smaps;
	size_t vma;
	uint64_t pid;
	char comm[64];
	bool has_header;
} summary;

/* ---- what is printed ---- */

static void put_cells(FILE *to, char cells[SIZES_COLUMNS][SIZES_CELL])
{
	for (unsigned int i = 0; i < SIZES_COLUMNS; i++)
		fprintf(to, "%*s", sizes_width(i), cells[i]);
	fputc('\n', to);
}

static const struct smaps_vma *current_vma(void)
{
	return summary.by == BY_VMA && summary.vma < summary.smaps.nr ?
	       &summary.smaps.vmas[summary.vma] : NULL;
}

/* What the rows below it are about. */
static void put_heading(FILE *to)
{
	const struct smaps_vma *vma = current_vma();
	char cells[SIZES_COLUMNS][SIZES_CELL];

	if (!summary.has_header) {
		sizes_heads(cells);
		put_cells(to, cells);
		summary.has_header = true;
	}
	if (vma) {
		fprintf(to, "\n0x%" PRIx64 "-0x%" PRIx64 "  ", vma->vma.start,
			vma->vma.last + 1);
		text_put(to, vma->name);
		fputc('\n', to);
	} else if (summary.by == BY_PROCESS && summary.pid) {
		fprintf(to, "\nprocess %" PRIu64 "  ", summary.pid);
		text_put(to, summary.comm);
		fputc('\n', to);
	} else if (summary.by == BY_PROCESS) {
		fputs("\nall of them, each folio once\n", to);
	}
}

static void put_row(FILE *to, const struct sizes_row *row)
{
	char cells[SIZES_COLUMNS][SIZES_CELL], remark[TEXT_COLUMNS + 1];

	sizes_cells(row, cells);
	put_cells(to, cells);
	sizes_remark(row, remark, sizeof(remark));
	if (*remark)
		fprintf(to, "%s\n", remark);
}

static void put_json(struct out *out, const struct sizes_row *row)
{
	const struct smaps_vma *vma = current_vma();
	struct summary_row shown = { .row = *row };

	if (vma) {
		shown.start = vma->vma.start;
		shown.end = vma->vma.last + 1;
		shown.name = *vma->name ? vma->name : NULL;
		out_record(out, &vma_desc, &shown);
	} else if (summary.by == BY_PROCESS && summary.pid) {
		shown.pid = summary.pid;
		shown.comm = summary.comm;
		out_record(out, &process_desc, &shown);
	} else {
		out_record(out, &sizes_desc, &shown);
	}
}

/* Prints the rows that have folios, and begins anew. */
static void put_rows(struct out *out)
{
	const struct sizes_row *row;
	size_t at = 0;

	if (!out->json && sizes_next(&summary.sizes, &at))
		put_heading(out->to);
	for (at = 0; (row = sizes_next(&summary.sizes, &at));) {
		if (out->json)
			put_json(out, row);
		else
			put_row(out->to, row);
	}
	memset(&summary.sizes, 0, sizeof(summary.sizes));
}

/* Folios come by address. A new mapping since smaps was read is in no VMA of it. */
static void enter_vma(struct out *out, uint64_t address)
{
	const struct smaps_vma *vma = current_vma();

	if (!vma || address <= vma->vma.last)
		return;
	put_rows(out);
	while (vma && address > vma->vma.last) {
		summary.vma++;
		vma = current_vma();
	}
}

/* ---- what is looked at ---- */

static int take(struct list *list, const struct folio *folio)
{
	if (!filter_takes(&list->filter, folio))
		return 0;
	enter_vma(list->out, folio->at);
	totals_add(&list->totals, folio);
	sizes_add(&summary.sizes, folio);
	return 0;
}

static int read_vmas(uint64_t pid)
{
	struct process process;
	int ret = process_open(&process, pid);

	if (ret)
		return ret;
	ret = smaps_read_vmas(&process, &summary.smaps);
	process_close(&process);
	if (ret == -ESRCH)
		complain("process %" PRIu64 " has gone", pid);
	return ret;
}

/* Returns 1; 0 if it is one of a cgroup and has gone or has no memory; -errno. */
static int enter_process(const struct selection *selection, uint64_t pid)
{
	const bool is_named = numbers_have(&selection->pids, pid);
	struct process process;
	int ret = is_named ? process_open(&process, pid) : process_try(&process, pid);

	if (ret)
		return ret == -ESRCH && !is_named ? 0 : ret;
	summary.pid = pid;
	process_comm(&process, summary.comm, sizeof(summary.comm));
	process_close(&process);
	return 1;
}

/* A folio counts in each process that maps it: each is looked at alone. */
static int show_processes(struct list *list)
{
	const struct selection all = list->selection;
	struct numbers pids;
	int ret = select_pids(&all, &pids);

	if (ret)
		return ret;
	for (size_t i = 0; i < pids.nr && ret >= 0; i++) {
		list->selection = (struct selection){
			.by = SELECT_PID, .pids = { &pids.of[i], 1 },
		};
		ret = enter_process(&all, pids.of[i]);
		if (ret == 1)
			ret = list_walk(list, take);
		put_rows(list->out);
	}
	summary.pid = 0;
	list->selection = all;
	list->totals = (struct totals){ };
	numbers_free(&pids);
	return ret < 0 ? ret : 0;
}

static int check(struct list *list)
{
	struct selection *selection = &list->selection;

	if (list->key.value || list->each) {
		complain("--summary has one row for many folios: it takes neither --sort nor --each");
		return EXIT_USAGE;
	}
	if (summary.by == BY_VMA && (selection->by != SELECT_PID ||
				     selection_has_many(selection))) {
		complain("--vmas goes with --pid of one process");
		return EXIT_USAGE;
	}
	if (summary.by == BY_PROCESS && (selection->by != SELECT_PID ||
					 selection->has_range)) {
		complain("--processes goes with --pid or --cgroup, without --addr");
		return EXIT_USAGE;
	}
	select_all_unless_said(selection);
	return 0;
}

int summary_show(struct list *list, bool by_vma, bool by_process)
{
	int ret;

	if (by_vma && by_process) {
		complain("--vmas and --processes: which of them?");
		return EXIT_USAGE;
	}
	summary.by = by_vma ? BY_VMA : by_process ? BY_PROCESS : BY_NOTHING;
	ret = check(list);
	if (!ret)
		ret = list_begin(list, "folio");
	if (ret)
		return ret;
	if (by_vma)
		ret = read_vmas(list->selection.pids.of[0]);
	else if (by_process)
		ret = show_processes(list);
	if (!ret)
		ret = list_walk(list, take);
	put_rows(list->out);
	if (by_vma)
		smaps_free(&summary.smaps);
	return list_end(list, ret);
}

static void add_words(struct word *words, const struct out_field *of, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		words[i] = (struct word){ of[i].key, of[i].what };
}

void summary_help(void)
{
	struct word words[NR_PROCESS_FIELDS + ARRAY_SIZE(vma_fields)];

	add_words(words, process_fields, NR_PROCESS_FIELDS);
	add_words(words + NR_PROCESS_FIELDS, vma_fields, ARRAY_SIZE(vma_fields));
	help_words("Summary", words, ARRAY_SIZE(words));
}
