/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEVICE_H
#define DEVICE_H
/*
 * Device memory, as the kernel's test driver simulates it (NEED_DEVICE).
 */

#include <stddef.h>
#include <stdint.h>

/* Closing the device brings back to the CPUs what it has. */
int device_open(void);

/*
 * Moves @nr pages filled from seed 1 to the device, and verifies what it sees
 * there. Returns 0 or -errno.
 */
int device_take(int device, char *p, size_t nr);

/* Does the same, but only reserves them for the device. */
int device_reserve(int device, char *p, size_t nr);

/* Moves as much as it can, whatever the pages hold. Returns 0 or -errno. */
int device_try_take(int device, char *p, size_t nr);
int device_try_reserve(int device, char *p, size_t nr);

/* The first and the last page frame of all such devices, side by side. */
void device_frames(uint64_t *first, uint64_t *last);

#endif /* DEVICE_H */
