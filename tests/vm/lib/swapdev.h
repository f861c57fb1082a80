/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SWAPDEV_H
#define SWAPDEV_H
/*
 * A swap device that the kernel prefers to the others, and that is slow: unlike
 * zram's, its folios stay in the swap cache after they have been written.
 */

#include <stddef.h>

/*
 * Makes a device of @size bytes, and swaps on; fails the test if that does not
 * work.
 */
void swapdev_on(size_t size);

/* Swaps off every such device. */
void swapdev_off(void);

#endif /* SWAPDEV_H */
