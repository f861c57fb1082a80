/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OPS_H
#define OPS_H
/*
 * The operations of struct rmap_ops, and sets of them.
 */

#include <stdint.h>

#define RMAP_OPS(OP)			\
	OP(folio_add_new_anon_rmap)	\
	OP(folio_add_anon_rmap_pte)	\
	OP(folio_add_anon_rmap_ptes)	\
	OP(folio_add_anon_rmap_pmd)	\
	OP(folio_try_dup_anon_rmap_pte)	\
	OP(folio_try_dup_anon_rmap_ptes)	\
	OP(folio_try_dup_anon_rmap_pmd)	\
	OP(folio_try_share_anon_rmap_pte)	\
	OP(folio_try_share_anon_rmap_pmd)	\
	OP(folio_add_file_rmap_pte)	\
	OP(folio_add_file_rmap_ptes)	\
	OP(folio_add_file_rmap_pmd)	\
	OP(folio_add_file_rmap_pud)	\
	OP(folio_dup_file_rmap_pte)	\
	OP(folio_dup_file_rmap_ptes)	\
	OP(folio_dup_file_rmap_pmd)	\
	OP(folio_remove_rmap_pte)	\
	OP(folio_remove_rmap_ptes)	\
	OP(folio_remove_rmap_pmd)	\
	OP(folio_remove_rmap_pud)	\
	OP(hugetlb_add_new_anon_rmap)	\
	OP(hugetlb_add_anon_rmap)	\
	OP(hugetlb_try_dup_anon_rmap)	\
	OP(hugetlb_try_share_anon_rmap)	\
	OP(hugetlb_add_file_rmap)	\
	OP(hugetlb_remove_rmap)

enum rmap_op {
#define OPS_ENUM(op) OP_##op,
	RMAP_OPS(OPS_ENUM)
#undef OPS_ENUM
	NR_OPS
};

/* A set of operations is the BIT(OP_...) of each. */
typedef uint32_t op_set;
_Static_assert(NR_OPS <= 32, "op_set is too small");

#define BIT(n) (1u << (n))

/* The sets that scenarios are made of. */
#define ADD_NEW_ANON	BIT(OP_folio_add_new_anon_rmap)
#define ADD_ANON_PTE	BIT(OP_folio_add_anon_rmap_pte)
#define ADD_ANON_PTES	BIT(OP_folio_add_anon_rmap_ptes)
#define ADD_ANON_PMD	BIT(OP_folio_add_anon_rmap_pmd)
#define DUP_ANON_PTE	BIT(OP_folio_try_dup_anon_rmap_pte)
#define DUP_ANON_PTES	BIT(OP_folio_try_dup_anon_rmap_ptes)
#define DUP_ANON_PMD	BIT(OP_folio_try_dup_anon_rmap_pmd)
#define SHARE_PTE	BIT(OP_folio_try_share_anon_rmap_pte)
#define SHARE_PMD	BIT(OP_folio_try_share_anon_rmap_pmd)
#define ADD_FILE_PTE	BIT(OP_folio_add_file_rmap_pte)
#define ADD_FILE_PTES	BIT(OP_folio_add_file_rmap_ptes)
#define ADD_FILE_PMD	BIT(OP_folio_add_file_rmap_pmd)
#define ADD_FILE_PUD	BIT(OP_folio_add_file_rmap_pud)
#define DUP_FILE_PTE	BIT(OP_folio_dup_file_rmap_pte)
#define DUP_FILE_PTES	BIT(OP_folio_dup_file_rmap_ptes)
#define DUP_FILE_PMD	BIT(OP_folio_dup_file_rmap_pmd)
#define REMOVE_PTE	BIT(OP_folio_remove_rmap_pte)
#define REMOVE_PTES	BIT(OP_folio_remove_rmap_ptes)
#define REMOVE_PMD	BIT(OP_folio_remove_rmap_pmd)
#define REMOVE_PUD	BIT(OP_folio_remove_rmap_pud)
#define HUGETLB_NEW	BIT(OP_hugetlb_add_new_anon_rmap)
#define HUGETLB_ADD	BIT(OP_hugetlb_add_anon_rmap)
#define HUGETLB_DUP	BIT(OP_hugetlb_try_dup_anon_rmap)
#define HUGETLB_SHARE	BIT(OP_hugetlb_try_share_anon_rmap)
#define HUGETLB_FILE	BIT(OP_hugetlb_add_file_rmap)
#define HUGETLB_REMOVE	BIT(OP_hugetlb_remove_rmap)
#define ALL_OPS		(BIT(NR_OPS) - 1)

/* Linux 6.12 never calls these. */
#define PUD_OPS		(ADD_FILE_PUD | REMOVE_PUD)
/* No code calls these without transparent huge pages: no PMD maps a folio, */
#define PMD_OPS		(ADD_ANON_PMD | DUP_ANON_PMD | SHARE_PMD | \
			 ADD_FILE_PMD | DUP_FILE_PMD | REMOVE_PMD)
/* and the operations for one page exist only where that is a call of its own. */
#define LARGE_OPS	(PMD_OPS | DUP_ANON_PTES | DUP_FILE_PTES)

extern const char *const op_names[NR_OPS];

/* Returns the operation of this name, or NR_OPS. */
enum rmap_op op_by_name(const char *name);

#endif /* OPS_H */
