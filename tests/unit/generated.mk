# SPDX-License-Identifier: GPL-2.0
# Generates what is needed to compile the module's sources on the host, into
# $(O)/gen. Needs O, HOST, MODULE and PATCH; LAYOUT and LAYOUT_PATCH or neither.
generated := $(addprefix $(O)/gen/,linux/rmap_ops.h linux/rmap_ops_list.h impls.inc host)

# What was built for another host does not serve.
$(shell mkdir -p $(O)/gen; [ "$$(cat $(O)/gen/host 2>/dev/null)" = "$(HOST)" ] || \
	echo "$(HOST)" > $(O)/gen/host)

# added FILE: puts a new file of the patch together from all the mails that have a part
# of it.
added = awk '/^(From|diff) /{of = 0} of && sub(/^\+/, ""); $$1 == "+++" {of = $$2 == "b/$(1)"}' $(PATCH)

# changed FILE PATCH: applies the part of PATCH that is about FILE of the kernel to $@.
changed = awk '/^(From|diff) /{of = $$3 == "a/$(1)"} of' $(2) | patch -s $@

# The contract is the header that the patch adds, without the dispatchers at its end.
$(O)/gen/linux/rmap_ops.h: $(PATCH) $(LAYOUT_PATCH) $(O)/gen/host $(lastword $(MAKEFILE_LIST))
	@mkdir -p $(@D)
	$(call added,include/linux/rmap_ops.h) > $@
	$(if $(LAYOUT),$(call changed,include/linux/rmap_ops.h,$(LAYOUT_PATCH)))
	sed -i '/^DECLARE_STATIC_KEY_FALSE/,$$d' $@
	grep -q '^struct rmap_ops {' $@
	echo '#endif' >> $@

$(O)/gen/linux/rmap_ops_list.h: $(PATCH) $(O)/gen/host $(lastword $(MAKEFILE_LIST))
	@mkdir -p $(@D)
	$(call added,include/linux/rmap_ops_list.h) > $@
	grep -q '^#define RMAP_OPS_LIST' $@

$(O)/gen/impls.inc: $(MODULE)/impl.h $(lastword $(MAKEFILE_LIST))
	@mkdir -p $(@D)
	sed -n 's/^extern const struct rmap_ops \(.*\)_ops;/IMPL(\1)/p' $< > $@
	grep -q . $@

# A header that the sources of a module of somebody else's include, and that is not
# here, is empty: what is used of it will be named by the compiler.
$(O)/gen/own/made: $(own) $(if $(OWN),$(wildcard $(OWN)/*.h)) $(lastword $(MAKEFILE_LIST))
	@mkdir -p $(@D)
	for header in $$(sed -n 's/^ *# *include *<\(.*\)>.*/\1/p' $(filter %.c %.h,$^)); do \
		for dir in hosts/$(HOST) shim $(O)/gen ../../uapi; do \
			[ ! -e "$$dir/$$header" ] || continue 2; \
		done; \
		mkdir -p "$(@D)/$${header%/*}" && : > "$(@D)/$$header" || exit; \
	done
	touch $@
