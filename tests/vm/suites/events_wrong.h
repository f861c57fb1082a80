/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EVENTS_WRONG_H
#define EVENTS_WRONG_H
/*
 * Tests: the events of what goes wrong, each provoked for real.
 */

/* The guard reverts; somebody clears that. */
void events_revert(void);

/* Operations refuse, and a step of the module itself fails. */
void events_fault(void);
void events_fault_of_fault(void);

/* No memory for an event: what it told of has happened, its number is missing. */
void events_unsent(void);

#endif /* EVENTS_WRONG_H */
