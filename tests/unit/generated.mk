# SPDX-License-Identifier: GPL-2.0
# For those who compile the module's sources on the host: what is generated,
# into $(O)/gen. Needs O, MODULE and PATCH.
generated := $(O)/gen/linux/rmap_ops.h $(O)/gen/impls.inc

# The contract is what the patch adds; without the dispatchers at its end.
$(O)/gen/linux/rmap_ops.h: $(PATCH) $(lastword $(MAKEFILE_LIST))
	@mkdir -p $(@D)
	sed -n '\:^+++ b/include/linux/rmap_ops.h:,/^---/s/^+//p' $< | \
		sed -e 1d -e '/^DECLARE_STATIC_KEY_FALSE/,$$d' > $@
	grep -q '^struct rmap_ops {' $@
	echo '#endif' >> $@

$(O)/gen/impls.inc: $(MODULE)/impl.h $(lastword $(MAKEFILE_LIST))
	@mkdir -p $(@D)
	sed -n 's/^extern const struct rmap_ops \(.*\)_ops;/IMPL(\1)/p' $< > $@
	grep -q . $@
