/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PIN_H
#define PIN_H
/*
 * Long-term pins (FOLL_PIN), as devices take them for registered buffers.
 */

#include <stddef.h>

/* Pins memory. Returns what pin_drop() wants. */
int pin_take(void *p, size_t len);
void pin_drop(int pin);

#endif /* PIN_H */
