// SPDX-License-Identifier: GPL-2.0
/*
 * Device memory, as the kernel's test driver simulates it: pages that only the
 * device can reach, and pages that it has for itself.
 *
 * The folios are small: Linux 6.12 does not handle the PTEs of large ones right
 * (a folio that was reserved and is then unmapped counts too few).
 */
#include <sys/mman.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/device.h"
#include "lib/pages.h"
#include "lib/peer.h"
#include "lib/scenario.h"
#include "lib/truth.h"

enum { NR = 16 };

/* Returns the open device. When it is closed, its pages go back to the CPUs. */
static int command(int (*act)(int device, char *p, size_t nr), char *p)
{
	const int fd = device_open();

	must(!act(fd, p, NR), "a command to the device");
	return fd;
}

static char *map_filled(void)
{
	char *p = small_map(NR);

	pages_fill(p, 0, NR, 1);
	return p;
}

static void read_back(struct peer *self, void *arg)
{
	peer_pause(self);
	pages_verify(arg, 0, NR, 1);
	peer_pause(self);
	pages_fill(arg, 0, NR, 2);
}

/* A CPU that wants a page fetches it back. */
static void private(void)
{
	char *p = map_filled();
	struct peer child;

	command(device_take, p);
	must(!page_present(p) && page_swapped(p), "in the device");
	counts_agree("in the device");
	peer_start(&child, read_back, p);
	counts_agree("in the device, of two processes");
	peer_step(&child);
	counts_agree("after the child fetched it");
	pages_verify(p, 0, NR, 1);
	counts_agree("after both have it");
	peer_finish(&child);
	pages_verify(p, 0, NR, 1);
}

static void evicted(void)
{
	char *p = map_filled();
	const int fd = command(device_take, p);

	must(page_swapped(p), "in the device");
	close(fd);
	must(page_present(p), "back");
	counts_agree("after the device was closed");
	pages_verify(p, 0, NR, 1);
}

static void unmapped(void)
{
	char *p = map_filled();

	command(device_take, p);
	pages_unmap(p, NR * PAGE);
	counts_agree("after munmap of memory in the device");
}

static void exclusive(void)
{
	char *p = map_filled();

	command(device_reserve, p);
	counts_agree("reserved for the device");
	pages_verify(p, 0, NR, 1);
	must(page_present(p), "back");
	counts_agree("after the CPU took it back");
	pages_fill(p, 0, NR, 2);
	pages_verify(p, 0, NR, 2);
}

const struct scenario device_scenarios[] = {
	{ "device/private", private, NEED_DEVICE,
	  SHARE_PTE | REMOVE_PTE | ADD_NEW_ANON | DUP_ANON_PTE },
	{ "device/private-evict", evicted, NEED_DEVICE,
	  SHARE_PTE | REMOVE_PTE | ADD_NEW_ANON | ADD_ANON_PTE },
	{ "device/private-unmap", unmapped, NEED_DEVICE,
	  SHARE_PTE | REMOVE_PTE | ADD_NEW_ANON },
	/* Before Linux 6.15 it is not mapped, and counted, as long as that lasts. */
	{ "device/exclusive", exclusive, NEED_DEVICE, ADD_NEW_ANON },
	{ 0 }
};
