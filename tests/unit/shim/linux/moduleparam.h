/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_MODULE_PARAMS_H
#define _LINUX_MODULE_PARAMS_H
/* A parameter has its default. */

#include <linux/types.h>

#define module_param(name, type, perm)				\
	static_assert(sizeof(name))
#define module_param_named(name, value, type, perm)		\
	static_assert(sizeof(value))
#define module_param_cb(name, ops, arg, perm)			\
	static_assert(sizeof(*(ops)))
#define MODULE_PARM_DESC(name, text)				\
	static_assert(sizeof(text))

#endif
