/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNDECLARED_H
#define UNDECLARED_H
/*
 * What headers of the kernel do not declare, or only those of one folder.
 */

#include <linux/types.h>
#include <asm/alternative.h>

/* Of mm/internal.h. */
extern unsigned long highest_memmap_pfn;

/* native.lds has the bounds. */
extern struct alt_instr __alt_instructions[], __alt_instructions_end[];

#ifdef CONFIG_RMAP_OPS
#include <linux/rmap_ops.h>

/* The module's list, which is static there, and its length, as an address. */
extern const struct rmap_ops *const module_implementations[];
extern const char module_nr_implementations[];
#endif

#endif
