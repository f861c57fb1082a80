/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H
/* A module of somebody else's is loaded when the program starts, and stays. */

#include <linux/export.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

#define module_init(function)					\
	static __attribute__((__constructor__)) void shim_##function(void) \
	{							\
		if (function())					\
			__builtin_abort();			\
	}
#define module_exit(function)					\
	static_assert(__builtin_types_compatible_p(__typeof__(function), void (void)))

#define SHIM_MODULE_TEXT(text)	static_assert(sizeof(text))
#define MODULE_AUTHOR(text)		SHIM_MODULE_TEXT(text)
#define MODULE_DESCRIPTION(text)	SHIM_MODULE_TEXT(text)
#define MODULE_LICENSE(text)		SHIM_MODULE_TEXT(text)
#define MODULE_VERSION(text)		SHIM_MODULE_TEXT(text)
#define MODULE_IMPORT_NS(ns)		SHIM_MODULE_TEXT("")

#endif
