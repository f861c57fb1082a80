/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What agent (in the guest) and keeper (on the host) say to each other over
 * one virtio serial port. A single ordered stream carries the command's
 * output and its status, so the status cannot overtake a byte of output.
 */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include <stdint.h>

enum wire_kind {
	WIRE_HELLO = 1,		/* user space is up; no payload */
	WIRE_OUT,		/* bytes of the command's stdout */
	WIRE_ERR,		/* bytes of the command's stderr */
	WIRE_STATUS,		/* uint32_t: exit status as a shell reports it */
};

struct wire_head {
	uint32_t kind;
	uint32_t len;		/* bytes of payload that follow */
};

/* One write() to a virtio port takes 32 KiB at most: a frame is one write. */
#define WIRE_PAYLOAD_MAX	(32 * 1024 - sizeof(struct wire_head))

#endif
