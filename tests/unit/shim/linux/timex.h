/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_TIMEX_H
#define _LINUX_TIMEX_H

/* Any number that changes will do: no two runs are alike anyway. */
static inline unsigned long get_cycles(void)
{
	static __thread unsigned int random;

	random = random * 1664525 + 1013904223;
	return random >> 16;
}

#endif
