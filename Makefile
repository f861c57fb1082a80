# SPDX-License-Identifier: GPL-2.0
# rmap_ab on your own machine. (./lab/run does all of this in a virtual one.)
#
#   make [KDIR=...]		the module and the tool
#   make install		both, for KDIR's kernel; needs root
#   make install DESTDIR=DIR	the same below DIR, for a package: nothing else is
#				touched, and depmod is left to the package
#   make uninstall		takes away what `install` with the same variables has
#				brought; a module that is loaded stays in memory
#
# Debian packages of kernel, module and tool: ./lab/run package
#
# KDIR is the build directory of a 6.12 kernel with kernel-hooks.patch and
# CONFIG_RMAP_OPS=y; without it, that of the running kernel.

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr
dest := $(abspath $(DESTDIR))
release = $(shell cat "$(KDIR)/include/config/kernel.release")

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
	$(if $(dest),,depmod "$(release)")
	$(MAKE) -C tool install PREFIX="$(PREFIX)" DESTDIR="$(dest)"

# Without the version of the kernel, only the tool could be found.
uninstall:
	@test -n "$(release)" || { \
		echo "$(KDIR): no kernel build directory; give one with KDIR=" >&2; exit 1; }
	test ! -d "$(dest)/lib/modules/$(release)" || \
		find "$(dest)/lib/modules/$(release)" -name 'rmap_ab.ko*' -path '*/$(or $(INSTALL_MOD_DIR),updates)/*' -delete
	$(if $(dest),,depmod "$(release)")
	$(MAKE) -C tool uninstall PREFIX="$(PREFIX)" DESTDIR="$(dest)"

clean:
	@test ! -e "$(KDIR)/Makefile" || $(MAKE) -C "$(KDIR)" M="$(CURDIR)" clean
	$(MAKE) -C tool clean

.PHONY: all module tool install uninstall clean
