/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __LINUX_KCONFIG_H
#define __LINUX_KCONFIG_H
/*
 * The kernel configuration and the compiler's dialect that the sources are
 * compiled for. SHIM_DEBUG_VM adds the kernel's checks.
 */

#define CONFIG_RMAP_OPS			1
#define CONFIG_X86_64			1
#define CONFIG_HUGETLB_PAGE		1
#define CONFIG_MEMORY_FAILURE		1
#define CONFIG_HAVE_GUP_FAST		1
#define CONFIG_HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD 1
#ifdef SHIM_DEBUG_VM
#define CONFIG_DEBUG_VM			1
/* A test may switch it off. */
#define CONFIG_TRANSPARENT_HUGEPAGE	shim_thp
extern _Bool shim_has_thp;
#else
#define CONFIG_TRANSPARENT_HUGEPAGE	1
#endif

#define SHIM_SECOND(a, b, ...)		b
#define SHIM_PLACEHOLDER_1		0,
#define SHIM_PLACEHOLDER_shim_thp	0, shim_has_thp,
#define SHIM_IS_SET_3(junk_or_comma)	SHIM_SECOND(junk_or_comma 1, 0)
#define SHIM_IS_SET_2(value)		SHIM_IS_SET_3(SHIM_PLACEHOLDER_##value)
#define SHIM_IS_SET(option)		SHIM_IS_SET_2(option)
#define IS_ENABLED(option)		SHIM_IS_SET(option)

#endif
