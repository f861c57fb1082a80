/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BREAKPOINT_H
#define BREAKPOINT_H
/*
 * A uprobe on a function of this program. Its page of program text is replaced
 * by an anonymous copy in every process.
 */

/*
 * The function is alone on its page, so the page has the breakpoint and nothing
 * else.
 */
int breakpoint_function(int n);

void breakpoint_insert(void);
void breakpoint_drop(void);

#endif /* BREAKPOINT_H */
