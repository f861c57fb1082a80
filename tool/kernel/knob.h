/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings of the machine that are changed and put back. This process puts them
 * back, or its keeper does (keeper_start() with knobs_restore()): a process that
 * outlives this one, even if SIGKILL ends it.
 */
#ifndef RMAPCTL_KNOB_H
#define RMAPCTL_KNOB_H

#include <stdbool.h>
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

/*
 * Called before keeper_start(), so that the keeper sees the changes; 0 or
 * -errno.
 */
int knobs_open(void);

/**
 * knob_set() - change a setting
 * @path: a file of one line: a value, or words of which one is in brackets
 * @value: the new one
 *
 * knobs_restore() puts the first value of the file back.
 *
 * Return: 0, or -errno after a complaint.
 */
int knob_set(const char *path, const char *value);

/* Puts the present value back later, whoever changes it. Returns the same. */
int knob_keep(const char *path);

/* Returns the value, which the caller frees; NULL after a complaint. */
char *knob_read(const char *path);

/* Returns the number in a file, or -1 if there is none. */
long knob_number(const char *path);

/* Restores the last change first. Returns 0, or -errno after complaints. */
int knobs_restore(void);

/* Leaves all settings as they are now. */
void knobs_forget(void);

#endif
