/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DISTURB_H
#define DISTURB_H
/*
 * What the kernel does to page frames without being asked by their owners:
 * compaction, aging, memory failures.
 */

/* To be called before disturb(), and before the processes that call it are forked. */
void disturb_prepare(void);

/*
 * Does one of them, each in its turn, whichever process calls: so each is done on a
 * slow machine, too. @page is mapped by anything but hugetlb, and may get another page
 * frame. Frames that fail stay out of use, a few pages a minute.
 */
void disturb(char *page);

/* Returns how many page frames have failed so far; -1 on kernels without that. */
long long disturb_failures(void);

#endif /* DISTURB_H */
