/* SPDX-License-Identifier: GPL-2.0 */
/* See machine.h. */
#include "machine.h"
