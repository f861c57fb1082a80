/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: events/rmap_ab/ in tracefs. Those of the operations are reached
 * only while the layer "trace" is on. The types of the fields are types of C
 * itself: bpftrace compiles them, and knows no others without debug
 * information.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM rmap_ab

#if !defined(_RMAP_AB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _RMAP_AB_TRACE_H

#include <linux/tracepoint.h>

#include "call.h"

TRACE_DEFINE_ENUM(LEVEL_PTE);
TRACE_DEFINE_ENUM(LEVEL_PMD);
TRACE_DEFINE_ENUM(LEVEL_PUD);
TRACE_DEFINE_ENUM(LEVEL_HUGETLB);

#define show_call_level(level)			\
	__print_symbolic(level,			\
			 { LEVEL_PTE, "pte" },	\
			 { LEVEL_PMD, "pmd" },	\
			 { LEVEL_PUD, "pud" },	\
			 { LEVEL_HUGETLB, "hugetlb" })

DECLARE_EVENT_CLASS(rmap_ab_call,
		    TP_PROTO(const struct call *call),
		    TP_ARGS(call),
		    TP_STRUCT__entry(
			    __field(unsigned long, pfn)
			    __field(unsigned int, order)
			    __field(unsigned int, first)
			    __field(int, nr_pages)
			    __field(int, level)
			    __field(const void *, mm)
			    __field(unsigned long, address)
			    __field(int, result)
			    __string(implementation, call->implementation->name)
		    ),
		    TP_fast_assign(
			    __entry->pfn = page_to_pfn(call->page);
			    __entry->order = folio_order(call->folio);
			    __entry->first = call_first(call);
			    __entry->nr_pages = call->nr_pages;
			    __entry->level = call->level;
			    __entry->mm = call->vma ? call->vma->vm_mm : NULL;
			    __entry->address = call->address;
			    __entry->result = call->result;
			    __assign_str(implementation);
		    ),
		    TP_printk("pfn=0x%lx order=%u first=%u nr_pages=%d level=%s mm=%p address=0x%lx result=%d implementation=%s",
			      __entry->pfn, __entry->order, __entry->first,
			      __entry->nr_pages, show_call_level(__entry->level),
			      __entry->mm, __entry->address, __entry->result,
			      __get_str(implementation))
);

#define RMAP_AB_CALL_EVENT(ret, name, ...)			\
	DEFINE_EVENT(rmap_ab_call, name,			\
		     TP_PROTO(const struct call *call), TP_ARGS(call));
RMAP_OPS_TABLE(RMAP_AB_CALL_EVENT)
#undef RMAP_AB_CALL_EVENT

/* @layers: BIT(enum layer_id) of each layer around @to. */
TRACE_EVENT(rmap_switch,
	    TP_PROTO(const char *from, const char *to, unsigned int layers, u64 us),
	    TP_ARGS(from, to, layers, us),
	    TP_STRUCT__entry(
		    __string(from, from)
		    __string(to, to)
		    __field(unsigned int, layers)
		    __field(unsigned long long, us)
	    ),
	    TP_fast_assign(
		    __assign_str(from);
		    __assign_str(to);
		    __entry->layers = layers;
		    __entry->us = us;
	    ),
	    TP_printk("from=%s to=%s layers=0x%x us=%llu", __get_str(from),
		      __get_str(to), __entry->layers, __entry->us)
);

/* @nr_none: folios without page mapcounts when the layout had changed. */
TRACE_EVENT(rmap_layout,
	    TP_PROTO(const char *from, const char *to, unsigned long nr_none,
		     u64 us),
	    TP_ARGS(from, to, nr_none, us),
	    TP_STRUCT__entry(
		    __string(from, from)
		    __string(to, to)
		    __field(unsigned long, nr_none)
		    __field(unsigned long long, us)
	    ),
	    TP_fast_assign(
		    __assign_str(from);
		    __assign_str(to);
		    __entry->nr_none = nr_none;
		    __entry->us = us;
	    ),
	    TP_printk("from=%s to=%s nr_none=%lu us=%llu", __get_str(from),
		      __get_str(to), __entry->nr_none, __entry->us)
);

TRACE_EVENT(rmap_revert,
	    TP_PROTO(const char *from, const char *reason),
	    TP_ARGS(from, reason),
	    TP_STRUCT__entry(
		    __string(from, from)
		    __string(reason, reason)
	    ),
	    TP_fast_assign(
		    __assign_str(from);
		    __assign_str(reason);
	    ),
	    TP_printk("from=%s reason=%s", __get_str(from), __get_str(reason))
);

/* A fault was injected. @operation: an operation, or a function of the module. */
TRACE_EVENT(fault,
	    TP_PROTO(const struct task_struct *task, const char *name,
		     const char *operation),
	    TP_ARGS(task, name, operation),
	    TP_STRUCT__entry(
		    __field(int, pid)
		    __string(comm, task->comm)
		    __string(name, name)
		    __string(operation, operation)
	    ),
	    TP_fast_assign(
		    __entry->pid = task->pid;
		    __assign_str(comm);
		    __assign_str(name);
		    __assign_str(operation);
	    ),
	    TP_printk("pid=%d comm=%s name=%s operation=%s", __entry->pid,
		      __get_str(comm), __get_str(name), __get_str(operation))
);

TRACE_EVENT(rmap_audit,
	    TP_PROTO(const char *state, unsigned long start, unsigned long end,
		     u64 checked, u64 mismatched),
	    TP_ARGS(state, start, end, checked, mismatched),
	    TP_STRUCT__entry(
		    __string(state, state)
		    __field(unsigned long, start)
		    __field(unsigned long, end)
		    __field(unsigned long long, checked)
		    __field(unsigned long long, mismatched)
	    ),
	    TP_fast_assign(
		    __assign_str(state);
		    __entry->start = start;
		    __entry->end = end;
		    __entry->checked = checked;
		    __entry->mismatched = mismatched;
	    ),
	    TP_printk("state=%s start=0x%lx end=0x%lx checked=%llu mismatched=%llu",
		      __get_str(state), __entry->start, __entry->end,
		      __entry->checked, __entry->mismatched)
);

#endif /* _RMAP_AB_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
