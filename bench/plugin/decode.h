/* SPDX-License-Identifier: GPL-2.0 */
/* What an x86-64 instruction is, as far as counting goes. */
#ifndef BENCH_DECODE_H
#define BENCH_DECODE_H

#include <stddef.h>
#include <stdint.h>

/* More than the longest instruction. */
#define DECODE_MAX	16

enum decode_kind {
	DECODE_PLAIN,
	DECODE_LOCKED,		/* LOCK prefix, or XCHG with memory */
	DECODE_REPEATED,	/* REP string: executed once for each element */
	DECODE_BEGIN,		/* the markers of bench/region.h */
	DECODE_END,
};

enum decode_kind decode(const uint8_t *code, size_t size);

#endif
