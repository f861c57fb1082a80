/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DISTURB_H
#define DISTURB_H
/*
 * What the kernel does to page frames without their owners' asking for it:
 * compaction, aging, memory failures.
 */

/*
 * One of them, at random. @page is mapped, by anything but hugetlb: it may get
 * another page frame. Frames that fail stay out of use, a few pages a minute.
 */
void disturb(char *page);

/* How many page frames have failed so far; -1: not on this kernel. */
long long disturb_failures(void);

#endif /* DISTURB_H */
