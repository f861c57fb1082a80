#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""An example: read page_state without rmapctl, and count folios by order.

    page_state.py [FILE]

FILE is /sys/kernel/debug/rmap_ab/page_state if not given. The record is struct
rmap_ab_page of uapi/linux/rmap_ab.h, which says what each value means.
"""

import collections
import struct
import sys

PAGE_STATE = "/sys/kernel/debug/rmap_ab/page_state"

# The record of page frame N is at offset N * 64. Native byte order, no padding.
Page = collections.namedtuple("Page", """
    head_pfn index memcg flags page_mapcount entire_mapcount large_mapcount
    nr_pages_mapped refcount pincount order kind nid mm_id mm_mapcount""")
RECORD = struct.Struct("=QQQIiiiiiiBBHIi")

PAGE_PRESENT = 1 << 0
FOLIO_LAYOUT_NONE = 1 << 26
KINDS = ("none", "anon", "file", "shmem", "ksm", "hugetlb", "device", "not-rmappable")

RECORDS_AT_ONCE = 16384


def pages(file):
    """Yield (page frame, record) of all page frames that there are."""
    pfn = 0
    while data := file.read(RECORDS_AT_ONCE * RECORD.size):
        for record in RECORD.iter_unpack(data):
            page = Page._make(record)
            if page.flags & PAGE_PRESENT:
                yield pfn, page
            pfn += 1


def main(path):
    """Print, for each kind and order, how many folios there are, and how they are mapped."""
    folios = collections.Counter()
    mapped = collections.Counter()      # pages that are mapped, by whomever
    more = collections.Counter()        # those that are mapped more than once
    with open(path, "rb") as file:
        for pfn, page in pages(file):
            if not page.kind:
                continue                # in no folio: free, slab, ...
            key = page.kind, page.order
            folios[key] += pfn == page.head_pfn
            if page.flags & FOLIO_LAYOUT_NONE:
                continue                # the kernel does not count its pages
            # An entry for the whole folio maps each of its pages.
            mapcount = page.page_mapcount + page.entire_mapcount
            mapped[key] += mapcount > 0
            more[key] += mapcount > 1
    print(f"{'kind':13} {'order':>5} {'folios':>9} {'pages mapped':>13} {'more than once':>15}")
    for key in sorted(folios):
        kind, order = key
        print(f"{KINDS[kind]:13} {order:5} {folios[key]:9} {mapped[key]:13} {more[key]:15}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else PAGE_STATE)
