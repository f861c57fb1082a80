// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that share large folios in part, and what `rmapctl accuracy` says about
 * them while they stand still: one line for each stage of each workload,
 *
 *	WORKLOAD STAGE KIB LAYOUT NAME:PID,... JSON
 *
 * where JSON is the answer to `rmapctl -j accuracy --all`. Each stage has the errors
 * that follow from the kernel's rules, which are worked out below by hand; the program
 * fails if an error is another one.
 *
 *	rmap_accuracy_load KIB LAYOUT
 *
 * Folios have KIB, and LAYOUT, which must have been chosen. rmap_ab is loaded.
 *
 * The rules of Linux 7.3 for a folio without page mapcounts, where a PTE maps a page,
 * and m is the number of its mappings for each of its pages, on average:
 * - smaps divides each page by m, rounded to the nearest integer, but not to 0. With
 *   a PMD it is m of the PTEs, rounded, and the number of PMDs. (Pss)
 * - None of its pages belongs to one process alone while the folio may be mapped by
 *   several. The kernel notices that it is mapped by one again only if it had not been
 *   mapped by a third one. (Private_Clean, Private_Dirty, bit 56 of pagemap)
 * - All of its pages are mapped while one is. (AnonPages, Mapped)
 * - It is mapped in part if no PMD maps it and there are fewer mappings than pages.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/files.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/tool.h"

#define THP "/sys/kernel/mm/transparent_hugepage/hugepages-"
#define AREA (8UL << 20)
#define TRIES 20

/* What is expected is in parts of a folio. */
enum { ALL = 48, HALF = ALL / 2, QUARTER = ALL / 4 };

enum { CHILDREN = 3, PROCESSES = 1 + CHILDREN };

/**
 * struct expected - by how much the kernel is off about a process
 * @pss: PSS, in parts of each folio, without page mapcounts
 * @alone: pages of it that are mapped once, but count as shared: in USS, and in bit 56
 * @bit_wrong: with page mapcounts, a bug of Linux 7.3: it gives all pages that a PMD
 *	maps the bit 56 of the first one. So these wrongly have it,
 * @bit_missing: and these lack it. 0 if the folio is smaller than a PMD maps
 */
struct expected {
	int pss, alone;
	int bit_wrong, bit_missing;
};

/**
 * struct stage - what is expected while all processes stand still
 * @name: its name
 * @process: of each process
 * @anon: without page mapcounts, unmapped memory in AnonPages, in parts of a folio
 * @mapped: the same in Mapped
 * @partial: whether the folios are mapped in part
 * @unnoticed: whether a kernel without page mapcounts fails to notice it
 */
struct stage {
	const char *name;
	struct expected process[PROCESSES];
	int anon, mapped;
	bool partial, unnoticed;
};

static char answer[1 << 20];
static const char *workload, *layout;
static unsigned long kib;	/* of a folio */

/* The processes, the first of which is this one; a pid of 0: not one of them now. */
static struct process {
	const char *name;
	pid_t pid;
} processes[PROCESSES];

static struct peer children[CHILDREN];

/* @nr folios that lie side by side at @p, or in the file @fd. */
struct area {
	char *p;
	size_t nr;
	int fd;
};

static bool without_counts(void)
{
	return !strcmp(layout, RMAP_AB_LAYOUT_NONE);
}

static size_t folio_size(void)
{
	return kib * 1024;
}

static char *folio_at(const struct area *area, size_t i)
{
	return area->p + i * folio_size();
}

/* ---- what rmapctl says ---- */

static long long number(const char *from, const char *key)
{
	char quoted[64];
	const char *at;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = strstr(from, quoted);
	must(at, "no %s in %.300s", key, from);
	return strtoll(at + strlen(quoted), NULL, 10);
}

static const char *record_of(const char *what)
{
	const char *at = strstr(answer, what);

	must(at, "no %s in %.2000s", what, answer);
	return at;
}

static void must_be(const char *stage, const char *who, const char *key, long long is,
		    long long expected, long long about)
{
	must(llabs(is - expected) <= about, "%s %lu %s, stage %s, %s: %s is %lld, expected %lld",
	     workload, kib, layout, stage, who, key, is, expected);
}

/* Of all folios, in KiB. */
static long long of_folios(int part)
{
	return (long long)part * (long long)AREA / 1024 / ALL;
}

static void process_must(const struct stage *s, const struct process *p,
			 const struct expected *e)
{
	const bool none = without_counts(), pmd = folio_size() == PMD;
	const int wrong = pmd && !none ? e->bit_wrong : 0;
	const int missing = none ? e->alone : pmd ? e->bit_missing : 0;
	const long long page = PAGE / 1024;
	const char *record;
	char pid[32];

	snprintf(pid, sizeof(pid), "{\"pid\":%d,", p->pid);
	record = record_of(pid);
	/* Both are rounded down to KiB. */
	must_be(s->name, p->name, "pss_error", number(record, "pss_error"),
		none ? of_folios(e->pss) : 0, none);
	must_be(s->name, p->name, "uss_error", number(record, "uss_error"),
		none ? -of_folios(e->alone) : 0, 0);
	must_be(s->name, p->name, "exclusive_wrong", number(record, "exclusive_wrong"),
		of_folios(wrong) / page, 0);
	must_be(s->name, p->name, "exclusive_missing", number(record, "exclusive_missing"),
		of_folios(missing) / page, 0);
}

static void machine_must(const struct stage *s, size_t nr)
{
	const char *machine = record_of("{\"anon_pages\"");
	const bool none = without_counts();

	must_be(s->name, "machine", "anon_pages_error", number(machine, "anon_pages_error"),
		none ? of_folios(s->anon) : 0, 0);
	must_be(s->name, "machine", "mapped_error", number(machine, "mapped_error"),
		none ? of_folios(s->mapped) : 0, 0);
	must_be(s->name, "machine", "partial", number(machine, "partial"),
		s->partial ? nr : 0, 0);
	must_be(s->name, "machine", "partial_unnoticed", number(machine, "partial_unnoticed"),
		none && s->unnoticed ? nr : 0, 0);
	must_be(s->name, "machine", "partial_wrong", number(machine, "partial_wrong"), 0, 0);
}

/* The statistics are only those of one moment if nobody changes them meanwhile. */
static void ask_at_rest(void)
{
	int i;

	for (i = 0; i < TRIES; i++) {
		must(!tool_ask(answer, sizeof(answer), "-j accuracy --all"),
		     "accuracy fails: %.2000s", answer);
		if (!strstr(answer, "\"racy\":true"))
			return;
	}
	must(false, "the machine rests: %.2000s", answer);
}

static void print_stage(const struct stage *s)
{
	const char *separator = "";
	const struct process *p;

	printf("%s %s %lu %s ", workload, s->name, kib, layout);
	for (p = processes; p < processes + PROCESSES; p++) {
		if (!p->pid)
			continue;
		printf("%s%s:%d", separator, p->name, p->pid);
		separator = ",";
	}
	answer[strcspn(answer, "\n")] = '\0';
	printf(" %s\n", answer);
	fflush(stdout);
}

static void measure(const struct area *area, const struct stage *s)
{
	int i;

	ask_at_rest();
	print_stage(s);
	for (i = 0; i < PROCESSES; i++)
		if (processes[i].pid)
			process_must(s, &processes[i], &s->process[i]);
	machine_must(s, area->nr);
}

/* ---- memory ---- */

/* New folios, as many as there are in AREA, and no other ones have another layout. */
static void folios_must_be_new(const struct area *area)
{
	const long long nr = area->nr;
	size_t i;

	for (i = 0; i < area->nr; i++)
		must(folio_pages(folio_at(area, i)) == folio_size() / PAGE,
		     "folio %zu has %lu KiB, not %zu", i, kib,
		     folio_pages(folio_at(area, i)) * PAGE / 1024);
	must(!tool_ask(answer, sizeof(answer), "-j layout --pid %d", getpid()), "%s", answer);
	must_be("new", "owner", "folios_none", number(answer, "folios_none"),
		without_counts() ? nr : 0, 0);
	must_be("new", "owner", "folios_page", number(answer, "folios_page"),
		without_counts() ? 0 : nr, 0);
}

static struct area area_anon(void)
{
	struct area area = { pages_map(AREA, PMD), AREA / folio_size(), -1 };

	must(!madvise(area.p, AREA, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	pages_fill(area.p, 0, AREA / PAGE, 1);
	folios_must_be_new(&area);
	return area;
}

static struct area area_shmem(void)
{
	struct area area = { .nr = AREA / folio_size(), .fd = file_memfd(AREA / PAGE, 0) };

	area.p = pages_map_fd(AREA, PMD, MAP_SHARED, area.fd);
	must(!madvise(area.p, AREA, MADV_HUGEPAGE), "MADV_HUGEPAGE");
	pages_fill(area.p, 0, AREA / PAGE, 1);
	folios_must_be_new(&area);
	return area;
}

static void area_free(struct area *area)
{
	pages_unmap(area->p, AREA);
	if (area->fd >= 0)
		close(area->fd);
}

/* Unmaps of each folio the quarters from @first to before @end. */
static void drop(const struct area *area, int first, int end)
{
	const size_t quarter = folio_size() / 4;
	size_t i;

	for (i = 0; i < area->nr; i++)
		must(!madvise(folio_at(area, i) + first * quarter, (end - first) * quarter,
			      MADV_DONTNEED), "drop a part of a folio");
}

static void drop_every_other_page(char *folio)
{
	size_t i;

	for (i = 0; i < folio_size(); i += 2 * PAGE)
		must(!madvise(folio + i, PAGE, MADV_DONTNEED), "drop a page");
}

/* Copies on write a quarter of each folio. */
static void write_quarter(const struct area *area, int which)
{
	const size_t pages = folio_size() / PAGE;
	size_t i;

	for (i = 0; i < area->nr; i++)
		pages_fill(folio_at(area, i), which * pages / 4, pages / 4, 2);
}

/* Maps that quarter of each folio, and nothing else of the file. */
static void map_quarter(const struct area *area, int which)
{
	const size_t quarter = folio_size() / 4;
	size_t i;
	char *p;

	for (i = 0; i < area->nr; i++) {
		p = mmap(NULL, quarter, PROT_READ | PROT_WRITE, MAP_SHARED, area->fd,
			 i * folio_size() + which * quarter);
		must(p != MAP_FAILED, "map a quarter of a folio");
		pages_touch(p, 0, quarter / PAGE);
	}
}

/* Leaves the first quarter of each folio mapped. */
static void unmap_all_but_first(const struct area *area)
{
	const size_t quarter = folio_size() / 4;
	size_t i;

	for (i = 0; i < area->nr; i++) {
		pages_unmap(folio_at(area, i) + quarter, 3 * quarter);
		pages_touch(folio_at(area, i), 0, quarter / PAGE);
	}
}

/* ---- processes ---- */

static const char *const child_names[CHILDREN] = { "child1", "child2", "child3" };

/* In a child: which one it is, from 1 on. */
static int self;

static void start_child(int nr, void (*body)(struct peer *peer, void *arg), void *arg)
{
	/* The child has it from here. */
	self = nr;
	must(!prctl(PR_SET_NAME, child_names[nr - 1]), "a name");
	peer_start(&children[nr - 1], body, arg);
	must(!prctl(PR_SET_NAME, "owner"), "a name");
	processes[nr] = (struct process){ child_names[nr - 1], children[nr - 1].pid };
}

static void finish_child(int nr)
{
	peer_finish(&children[nr - 1]);
	processes[nr].pid = 0;
}

/* ---- a child that stays, and unmaps parts of what it has inherited ---- */

static void unmap_more(struct peer *peer, void *area)
{
	peer_pause(peer);
	drop(area, 2, 4);
	peer_pause(peer);
	drop(area, 1, 2);
	peer_pause(peer);
}

static void fork_unmap(void)
{
	struct area area = area_anon();

	start_child(1, unmap_more, &area);
	measure(&area, &(struct stage){ .name = "forked" });
	/*
	 * m = 1.5, which counts as 2. The owner has a half of its pages alone; its PSS
	 * is 1/2 and 1/4 of a folio, and seems to be 1/2.
	 */
	peer_step(&children[0]);
	measure(&area, &(struct stage){
		.name = "half",
		.process[0] = { .pss = -QUARTER, .alone = HALF, .bit_missing = HALF },
	});
	/*
	 * m = 1.25, which counts as 1. PSS of the owner is 3/4 and 1/8 of a folio, and
	 * seems to be all of it; that of the child is 1/8, and seems to be 1/4.
	 */
	peer_step(&children[0]);
	measure(&area, &(struct stage){
		.name = "three-quarters",
		.process[0] = { .pss = ALL / 8, .alone = ALL - QUARTER,
				.bit_missing = ALL - QUARTER },
		.process[1] = { .pss = ALL / 8 },
	});
	finish_child(1);
	area_free(&area);
}

/* ---- children that write ---- */

static void write_own_quarter(struct peer *peer, void *area)
{
	peer_pause(peer);
	write_quarter(area, self);
	peer_pause(peer);
}

static void fork_write(void)
{
	struct area area = area_anon();
	int i;

	for (i = 1; i <= CHILDREN; i++)
		start_child(i, write_own_quarter, &area);
	for (i = 1; i <= CHILDREN; i++)
		peer_step(&children[i - 1]);
	/*
	 * m = 1 + 3 * 3/4, which counts as 3. Four processes map the first quarter, and
	 * three map each of the others. PSS of the owner is 1/16 and 3/12 of a folio, and
	 * seems to be 1/3; that of a child is 1/16 and 2/12, and seems to be 3/12.
	 */
	measure(&area, &(struct stage){
		.name = "written",
		.process = { { .pss = 1 }, { .pss = 1 }, { .pss = 1 }, { .pss = 1 } },
	});
	/*
	 * m = 3/4, which counts as 1. The last child has three quarters alone; but it
	 * was the fourth to map them, so they count as shared. A quarter is not mapped.
	 */
	finish_child(1);
	finish_child(2);
	drop(&area, 0, 4);
	measure(&area, &(struct stage){
		.name = "last",
		.process[3] = { .alone = ALL - QUARTER },
		.anon = QUARTER,
		.partial = true,
	});
	finish_child(3);
	area_free(&area);
}

/* ---- partial unmap ---- */

/* Each folio in one of four ways; on average they lose a half. */
static void drop_by_pattern(const struct area *area)
{
	static const struct {
		int first, end;
	} quarters[] = { { 0, 2 }, { 1, 4 }, { 2, 3 } };
	struct area one = { .nr = 1 };
	size_t i;

	for (i = 0; i < area->nr; i++) {
		one.p = folio_at(area, i);
		if (i % 4 == 3)
			drop_every_other_page(one.p);
		else
			drop(&one, quarters[i % 4].first, quarters[i % 4].end);
	}
}

static void drop_half(struct peer *peer, void *area)
{
	drop(area, 2, 4);
	peer_pause(peer);
}

static void unmap(void)
{
	struct area area = area_anon();

	/*
	 * m < 1, which counts as 1: PSS and USS are right, and each folio is known to be
	 * mapped in part.
	 */
	drop_by_pattern(&area);
	measure(&area, &(struct stage){
		.name = "alone", .anon = HALF, .partial = true,
	});
	area_free(&area);

	area = area_anon();
	start_child(1, drop_half, &area);
	drop(&area, 2, 4);
	/*
	 * m = 1: there are as many mappings as pages, so no folio seems to be mapped in
	 * part. Two processes map a half; each has a quarter of a folio, and seems to
	 * have a half.
	 */
	measure(&area, &(struct stage){
		.name = "the-same-half",
		.process = { { .pss = QUARTER }, { .pss = QUARTER } },
		.anon = HALF, .partial = true, .unnoticed = true,
	});
	/* Noticed when the child's mappings go. */
	finish_child(1);
	measure(&area, &(struct stage){
		.name = "the-same-half-left", .anon = HALF, .partial = true,
	});
	area_free(&area);
}

/* ---- shared memory ---- */

static void map_own_quarter(struct peer *peer, void *arg)
{
	const struct area *area = arg;

	pages_unmap(area->p, AREA);
	map_quarter(area, self);
	peer_pause(peer);
}

static void shmem(void)
{
	struct area area = area_shmem();
	int i;

	for (i = 1; i <= CHILDREN; i++)
		start_child(i, map_own_quarter, &area);
	/*
	 * m = 1 + 3/4, which counts as 2. PSS of the owner is 1/4 and 3/8, and seems to
	 * be 1/2. That of a child is 1/8.
	 */
	measure(&area, &(struct stage){
		.name = "owner-and-parts",
		.process[0] = { .pss = -ALL / 8, .alone = QUARTER,
				.bit_wrong = ALL - QUARTER },
	});
	/*
	 * m = 1: each has a quarter alone, so PSS is right; but all of them count as
	 * shared.
	 */
	unmap_all_but_first(&area);
	measure(&area, &(struct stage){
		.name = "parts",
		.process = { { .alone = QUARTER }, { .alone = QUARTER },
			     { .alone = QUARTER }, { .alone = QUARTER } },
	});
	/* One has a quarter, and nobody has the rest. */
	pages_unmap(area.p, AREA);
	finish_child(1);
	finish_child(2);
	measure(&area, &(struct stage){
		.name = "last",
		.process[3] = { .alone = QUARTER },
		.mapped = ALL - QUARTER,
	});
	finish_child(3);
	close(area.fd);
}

/* ---- */

static void set_size(const char *file, const char *value, const char *otherwise)
{
	static const char *const sizes[] = { "64kB/", "2048kB/" };
	char path[128];
	size_t i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), THP "%s%s", sizes[i], file);
		knob_set(path, strtoul(sizes[i], NULL, 10) == kib ? value : otherwise);
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} workloads[] = {
	{ "fork-unmap", fork_unmap },
	{ "fork-write", fork_write },
	{ "unmap", unmap },
	{ "shmem", shmem },
};

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 3) {
		fprintf(stderr, "usage: rmap_accuracy_load KIB LAYOUT\n");
		return 1;
	}
	kib = strtoul(argv[1], NULL, 10);
	layout = argv[2];
	knobs_open();
	need_settings();
	set_size("enabled", "madvise", "never");
	set_size("shmem_enabled", "advise", "never");
	processes[0] = (struct process){ "owner", getpid() };
	must(!prctl(PR_SET_NAME, "owner"), "a name");
	for (i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++) {
		workload = workloads[i].name;
		workloads[i].run();
	}
	knobs_close();
	return 0;
}
