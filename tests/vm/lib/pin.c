// SPDX-License-Identifier: GPL-2.0
#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/pin.h"

int pin_take(void *p, size_t len)
{
	struct io_uring_params params = { 0 };
	struct iovec buffer = { p, len };
	const int ring = syscall(SYS_io_uring_setup, 1, &params);

	must(ring >= 0, "io_uring_setup");
	must(!syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS,
		      &buffer, 1), "pin %zu bytes", len);
	return ring;
}

void pin_drop(int pin)
{
	must(!syscall(SYS_io_uring_register, pin, IORING_UNREGISTER_BUFFERS,
		      NULL, 0), "drop a pin");
	close(pin);
}
