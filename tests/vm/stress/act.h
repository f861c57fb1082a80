/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ACT_H
#define ACT_H
/*
 * One thing that a process does to an area.
 */

#include "stress/area.h"

/* Returns a random number below @n. Each process has its own sequence. */
unsigned int act_random(unsigned int n);
void act_seed(unsigned int seed);

/* Does one of them, at random, to a random part of @area. */
void act_once(struct area *area);

#endif /* ACT_H */
