/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process that outlives this one, even if SIGKILL ends it. It then puts back
 * what this process has changed.
 */
#ifndef RMAPCTL_KEEPER_H
#define RMAPCTL_KEEPER_H

#include <stddef.h>

/**
 * keeper_memory() - memory that this process and its keeper share
 * @size: how much; it is zeroed
 *
 * This process writes there what the keeper needs to know, before it changes
 * anything. Other children do not inherit the memory.
 *
 * Context: before keeper_start().
 * Return: the memory, or NULL after a complaint.
 */
void *keeper_memory(size_t size);

/**
 * keeper_start() - fork the keeper
 * @put_back: what it calls, once; returns 0, or -errno after a complaint
 *
 * Context: before anything is changed, and once. A child of this process that
 * keeps running calls keeper_leave() first, or closes all files.
 * Return: 0, or -errno after a complaint.
 */
int keeper_start(int (*put_back)(void));

/* Called in a child, so that the keeper does not wait for it. */
void keeper_leave(void);

/**
 * keeper_end() - let the keeper put everything back, and wait for that
 *
 * If the keeper was killed, this process puts everything back.
 *
 * Return: 0, or -errno after a complaint.
 */
int keeper_end(void);

#endif
