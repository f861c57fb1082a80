// SPDX-License-Identifier: GPL-2.0
/*
 * Prefixes and opcodes: Intel 64 and IA-32 Architectures Software Developer's
 * Manual, volume 2, 2.1 (instruction format), XCHG, REP, NOP.
 */
#include <stdbool.h>
#include <string.h>

#include "region.h"
#include "decode.h"

struct prefixes {
	bool lock;
	bool rep;
	size_t size;
};

static struct prefixes read_prefixes(const uint8_t *code, size_t size)
{
	struct prefixes p = { };

	for (; p.size < size; p.size++) {
		switch (code[p.size]) {
		case 0xf0:
			p.lock = true;
			break;
		case 0xf2:
		case 0xf3:
			p.rep = true;
			break;
		case 0x26: case 0x2e: case 0x36: case 0x3e:
		case 0x64: case 0x65: case 0x66: case 0x67:
		case 0x40 ... 0x4f:
			break;
		default:
			return p;
		}
	}
	return p;
}

static enum decode_kind decode_marker(const uint8_t *code, size_t size)
{
	static const uint8_t nopl[] = { 0x0f, 0x1f, 0x84, 0x00 };
	uint32_t mark;

	if (size != sizeof(nopl) + sizeof(mark) ||
	    memcmp(code, nopl, sizeof(nopl)))
		return DECODE_PLAIN;
	memcpy(&mark, code + sizeof(nopl), sizeof(mark));
	if (mark == REGION_MARK_BEGIN)
		return DECODE_BEGIN;
	return mark == REGION_MARK_END ? DECODE_END : DECODE_PLAIN;
}

static bool is_string(uint8_t opcode)
{
	return (opcode >= 0x6c && opcode <= 0x6f) ||
	       (opcode >= 0xa4 && opcode <= 0xa7) ||
	       (opcode >= 0xaa && opcode <= 0xaf);
}

static bool is_xchg_memory(const uint8_t *code, size_t size)
{
	return size >= 2 && (code[0] == 0x86 || code[0] == 0x87) &&
	       (code[1] & 0xc0) != 0xc0;
}

enum decode_kind decode(const uint8_t *code, size_t size)
{
	struct prefixes p = read_prefixes(code, size);

	code += p.size;
	size -= p.size;
	if (!size)
		return DECODE_PLAIN;
	if (p.lock || is_xchg_memory(code, size))
		return DECODE_LOCKED;
	if (p.rep && is_string(*code))
		return DECODE_REPEATED;
	return p.size ? DECODE_PLAIN : decode_marker(code, size);
}
