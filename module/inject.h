/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_INJECT_H
#define _RMAP_AB_INJECT_H
/*
 * Faults on request: operations refuse, and allocations and registrations of
 * this module fail.
 */

#include <linux/err.h>
#include <linux/types.h>

#include "instrument.h"

extern const struct layer inject_layer;

bool inject_fail(const char *operation);

/*
 * These are put around each step that may fail in the module's set-up and its
 * control files. If the step shall fail, the argument is not evaluated.
 */
#define inject_alloc(alloc)	(inject_fail(__func__) ? NULL : (alloc))
#define inject_ptr(ptr)		(inject_fail(__func__) ? ERR_PTR(-ENOMEM) : (ptr))
#define inject_err(err)		(inject_fail(__func__) ? -ENOMEM : (err))

void inject_set_listener(void (*listener)(const char *name,
					  const char *operation));
int inject_init(void);
void inject_exit(void);

#endif /* _RMAP_AB_INJECT_H */
