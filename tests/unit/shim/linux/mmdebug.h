/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LINUX_MM_DEBUG_H
#define LINUX_MM_DEBUG_H

#include <linux/types.h>

/* The program that links the sources says what a warning leads to. */
void shim_warn(const char *what, const char *file, int line);

#define WARN_ON_ONCE(cond)		({			\
	bool shim_cond = (cond);				\
								\
	if (unlikely(shim_cond))				\
		shim_warn(#cond, __FILE__, __LINE__);		\
	shim_cond;						\
})
#ifdef CONFIG_DEBUG_VM
#define VM_WARN_ON_ONCE(cond)		((void)WARN_ON_ONCE(cond))
#else
#define VM_WARN_ON_ONCE(cond)		((void)sizeof((long)(cond)))
#endif
#define VM_WARN_ON_FOLIO(cond, folio)	VM_WARN_ON_ONCE(cond)

#endif
