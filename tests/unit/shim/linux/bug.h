/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/mmdebug.h>

#define WARN_ONCE(cond, ...)		WARN_ON_ONCE(cond)

#endif
