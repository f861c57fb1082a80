/* SPDX-License-Identifier: GPL-2.0 */
/* See machine.h. */
#include "machine.h"
#ifdef CONFIG_RMAP_OPS
#include <linux/rmap_ops.h>
#endif
