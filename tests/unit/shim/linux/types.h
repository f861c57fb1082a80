/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H
/* Adds to what user space has under this name, which the C library's headers need. */
#include_next <linux/types.h>

#include <stdbool.h>
#include <stddef.h>

#include <linux/compiler.h>

typedef __u8 u8;
typedef __u32 u32;
typedef __s32 s32;
typedef __u64 u64;
typedef unsigned long pgoff_t;

#define BIT(nr)		(1UL << (nr))

#define BITS_PER_BYTE	8

#define min_t(type, a, b)	({		\
	type shim_a = (a);			\
	type shim_b = (b);			\
	shim_a < shim_b ? shim_a : shim_b;	\
})

#define min(a, b)	({			\
	__typeof__(a) shim_a = (a);		\
	__typeof__(b) shim_b = (b);		\
	shim_a < shim_b ? shim_a : shim_b;	\
})

#define max(a, b)	({			\
	__typeof__(a) shim_a = (a);		\
	__typeof__(b) shim_b = (b);		\
	shim_a > shim_b ? shim_a : shim_b;	\
})

#endif
