/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RMAPCTL_ARRAY_H
#define RMAPCTL_ARRAY_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#endif
