/* SPDX-License-Identifier: GPL-2.0 */
/* Text of unknown origin (a command's name, a log line) made safe to show. */
#ifndef RMAPCTL_TEXT_H
#define RMAPCTL_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Print @s; control characters and what is not UTF-8 become \xNN. */
void text_put(FILE *to, const char *s);

/*
 * A copy of @s, to be freed, in which every byte that is not UTF-8 has become
 * U+FFFD; NULL if memory ran out.
 */
char *text_utf8(const char *s);

/* A decimal number as the kernel prints it: no sign, blank or leading zero. */
bool text_u64(const char *s, uint64_t *value);

/* Local time in ISO 8601, with microseconds; in a static buffer. */
const char *text_now(void);

#endif
