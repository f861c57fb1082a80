/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __KERNEL_PRINTK__
#define __KERNEL_PRINTK__

#define pr_info(...)		((void)0)
#define pr_notice(...)		((void)0)
#define pr_warn(...)		((void)0)
#define pr_warn_once(...)	((void)0)
#define pr_err(...)		((void)0)
#define pr_debug(...)		((void)0)

#endif
