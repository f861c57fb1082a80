/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_GUARD_H
#define _RMAP_AB_GUARD_H
/*
 * The guard checks what each operation finds and what it leaves behind.
 */

#include "instrument.h"

extern const struct layer guard_layer;

int guard_init(void (*revert)(const char *reason));
void guard_flush(void);
void guard_exit(void);

#endif /* _RMAP_AB_GUARD_H */
