/* SPDX-License-Identifier: GPL-2.0 */
/* The tests of the plugin are one program, from several files. */
#ifndef BENCH_TESTS_H
#define BENCH_TESTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* caches_test.c */
void caches_follow_a_trace(void **state);
void caches_agree_with_a_list(void **state);
void caches_are_emptied(void **state);
void wrong_sizes_are_refused(void **state);

/* turns_test.c */
void lines_move_between_cpus(void **state);
void directory_agrees_with_mesi(void **state);
void cpus_take_turns(void **state);
void nobody_waits_for_a_sleeper(void **state);
void waiting_has_an_end(void **state);
void a_region_begins_anew(void **state);

#endif
