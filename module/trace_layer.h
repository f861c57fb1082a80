/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_TRACE_LAYER_H
#define _RMAP_AB_TRACE_LAYER_H

#include "instrument.h"

extern const struct layer trace_layer;

#endif /* _RMAP_AB_TRACE_LAYER_H */
