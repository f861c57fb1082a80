/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_RMAP_AB_H
#define _UAPI_LINUX_RMAP_AB_H
/*
 * The interface between the module rmap_ab and the programs that use it.
 */

#include <linux/types.h>

/*
 * Events by generic netlink, only for processes with CAP_SYS_ADMIN in the first
 * user namespace. rmap_ab.yaml describes the family and is where its constants
 * come from.
 */
#include <linux/rmap_ab_netlink.h>

/* It is raised when something below changes its meaning, not for additions. */
#define RMAP_AB_VERSION			1

/* Length of the longest name of an implementation, with the terminating NUL. */
#define RMAP_AB_NAME_MAX		32

/* The name of the built-in implementation: the kernel's own code. */
#define RMAP_AB_BUILTIN			"builtin"

/* The control files, below the mount point of debugfs. */
#define RMAP_AB_DEBUGFS_DIR		"rmap_ab"
#define RMAP_AB_FILE_IMPLEMENTATION	"implementation"
#define RMAP_AB_FILE_STATUS		"status"
#define RMAP_AB_FILE_ERROR_LOG		"error_log"
#define RMAP_AB_FILE_PAGE_STATE		"page_state"
#define RMAP_AB_FILE_FOLIO		"folio"
#define RMAP_AB_FILE_MAPPERS		"mappers"
#define RMAP_AB_FILE_AUDIT		"audit"
#define RMAP_AB_FILE_CORRUPT		"corrupt"
#define RMAP_AB_FILE_SOLE_OWNER		"sole_owner"
#define RMAP_AB_FILE_FILE_PFNS		"file_pfns"
#define RMAP_AB_FILE_MM_IDS		"mm_ids"
#define RMAP_AB_FILE_PAGE_MAPPINGS	"page_mappings"
#define RMAP_AB_FILE_LAYOUT		"layout"
#define RMAP_AB_FILE_GUARD		"guard"
#define RMAP_AB_FILE_STATS		"stats"
#define RMAP_AB_FILE_STATS_ENABLED	"stats_enabled"
#define RMAP_AB_FILE_TRACE_OPS		"trace_ops"
#define RMAP_AB_FILE_FAULT_OPS		"fault_ops"

/* Directories of knobs, at the root of debugfs like those of other faults. */
#define RMAP_AB_FAULT_TRY_DUP		"fail_rmap_try_dup"
#define RMAP_AB_FAULT_TRY_SHARE		"fail_rmap_try_share"
#define RMAP_AB_FAULT_AB		"fail_rmap_ab"

/* The values of "state" in the file status. */
#define RMAP_AB_STATE_BUILTIN		"builtin"
#define RMAP_AB_STATE_ACTIVE		"active"
#define RMAP_AB_STATE_SWITCHING		"switching"
#define RMAP_AB_STATE_FOREIGN		"foreign"
#define RMAP_AB_STATE_REVERTED		"reverted"

/*
 * What the file layout takes: do large folios get mapcounts of their pages at
 * their first mapping?
 */
#define RMAP_AB_LAYOUT_PAGE		"page"
#define RMAP_AB_LAYOUT_NONE		"none"

/**
 * enum rmap_ab_kind - what a folio is to the rmap
 * @RMAP_AB_KIND_NONE: no folio that could be mapped: free, slab, page table,
 *	and so on. Also a folio that is so far only in the swap cache
 * @RMAP_AB_KIND_ANON: anonymous memory
 * @RMAP_AB_KIND_FILE: page cache
 * @RMAP_AB_KIND_SHMEM: page cache of shmem
 * @RMAP_AB_KIND_KSM: merged by KSM
 * @RMAP_AB_KIND_HUGETLB: hugetlb, anon or file
 * @RMAP_AB_KIND_DEVICE: ZONE_DEVICE memory
 * @RMAP_AB_KIND_NOT_RMAPPABLE: allocated memory, which a driver may map, but
 *	which has no reverse map
 * @RMAP_AB_NR_KINDS: number of kinds
 */
enum rmap_ab_kind {
	RMAP_AB_KIND_NONE,
	RMAP_AB_KIND_ANON,
	RMAP_AB_KIND_FILE,
	RMAP_AB_KIND_SHMEM,
	RMAP_AB_KIND_KSM,
	RMAP_AB_KIND_HUGETLB,
	RMAP_AB_KIND_DEVICE,
	RMAP_AB_KIND_NOT_RMAPPABLE,
	RMAP_AB_NR_KINDS
};

/* Flags of the page itself. */
#define RMAP_AB_PAGE_PRESENT		(1U << 0)  /* if clear, all are */
#define RMAP_AB_PAGE_ANON_EXCLUSIVE	(1U << 1)
#define RMAP_AB_PAGE_HWPOISON		(1U << 2)
#define RMAP_AB_PAGE_FREE		(1U << 3)  /* in the buddy allocator */
#define RMAP_AB_PAGE_SLAB		(1U << 4)
#define RMAP_AB_PAGE_TABLE		(1U << 5)
#define RMAP_AB_PAGE_RESERVED		(1U << 6)
#define RMAP_AB_PAGE_OFFLINE		(1U << 7)  /* given to the host: a balloon */
#define RMAP_AB_PAGE_RACY		(1U << 8)  /* changed while it was read */
/* Flags of its folio. */
#define RMAP_AB_FOLIO_ENTIRELY_MAPPED	(1U << 16) /* as _nr_pages_mapped says */
#define RMAP_AB_FOLIO_PARTIALLY_MAPPED	(1U << 17)
#define RMAP_AB_FOLIO_DEFERRED_SPLIT	(1U << 18) /* on the queue: 6.12 also
						    * has all new anon THPs there
						    */
#define RMAP_AB_FOLIO_SWAP_CACHE	(1U << 19)
#define RMAP_AB_FOLIO_LOCKED		(1U << 20)
#define RMAP_AB_FOLIO_MLOCKED		(1U << 21)
#define RMAP_AB_FOLIO_MAYBE_PINNED	(1U << 22)
#define RMAP_AB_FOLIO_PINCOUNT_GUESSED	(1U << 23) /* from the refcount */
#define RMAP_AB_FOLIO_MM_IDS		(1U << 24) /* it has MM IDs: see @mm_id */
#define RMAP_AB_FOLIO_MM_SHARED		(1U << 25) /* more than one mm may map
						    * it: certain if clear
						    */
#define RMAP_AB_FOLIO_LAYOUT_NONE	(1U << 26) /* its pages have no
						    * mapcounts
						    */

/**
 * struct rmap_ab_page - a page frame and its folio; see RMAP_AB_FILE_PAGE_STATE
 * @head_pfn: first page frame of the folio; of a page in no folio, the page's
 *	own
 * @index: offset of the folio's first page in what it belongs to, in pages
 * @memcg: inode number of the directory of its memory cgroup; 0: none
 * @flags: RMAP_AB_PAGE_*, RMAP_AB_FOLIO_*
 * @page_mapcount: PTE mappings of this page
 * @entire_mapcount: mappings of the whole folio by a PMD, or by a PUD if it
 *	has the size of one (hugetlb: by any entry)
 * @large_mapcount: all mappings of a large folio; of a small one,
 *	@page_mapcount
 * @nr_pages_mapped: pages of the folio with a PTE mapping
 * @refcount: references of the folio
 * @pincount: pins by GUP; a guess if RMAP_AB_FOLIO_PINCOUNT_GUESSED
 * @order: order of the folio
 * @kind: enum rmap_ab_kind
 * @nid: NUMA node
 * @mm_id: one of the two MM IDs of the folio: an mm that maps it, 0: none
 * @mm_mapcount: mappings by that mm which the kernel counts for it
 *
 * Without RMAP_AB_FOLIO_MM_IDS, which needs Linux 7.3, THP, and a large folio,
 * @mm_id and @mm_mapcount are 0. A folio has two slots of them. The records of
 * its pages with an even number have slot 0, those with an odd number slot 1;
 * its first page is number 0. RMAP_AB_FILE_MM_IDS tells whose mm it is.
 *
 * The counts are numbers of mappings: the kernel's counters plus one. 0 means
 * "not mapped", and a negative count is a bug. With RMAP_AB_FOLIO_LAYOUT_NONE, the
 * kernel does not count @page_mapcount and @nr_pages_mapped of the folio. They
 * are 0, however often its pages are mapped, and @large_mapcount is all that is
 * known, beside @entire_mapcount. See RMAP_AB_FILE_LAYOUT.
 *
 * The record of page frame N is at offset N times the size. The file ends after
 * the last page frame of ordinary memory. The record of a page frame that does
 * not exist, or is offline, is all 0. Memory of a device beyond the end can be
 * read by its offset.
 *
 * Each value of a racy record was true, but perhaps not at the same moment as
 * the others. A record that is not racy may show a moment in the middle of an
 * operation.
 */
struct rmap_ab_page {
	__u64 head_pfn;
	__u64 index;
	__u64 memcg;
	__u32 flags;
	__s32 page_mapcount;
	__s32 entire_mapcount;
	__s32 large_mapcount;
	__s32 nr_pages_mapped;
	__s32 refcount;
	__s32 pincount;
	__u8 order;
	__u8 kind;
	__u16 nid;
	__u32 mm_id;
	__s32 mm_mapcount;
};

#define RMAP_AB_MAPPINGS_PRESENT	(1U << 0)  /* if clear, all are */
#define RMAP_AB_MAPPINGS_KNOWN		(1U << 1)  /* else the counts are 0 */
#define RMAP_AB_MAPPINGS_RACY		(1U << 2)  /* not known, because the folio
						    * changed, or was locked
						    */
#define RMAP_AB_MAPPINGS_PAGE_SHARED	(1U << 3)  /* more than one mm maps the page */
#define RMAP_AB_MAPPINGS_FOLIO_SHARED	(1U << 4)  /* more than one mm maps a page
						    * of the folio
						    */

/**
 * struct rmap_ab_mappings - how often a page frame is mapped, according to the
 *	page tables; see RMAP_AB_FILE_PAGE_MAPPINGS
 * @head_pfn: first page frame of the folio; of a page in no folio, the page's
 *	own
 * @folio_mappings: all mappings of the folio: what the large mapcount of a
 *	large folio should be
 * @mappings: mappings of this page: entries for the page, and for the whole
 *	folio
 * @nr_mapped: pages of the folio that are mapped
 * @flags: RMAP_AB_MAPPINGS_*
 * @order: order of the folio
 * @kind: enum rmap_ab_kind
 * @reserved: 0
 *
 * The record of page frame N is at offset N times the size. The mappings are
 * those that the reverse map leads to, found in the page tables while the folio
 * was locked. No counter has a part in a number. A folio without
 * RMAP_AB_MAPPINGS_KNOWN has no reverse map, or one that is incomplete (KSM
 * before ksmd has passed), or RMAP_AB_MAPPINGS_RACY.
 *
 * The record of a page frame that does not exist, or is offline, is all 0. The
 * file ends where RMAP_AB_FILE_PAGE_STATE does.
 */
struct rmap_ab_mappings {
	__u64 head_pfn;
	__u64 folio_mappings;
	__u32 mappings;
	__u32 nr_mapped;
	__u32 flags;
	__u8 order;
	__u8 kind;
	__u16 reserved;
};

/* What is in the page cache at some indices of a file. */
#define RMAP_AB_FILE_PFNS_CACHED	(1U << 0)
#define RMAP_AB_FILE_PFNS_SWAPPED	(1U << 1)  /* shmem: swapped out */

/**
 * struct rmap_ab_file_pfns - a part of a file; see RMAP_AB_FILE_FILE_PFNS
 * @index: of the first page, in pages
 * @pfn: page frame of the first page; 0 unless RMAP_AB_FILE_PFNS_CACHED
 * @nr: consecutive pages, in consecutive page frames
 * @flags: RMAP_AB_FILE_PFNS_*
 * @reserved: 0
 *
 * Write "FD FIRST LAST" to the file, in decimal: a file descriptor of the
 * reader, and the first and the last index to report. Then read these records
 * from it, in the order of the indices, for the pages that are there. A read
 * returns nothing when all are reported. A read must have room for a page full
 * of records.
 */
struct rmap_ab_file_pfns {
	__u64 index;
	__u64 pfn;
	__u64 nr;
	__u32 flags;
	__u32 reserved;
};

#ifdef __cplusplus
static_assert(sizeof(struct rmap_ab_page) == 64, "ABI");
static_assert(sizeof(struct rmap_ab_mappings) == 32, "ABI");
static_assert(sizeof(struct rmap_ab_file_pfns) == 32, "ABI");
#else
_Static_assert(sizeof(struct rmap_ab_page) == 64, "ABI");
_Static_assert(sizeof(struct rmap_ab_mappings) == 32, "ABI");
_Static_assert(sizeof(struct rmap_ab_file_pfns) == 32, "ABI");
#endif

#endif /* _UAPI_LINUX_RMAP_AB_H */
