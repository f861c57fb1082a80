// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/ops.h"

const char *const op_names[NR_OPS] = {
#define OPS_NAME(op) [OP_##op] = #op,
	RMAP_OPS(OPS_NAME)
};

enum rmap_op op_by_name(const char *name)
{
	int op;

	for (op = 0; op < NR_OPS; op++)
		if (!strcmp(op_names[op], name))
			break;
	return op;
}
