# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# hosts/make-hooks makes the hook patches from the kernels' own sources. What is
# checked in is what it makes, and it makes none of a kernel that has changed.

MAKE_HOOKS=$TOP/hosts/make-hooks
HOOKS_MADE_FILES=(Makefile include/linux/{rmap,export}.h mm/{rmap.c,internal.h,Kconfig.debug,Makefile})
HOOKS_MADE_FILES+=(kernel/static_call_inline.c arch/x86/kernel/{static_call,alternative}.c)

hooks_made_check() { source_need && "$MAKE_HOOKS" "$SOURCE_DIR" | cmp - "$HOOKS"; }

# Each line: a file, a change of it, and what make-hooks must say about it.
hooks_made_changes() {
	cat <<-'CHANGES'
		mm/rmap.c|s/^void folio_remove_rmap_pmd(.*/&\n\t\tint why,/|folio_remove_rmap_pmd() has another prototype
		mm/rmap.c|s/^void folio_add_new_anon_rmap(/void folio_add_fresh_anon_rmap(/|folio_add_new_anon_rmap() is not there
		mm/rmap.c|s/^void folio_add_file_rmap_pmd(/&struct folio *folio)\n{\n}\n\n&/|folio_add_file_rmap_pmd() is defined more than once
		mm/rmap.c|$ a void folio_swap_anon_rmap(struct folio *folio)\n{\n}|what is folio_swap_anon_rmap()?
		include/linux/rmap.h|s/folio_remove_rmap_ptes(folio, page, 1, vma)/folio_remove_rmap_ptes(folio, page, 2, vma)/|folio_remove_rmap_pte() is folio_remove_rmap_ptes(folio, page, 2, vma)
		include/linux/rmap.h|s/^static inline int hugetlb_try_share_anon_rmap(/static inline void hugetlb_try_share_anon_rmap(/|hugetlb_try_share_anon_rmap() returns void
		include/linux/rmap.h|s/struct vm_area_struct \*src_vma)/int src)/|folio_try_dup_anon_rmap_pmd() has another prototype
		include/linux/rmap.h|s/rmap interfaces called when/called when/|the interface: found 0 times
		mm/internal.h|s/munlock_vma_folio/munlock_vma/|mlock_vma_folio(): found 0 times
		kernel/static_call_inline.c|s/if (key->func == func)/if (likely(key->func != func))/|__static_call_update(): found 0 times
		arch/x86/kernel/alternative.c|s/order/sort/g|a full queue: found 0 times
		include/linux/export.h|s/"GPL", .*ns)*$/"GPL", 0)/|EXPORT_SYMBOL_NS_GPL() is neither
	CHANGES
}

hooks_made_refuses() {
	local dir file change says bad=0
	source_need
	temp_dir dir
	while IFS='|' read -r file change says; do
		(cd "$SOURCE_DIR" && cp --parents "${HOOKS_MADE_FILES[@]}" "$dir")
		sed -i "$change" "$dir/$file"
		if cmp -s "$SOURCE_DIR/$file" "$dir/$file"; then
			echo "$file: nothing to change for: $says"
			bad=1
		elif "$MAKE_HOOKS" "$dir" >"$dir/patch" 2>"$dir/said" || [[ -s $dir/patch ]] || ! grep -qF "$says" "$dir/said"; then
			echo "$file: make-hooks does not say: $says"
			cat "$dir/said"
			bad=1
		fi
	done < <(hooks_made_changes)
	return "$bad"
}
