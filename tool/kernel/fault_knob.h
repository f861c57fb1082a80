/* SPDX-License-Identifier: GPL-2.0 */
/* The faults of this kernel, and their knobs: directories of debugfs. */
#ifndef RMAPCTL_FAULT_KNOB_H
#define RMAPCTL_FAULT_KNOB_H

#include <stdbool.h>
#include <stddef.h>

/* All possible faults, closed by NULL. */
extern const char *const fault_names[];

/* Is the fault one of operations, so that fault_ops has to be on? */
bool fault_is_of_operations(const char *name);

/* Is @word the name of a fault? */
bool fault_is_name(const char *word);

/* Complains that @word is not a fault and lists them; returns EXIT_USAGE. */
int fault_complain_name(const char *word);

/**
 * fault_present() - are there faults, and knobs?
 *
 * Return: 0, or EXIT_KERNEL after saying what is missing.
 */
int fault_present(void);

/* Can this kernel make the Nth call of a process fail? Returns the same. */
int fault_nth_present(void);

/* Return a path, which the caller frees; NULL after a complaint. */
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
 * fault_set() - set knobs
 * @name: the fault
 * @words: "knob=value"
 * @nr: how many
 *
 * All names and values are checked before the first knob is set.
 * knobs_restore() puts the old values back.
 *
 * Return: 0, EXIT_USAGE, or EXIT_KERNEL, after a complaint.
 */
int fault_set(const char *name, char **words, size_t nr);

/* Sets one knob. knobs_restore() puts it back. Returns the same. */
int fault_turn(const char *name, const char *knob, const char *value);

#endif
