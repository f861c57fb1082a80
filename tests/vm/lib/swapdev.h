/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SWAPDEV_H
#define SWAPDEV_H
/*
 * A swap device that is preferred to the others, and slow: unlike zram's, its
 * folios stay in the swap cache after they have been written.
 */

#include <stddef.h>

/* Make one of @size bytes, and swap on; fails the test if that does not work. */
void swapdev_on(size_t size);

/* Swap off every such device there is. */
void swapdev_off(void);

#endif /* SWAPDEV_H */
