/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMOD_H
#define KMOD_H
/*
 * The modules under test: /lib/modules/NAME.ko.
 */

#include <stdbool.h>

/* Returns 0 or -errno; -EEXIST if it is loaded already. */
int kmod_load(const char *name, const char *params);

/* Does not wait. Returns 0 or -errno; -EWOULDBLOCK if the module is in use. */
int kmod_unload(const char *name);

bool kmod_loaded(const char *name);

/* Returns whether this kernel has the hooks that the modules need. */
bool kmod_has_hooks(void);

#endif /* KMOD_H */
