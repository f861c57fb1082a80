/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H
/* One program, in which everything is linked. tests/unit/Makefile has the macros. */
#endif
