/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BREAKPOINT_H
#define BREAKPOINT_H
/*
 * A uprobe on a function of this program: the page of program text that has it is
 * replaced by an anonymous copy, in every process.
 */

/* Alone on its page, so that the page has the breakpoint and nothing else. */
int breakpoint_function(int n);

void breakpoint_insert(void);
void breakpoint_drop(void);

#endif /* BREAKPOINT_H */
