/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEVICE_H
#define DEVICE_H
/*
 * Memory of a device, as the kernel's test driver pretends to have it
 * (NEED_DEVICE).
 */

#include <stddef.h>

/* Closing it brings what the device has back to the CPUs. */
int device_open(void);

/*
 * Move @nr pages filled from seed 1 to the device, and verify what it sees there.
 * Returns 0 or -errno.
 */
int device_take(int device, char *p, size_t nr);

/* The same, but only reserve them for the device. */
int device_reserve(int device, char *p, size_t nr);

/* Move as many pages as possible, with any contents. Returns 0 or -errno. */
int device_try_take(int device, char *p, size_t nr);
int device_try_reserve(int device, char *p, size_t nr);

#endif /* DEVICE_H */
