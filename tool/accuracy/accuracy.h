/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel says about the memory of processes, beside what their page
 * tables say. In each pair of fields, the second one is the truth: it ends in
 * _tables.
 */
#ifndef RMAPCTL_ACCURACY_H
#define RMAPCTL_ACCURACY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/out.h"
#include "kernel/page_state.h"
#include "kernel/process.h"
#include "kernel/smaps.h"

/* Sizes of a process or of a VMA, in KiB; and pages whose bit is wrong. */
struct accuracy_sizes {
	uint64_t rss, rss_tables;
	uint64_t pss, pss_tables;
	int64_t pss_error;
	uint64_t uss, uss_tables;
	int64_t uss_error;
	uint64_t exclusive, exclusive_tables;
	uint64_t exclusive_wrong, exclusive_missing;
};

/* Large anon folios that can be split because parts of them are not mapped. */
struct accuracy_partial {
	uint64_t large_folios;
	uint64_t partial;		/* some pages are mapped, others are not */
	uint64_t partial_unmapped;	/* KiB of these others */
	uint64_t partial_unnoticed;	/* the kernel does not take it for one */
	uint64_t partial_wrong;		/* the kernel takes it for one, it is none */
};

struct accuracy_vma {
	uint64_t start, end;
	const char *name;
	struct accuracy_sizes sizes;
};

/* One process. Only accuracy_process_free() frees what is in it. */
struct accuracy_process {
	uint64_t pid;
	const char *comm;
	struct accuracy_sizes sizes;
	uint64_t uss_one_mm;		/* KiB of pages that no other mm maps */
	struct accuracy_partial partial;
	uint64_t unknown;		/* pages for which counters stand in */
	uint64_t looks;
	bool racy;
	struct out_records vmas;
	char comm_text[64];
	struct smaps smaps;
};

/* All memory. Sizes in KiB. */
struct accuracy_machine {
	uint64_t anon_pages, anon_pages_tables;
	int64_t anon_pages_error;
	uint64_t mapped, mapped_tables;
	int64_t mapped_error;
	struct accuracy_partial partial;
	uint64_t unknown;
	uint64_t looks;
	bool racy;
};

/* Where page frames are looked up; all of it is internal. */
struct accuracy_source {
	struct page_state state;
	int mappings;
	struct rmap_ab_mappings records[PAGEMAP_BATCH];
};

/* Returns 0, or -errno after a complaint; only then nothing is to be closed. */
int accuracy_open(struct accuracy_source *source);
void accuracy_close(struct accuracy_source *source);

/**
 * accuracy_process() - compare what the kernel says about a process
 * @source: an open one
 * @process: an open one
 * @result: receives the result; the caller frees it unless this fails
 *
 * The kernel is asked before and after the page tables are read, up to several
 * times, until it says the same twice. Else the result is racy.
 *
 * Return: 0; -ESRCH, without a complaint, if the process has gone; -errno after
 * one.
 */
int accuracy_process(struct accuracy_source *source, struct process *process,
		     struct accuracy_process *result);
void accuracy_process_free(struct accuracy_process *result);

/* The same for the statistics of the machine. */
int accuracy_machine(struct accuracy_source *source,
		     struct accuracy_machine *result);

/*
 * How often a page is mapped. If its page tables could not be searched, the
 * counters say it, and *@unknown is raised.
 */
uint64_t accuracy_mappings(const struct rmap_ab_mappings *m,
			   const struct rmap_ab_page *page, uint64_t *unknown);

/* Counts a folio by one of its pages. */
void accuracy_partial_add(struct accuracy_partial *partial,
			  const struct rmap_ab_mappings *m,
			  const struct rmap_ab_page *page);

/* The text form of a process is a row, those of its VMAs below it. */
extern const struct out_desc accuracy_process_desc;
extern const struct out_desc accuracy_vma_desc;
/* As text: sentences. */
extern const struct out_desc accuracy_machine_desc;

/* Prints the line above the rows. */
void accuracy_put_header(FILE *to);

#endif
