/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_NO_LAYOUT_H
#define _RMAP_AB_NO_LAYOUT_H
/*
 * The part of host.h about layouts, for a kernel in which all large folios have
 * page mapcounts: without CONFIG_RMAP_LAYOUT. Everything here is constant, so the
 * code for other folios is compiled to nothing. hosts/7.3/host.h says what each
 * of these is.
 */

#define HOST_HAS_LAYOUTS	0
#define HOST_OPS_LAYOUTS

static inline void host_ops_set_layouts(struct rmap_ops *ops,
					const struct rmap_ops *like) { }

static __always_inline bool host_layouts_vary(void)
{
	return false;
}

static __always_inline bool host_is_none(const struct folio *folio)
{
	return false;
}

static inline void host_set_none(struct folio *folio, bool none) { }

static __always_inline int host_large_raise(struct folio *folio, int nr,
					    struct vm_area_struct *vma)
{
	host_large_add(folio, nr, vma);
	return 0;
}

static __always_inline int host_large_lower(struct folio *folio, int nr,
					    struct vm_area_struct *vma)
{
	host_large_sub(folio, nr, vma);
	return 0;
}

static __always_inline bool host_choose_layout(struct folio *folio)
{
	return true;
}

static __always_inline void host_choose_layout_alone(struct folio *folio) { }
static __always_inline void host_forget_layout_alone(struct folio *folio) { }

static inline int host_layout_set(bool none)
{
	return none ? -EOPNOTSUPP : 0;
}

static inline bool host_layout_get(void)
{
	return false;
}

static inline unsigned long host_nr_none(void)
{
	return 0;
}

#endif /* _RMAP_AB_NO_LAYOUT_H */
