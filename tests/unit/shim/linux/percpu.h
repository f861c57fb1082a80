/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __LINUX_PERCPU_H
#define __LINUX_PERCPU_H
/* Each thread stands for a CPU: one instruction counts, and nobody else writes. */

#include <linux/compiler.h>

#define DECLARE_PER_CPU(type, name)	extern __thread type name
#define DEFINE_PER_CPU(type, name)	__thread type name
#define this_cpu_inc(var)		((void)(var)++)
#define this_cpu_dec(var)		((void)(var)--)
#define this_cpu_add(var, val)		((void)((var) += (val)))
#define this_cpu_sub(var, val)		((void)((var) -= (val)))
#define this_cpu_read(var)		(var)
#define this_cpu_write(var, val)	((void)((var) = (val)))
#define this_cpu_ptr(ptr)		(ptr)

/* A thread reads only its own. */
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define per_cpu_ptr(ptr, cpu)		((void)(cpu), (ptr))
#define per_cpu(var, cpu)		(*per_cpu_ptr(&(var), cpu))

#endif
