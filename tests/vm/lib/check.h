/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CHECK_H
#define CHECK_H
/*
 * CMocka in the form that the guest's programs use: conditions say in words
 * what the test expected. They work in a test and in the processes that it
 * forks; there a failure becomes the exit status.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

void must_fail(const char *file, int line, const char *cond,
	       const char *fmt, ...)
	__attribute__((noreturn, format(printf, 4, 5)));

#define must(cond, ...)							\
	do {								\
		if (!(cond))						\
			must_fail(__FILE__, __LINE__, #cond, __VA_ARGS__); \
	} while (0)

#endif /* CHECK_H */
