# SPDX-License-Identifier: GPL-2.0
# rmap_ab on your own machine. (./lab/run does all of this in a virtual one.)
#
#   make [KDIR=...]		the module and the tool
#   make install		both, for the running kernel; needs root
#
# KDIR is the build directory of a 6.12 kernel with kernel-hooks.patch and
# CONFIG_RMAP_OPS=y; without it, that of the running kernel.

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr

all: module tool

# Say what is wrong with a kernel before the compiler does.
module:
	@test -e "$(KDIR)/Makefile" || { \
		echo "$(KDIR): no kernel build directory; give one with KDIR=" >&2; exit 1; }
	@grep -qs '^CONFIG_RMAP_OPS=y' "$(KDIR)/.config" "$(KDIR)/include/config/auto.conf" || { \
		echo "$(KDIR): a kernel without CONFIG_RMAP_OPS: apply kernel-hooks.patch, enable it, build that kernel" >&2; exit 1; }
	$(MAKE) -C "$(KDIR)" M="$(CURDIR)" modules

tool:
	$(MAKE) -C tool

install: all
	$(MAKE) -C "$(KDIR)" M="$(CURDIR)" modules_install
	depmod
	$(MAKE) -C tool install PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)"

clean:
	@test ! -e "$(KDIR)/Makefile" || $(MAKE) -C "$(KDIR)" M="$(CURDIR)" clean
	$(MAKE) -C tool clean

.PHONY: all module tool install clean
