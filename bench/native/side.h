/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SIDE_H
#define SIDE_H
/*
 * The program has two sides: the kernel's objects with kernel/, which are
 * compiled as the kernel is, and the rest, which has a C library. This is all
 * that either knows of the other, so it includes nothing.
 */

/* ---- what the kernel's side offers ----------------------------------------- */

enum work_op { WORK_FORK, WORK_MUNMAP, WORK_EXIT, WORK_REMAP, NR_WORK_OPS };

/**
 * struct work - one measured call of the kernel
 * @op: WORK_FORK: copy_page_range(), of memory that nobody else maps;
 *	WORK_MUNMAP: zap of such memory; WORK_EXIT: zap by a child, whose parent
 *	maps the memory, too; WORK_REMAP: __split_huge_pmd()
 * @order: of the folios; 9, and no other, for WORK_REMAP
 * @nr_pages: how much memory; each 2 MiB of it have a page table
 */
struct work {
	enum work_op op;
	unsigned int order;
	unsigned int nr_pages;
};

#define WORK_TABLE_PAGES	512
#define WORK_MAX_TABLES		16
#define WORK_MAX_PROCESSES	16

/**
 * side_boot - make the kernel's objects ready to run
 * @memory: the physical memory, 2 MiB aligned
 * @memory_size: bytes
 * @struct_pages: room for the struct page of each page of it; zero
 *
 * Memory and struct pages may be shared with other processes. Everything else
 * belongs to this process.
 */
void side_boot(void *memory, unsigned long memory_size, void *struct_pages);

/* Names of the implementations, the kernel's own first; NULL after the last. */
const char *side_impl_name(int impl);
/* Make the hooks lead to this one, by the kernel's own rmap_ops_install(). */
void side_impl_use(int impl);

/* Prepare folios and page tables; then run once; then look at all counts. */
void work_prepare(const struct work *work);
void work_flush(const struct work *work);
void work_run(const struct work *work);
/* Return: NULL, or what is wrong. */
const char *work_check(const struct work *work);
/*
 * Fork and zap the child's share: is every counter what it was?
 * Return: NULL, or what is not.
 */
const char *work_check_round(const struct work *work);

/*
 * Contention: a block of folios of this order, mapped by all of these processes.
 * Each calls share_fork() and share_exit() with its own number.
 */
void share_prepare(unsigned int order, unsigned int nr_pages, int nr_processes);
/* Which one this process is. */
void share_begin(int process, int nr_processes);
void share_fork(int process);
void share_exit(int process);
const char *share_check(int nr_processes);

/* ---- what it needs ---------------------------------------------------------- */

/* Called on a stack that is aligned as the kernel's is. */
#define SIDE_CALLBACK	__attribute__((force_align_arg_pointer))

/* Do not return. */
void side_fail(const char *what) __attribute__((noreturn));
/* Each message of the kernel's. */
void side_message(const char *text);

#endif
