/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KLOG_H
#define KLOG_H
/*
 * What the kernel has to say since a moment.
 */

#include <stdbool.h>
#include <stddef.h>

/* From now on. */
void klog_open(void);

/* The first warning since klog_open(), or NULL. */
const char *klog_warning(void);

/* Has the kernel said @words since klog_open()? Looks at each message once. */
bool klog_says(const char *words);

#endif /* KLOG_H */
