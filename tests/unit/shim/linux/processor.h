/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_PROCESSOR_H
#define _LINUX_PROCESSOR_H

#include <sched.h>

/* Others may have the CPU. With one CPU, no one else would run otherwise. */
#define cpu_relax()			sched_yield()

#endif
