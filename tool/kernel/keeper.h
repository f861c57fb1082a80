/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process that outlives this one, however that ends, SIGKILL included, and
 * then puts back what it has changed.
 */
#ifndef RMAPCTL_KEEPER_H
#define RMAPCTL_KEEPER_H

#include <stddef.h>

/**
 * keeper_memory() - memory that this process and its keeper share
 * @size: how much; it is zeroed
 *
 * What the keeper needs to know is written there before anything is changed.
 * Other children do not get it.
 *
 * Context: before keeper_start().
 * Return: NULL after a complaint.
 */
void *keeper_memory(size_t size);

/**
 * keeper_start() - fork the keeper
 * @put_back: what it calls, once; returns 0, or -errno after a complaint
 *
 * Context: before anything is changed, and once. A child of this process that
 * goes on to do something calls keeper_leave() first, or closes all files.
 * Return: 0, or -errno after a complaint.
 */
int keeper_start(int (*put_back)(void));

/* In a child: the keeper does not wait for it. */
void keeper_leave(void);

/**
 * keeper_end() - let the keeper put everything back, and wait for that
 *
 * If somebody has killed the keeper, this process does it.
 *
 * Return: 0, or -errno after a complaint.
 */
int keeper_end(void);

#endif
