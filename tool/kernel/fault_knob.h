/* SPDX-License-Identifier: GPL-2.0 */
/* The faults of this kernel, and their knobs: directories of debugfs. */
#ifndef RMAPCTL_FAULT_KNOB_H
#define RMAPCTL_FAULT_KNOB_H

#include <stdbool.h>
#include <stddef.h>

/* All that there can be, closed by NULL. */
extern const char *const fault_names[];

/* Does it concern operations, so that fault_ops has to be on? */
bool fault_is_of_operations(const char *name);

/* Is it the name of one? */
bool fault_is_name(const char *word);

/* Complains that @word is none, with a list; returns EXIT_USAGE. */
int fault_complain_name(const char *word);

/**
 * fault_present() - are there faults, and knobs?
 *
 * Return: 0, or EXIT_KERNEL after saying what is missing.
 */
int fault_present(void);

/* Can this kernel make the Nth call of a process fail? The same. */
int fault_nth_present(void);

/* Paths, to be freed; NULL after a complaint. */
char *fault_path(const char *name, const char *knob);
char *fault_ops_path(void);
char *fault_self_path(const char *file);

/**
 * fault_knobs() - the knobs of a fault, by name
 * @name: the fault
 * @nr: set to their number
 *
 * Return: an array, to be given to fault_knobs_free(); NULL after a complaint.
 */
char **fault_knobs(const char *name, size_t *nr);
void fault_knobs_free(char **knobs, size_t nr);

/**
 * fault_set() - turn knobs
 * @name: the fault
 * @words: "knob=value"
 * @nr: how many
 *
 * All names and values are looked at before the first is turned. What they were is put back
 * by knobs_restore().
 *
 * Return: 0, EXIT_USAGE, or EXIT_KERNEL, after a complaint.
 */
int fault_set(const char *name, char **words, size_t nr);

/* Turns one, with knobs_restore() to put it back; the same. */
int fault_turn(const char *name, const char *knob, const char *value);

#endif
