/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLOG_H
#define KLOG_H
/*
 * What the kernel's log says from some moment on.
 */

#include <stdbool.h>
#include <stddef.h>

/* Starts to listen. */
void klog_open(void);

/* Returns the first warning since klog_open(), or NULL. */
const char *klog_warning(void);

/*
 * Returns whether the kernel has said @words since klog_open(). It looks at
 * each message once.
 */
bool klog_says(const char *words);

#endif /* KLOG_H */
