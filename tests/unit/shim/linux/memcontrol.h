/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_MEMCONTROL_H
#define _LINUX_MEMCONTROL_H

#include <linux/vmstat.h>

#endif
