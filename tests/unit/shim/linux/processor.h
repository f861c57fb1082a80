/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_PROCESSOR_H
#define _LINUX_PROCESSOR_H

#include <sched.h>

/* Gives the CPU away: with a single one, nobody else would ever run. */
#define cpu_relax()			sched_yield()

#endif
