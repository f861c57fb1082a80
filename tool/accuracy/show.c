// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "accuracy/accuracy.h"
#include "cli/array.h"
#include "cli/text.h"

#define FIELD(of, key_, member, type_, what_) {				\
	.key = key_, .label = key_, .what = what_, .type = type_,	\
	.offset = offsetof(struct of, member),				\
}

/* A process has the same fields as its VMAs, or as the machine: one has words. */
#define SIZES(of, what)							\
	FIELD(of, "rss", sizes.rss, OUT_U64,				\
	      what("KiB of memory that smaps counts, without hugetlb")), \
	FIELD(of, "rss_tables", sizes.rss_tables, OUT_U64,		\
	      what("the same by pagemap: another value means that the memory " \
		   "changed, or that some of it is in migration or with a device")), \
	FIELD(of, "pss", sizes.pss, OUT_U64,				\
	      what("KiB, each page divided by its mappings: Pss, as smaps says")), \
	FIELD(of, "pss_tables", sizes.pss_tables, OUT_U64,		\
	      what("the same by the page tables")),			\
	FIELD(of, "pss_error", sizes.pss_error, OUT_S64,		\
	      what("pss without pss_tables")),				\
	FIELD(of, "uss", sizes.uss, OUT_U64,				\
	      what("KiB of pages that are mapped once: Private_Clean and " \
		   "Private_Dirty, as smaps says")),			\
	FIELD(of, "uss_tables", sizes.uss_tables, OUT_U64,		\
	      what("the same by the page tables")),			\
	FIELD(of, "uss_error", sizes.uss_error, OUT_S64,		\
	      what("uss without uss_tables")),				\
	FIELD(of, "exclusive", sizes.exclusive, OUT_U64,		\
	      what("pages that are mapped once, as bit 56 of pagemap says")), \
	FIELD(of, "exclusive_tables", sizes.exclusive_tables, OUT_U64,	\
	      what("the same by the page tables")),			\
	FIELD(of, "exclusive_wrong", sizes.exclusive_wrong, OUT_U64,	\
	      what("pages that have the bit, but are mapped more often")), \
	FIELD(of, "exclusive_missing", sizes.exclusive_missing, OUT_U64, \
	      what("pages that are mapped once, but do not have the bit"))

#define FOLIOS(of, what)						\
	FIELD(of, "large_folios", partial.large_folios, OUT_U64,	\
	      what("large anon folios, of 4 pages or more, of which a page is mapped")), \
	FIELD(of, "partial", partial.partial, OUT_U64,			\
	      what("those of them that have a page which nobody maps")), \
	FIELD(of, "partial_unmapped", partial.partial_unmapped, OUT_U64, \
	      what("KiB of such pages: memory that is kept for nothing")), \
	FIELD(of, "partial_unnoticed", partial.partial_unnoticed, OUT_U64, \
	      what("those that the kernel does not take for partially mapped, " \
		   "so that it does not split them when memory is short")), \
	FIELD(of, "partial_wrong", partial.partial_wrong, OUT_U64,	\
	      what("folios that the kernel takes for partially mapped, but of " \
		   "which each page is mapped")),			\
	FIELD(of, "unknown", unknown, OUT_U64,				\
	      what("pages that the reverse map does not lead to, as those of " \
		   "drivers: the counters stand in")),			\
	FIELD(of, "looks", looks, OUT_U64, what("how often it was tried")), \
	FIELD(of, "racy", racy, OUT_BOOL,				\
	      what("whether something changed during each of these looks"))

#define WORDS(text)	text
#define NO_WORDS(text)	NULL

static const struct out_field process_fields[] = {
	FIELD(accuracy_process, "pid", pid, OUT_U64, "the process"),
	FIELD(accuracy_process, "comm", comm, OUT_STR, "its name"),
	SIZES(accuracy_process, WORDS),
	FIELD(accuracy_process, "uss_one_mm", uss_one_mm, OUT_U64,
	      "KiB of pages that no other process maps, however often this one does"),
	FOLIOS(accuracy_process, WORDS),
	FIELD(accuracy_process, "vmas", vmas, OUT_RECORDS,
	      "with --vmas: its VMAs, by start, end, name and the fields from rss to "
	      "exclusive_missing"),
};

static const struct out_field vma_fields[] = {
	FIELD(accuracy_vma, "start", start, OUT_U64, NULL),
	FIELD(accuracy_vma, "end", end, OUT_U64, NULL),
	FIELD(accuracy_vma, "name", name, OUT_STR, NULL),
	SIZES(accuracy_vma, NO_WORDS),
};

static const struct out_field machine_fields[] = {
	FIELD(accuracy_machine, "anon_pages", anon_pages, OUT_U64,
	      "KiB of anon memory that is mapped: AnonPages, as the kernel says"),
	FIELD(accuracy_machine, "anon_pages_tables", anon_pages_tables, OUT_U64,
	      "the same by the page tables"),
	FIELD(accuracy_machine, "anon_pages_error", anon_pages_error, OUT_S64,
	      "anon_pages without anon_pages_tables"),
	FIELD(accuracy_machine, "mapped", mapped, OUT_U64,
	      "KiB of files and shared memory that are mapped: Mapped, as the kernel says"),
	FIELD(accuracy_machine, "mapped_tables", mapped_tables, OUT_U64,
	      "the same by the page tables"),
	FIELD(accuracy_machine, "mapped_error", mapped_error, OUT_S64,
	      "mapped without mapped_tables"),
	FOLIOS(accuracy_machine, NO_WORDS),
};

/* ---- as text ---- */

void accuracy_put_header(FILE *to)
{
	fputs("                           PSS                USS   bit 56   partially mapped\n"
	      "    pid comm         KiB     error      KiB     error    wrong folios unnoticed\n",
	      to);
}

static void put_sizes(FILE *to, const struct accuracy_sizes *sizes)
{
	fprintf(to, "%9" PRIu64 " %+9" PRId64 " %8" PRIu64 " %+9" PRId64 " %8" PRIu64,
		sizes->pss_tables, sizes->pss_error, sizes->uss_tables,
		sizes->uss_error,
		sizes->exclusive_wrong + sizes->exclusive_missing);
}

static void put_process(FILE *to, const void *rec)
{
	const struct accuracy_process *p = rec;
	char comm[8];

	snprintf(comm, sizeof(comm), "%.7s", p->comm);
	fprintf(to, "%7" PRIu64 " ", p->pid);
	text_put(to, comm);
	fprintf(to, "%*s", 7 - (int)strlen(comm), "");
	put_sizes(to, &p->sizes);
	fprintf(to, " %6" PRIu64 " %9" PRIu64 "%s\n", p->partial.partial,
		p->partial.partial_unnoticed, p->racy ? " racy" : "");
	if (p->vmas.desc)
		for (size_t i = 0; i < p->vmas.nr; i++)
			accuracy_vma_desc.text(to, (const struct accuracy_vma *)
					       p->vmas.records + i);
}

static void put_vma(FILE *to, const void *rec)
{
	const struct accuracy_vma *vma = rec;

	if (!vma->sizes.rss && !vma->sizes.rss_tables)
		return;
	fprintf(to, "%15" PRIx64, vma->start);
	put_sizes(to, &vma->sizes);
	fputs("  ", to);
	text_put(to, vma->name);
	fputc('\n', to);
}

static void put_statistic(FILE *to, const char *name, uint64_t tables,
			  int64_t error)
{
	fprintf(to, "%-10s %9" PRIu64 " KiB by the page tables, the kernel says %+" PRId64
		" KiB\n", name, tables, error);
}

static const char *plural(uint64_t nr)
{
	return nr == 1 ? "" : "s";
}

static void put_machine(FILE *to, const void *rec)
{
	const struct accuracy_machine *m = rec;
	const struct accuracy_partial *p = &m->partial;

	fputc('\n', to);
	put_statistic(to, "AnonPages", m->anon_pages_tables,
		      m->anon_pages_error);
	put_statistic(to, "Mapped", m->mapped_tables, m->mapped_error);
	fprintf(to, "%" PRIu64 " large anon folio%s, %" PRIu64 " partially mapped, with %" PRIu64
		" KiB for nothing\n", p->large_folios, plural(p->large_folios),
		p->partial, p->partial_unmapped);
	fprintf(to, "the kernel has not noticed %" PRIu64 " of them, and takes %" PRIu64
		" for one without reason\n", p->partial_unnoticed,
		p->partial_wrong);
	if (m->unknown)
		fprintf(to, "%" PRIu64 " page%s not searched for: the counters stand in\n",
			m->unknown, plural(m->unknown));
	if (m->racy)
		fputs("something changed meanwhile\n", to);
}

const struct out_desc accuracy_process_desc = {
	.fields = process_fields,
	.nr_fields = ARRAY_SIZE(process_fields),
	.text = put_process,
};

const struct out_desc accuracy_vma_desc = {
	.fields = vma_fields,
	.nr_fields = ARRAY_SIZE(vma_fields),
	.text = put_vma,
};

const struct out_desc accuracy_machine_desc = {
	.fields = machine_fields,
	.nr_fields = ARRAY_SIZE(machine_fields),
	.text = put_machine,
};
