# SPDX-License-Identifier: GPL-2.0
# rmap_ab on your own machine. (./lab/run does all of this in a virtual one.)
#
#   make [KDIR=...]		the module and the tool
#   make install		both, for KDIR's kernel; needs root
#   make install DESTDIR=DIR	the same below DIR, for a package: nothing else is
#				touched, and depmod is left to the package
#
# KDIR is the build directory of a 6.12 kernel with kernel-hooks.patch and
# CONFIG_RMAP_OPS=y; without it, that of the running kernel.

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr
dest := $(abspath $(DESTDIR))

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
	$(MAKE) -C "$(KDIR)" M="$(CURDIR)" INSTALL_MOD_PATH="$(dest)" $(if $(dest),DEPMOD=true) modules_install
	$(if $(dest),,depmod "$$(cat "$(KDIR)/include/config/kernel.release")")
	$(MAKE) -C tool install PREFIX="$(PREFIX)" DESTDIR="$(dest)"

clean:
	@test ! -e "$(KDIR)/Makefile" || $(MAKE) -C "$(KDIR)" M="$(CURDIR)" clean
	$(MAKE) -C tool clean

.PHONY: all module tool install clean
