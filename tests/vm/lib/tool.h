/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOOL_H
#define TOOL_H
/*
 * What rmapctl says.
 */

#include <stdarg.h>
#include <stddef.h>

/*
 * Runs `rmapctl ARGS` in a shell, with the arguments that @fmt makes. @answer
 * receives what it prints, stderr too, up to @size - 1 bytes. Returns the exit
 * status of the command, as a shell has it.
 */
int tool_vask(char *answer, size_t size, const char *fmt, va_list ap);
int tool_ask(char *answer, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* TOOL_H */
