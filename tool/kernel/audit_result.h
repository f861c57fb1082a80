/* SPDX-License-Identifier: GPL-2.0 */
/* What the control file audit says. */
#ifndef RMAPCTL_AUDIT_RESULT_H
#define RMAPCTL_AUDIT_RESULT_H

#include "kernel/mapping.h"

/* A wrong counter, of one page or of each of consecutive pages. */
struct audit_difference {
	const char *counter;
	uint64_t first;
	uint64_t count;
	int64_t says;		/* the counter */
	int64_t tables;		/* its value according to the page tables */
	char counter_text[32];
};

/* A folio with a wrong counter. The lists may be incomplete. */
struct audit_mismatch {
	uint64_t head_pfn;
	uint64_t order;
	const char *kind;
	const char *layout;	/* "none", or NULL */
	bool walked;
	uint64_t nr_differences;
	uint64_t nr_mappers;
	struct out_records differences;
	struct out_records mappers;
	char kind_text[32];
};

/* A statistic of the kernel, and the sum of the counters. */
struct audit_sum {
	int64_t counted;
	int64_t low;
	int64_t high;
	int64_t drift;
	int64_t allowed;
};

struct audit_result {
	const char *state;
	const char *statistics;
	uint64_t start;
	uint64_t end;
	uint64_t position;
	uint64_t elapsed_us;
	uint64_t scanned;
	uint64_t folios;
	uint64_t checked;
	uint64_t checked_pages;
	uint64_t mappings;
	uint64_t walks;
	uint64_t mismatched;
	uint64_t skipped_locked;
	uint64_t skipped_contended;
	uint64_t skipped_unstable;
	uint64_t skipped_no_rmap;
	uint64_t skipped_ksm;
	uint64_t skipped_stack;
	uint64_t skipped_device;
	uint64_t skipped_too_many;
	uint64_t skipped_unmapped;
	struct audit_sum anon_mapped;
	struct audit_sum file_mapped;
	struct out_records mismatches;
};

/**
 * audit_result_parse() - parse the answer
 * @text: the answer; it is changed, and must outlive @result
 * @result: receives the result; the caller frees it also after a failure
 *
 * Return: 0, or -errno after a complaint.
 */
int audit_result_parse(char *text, struct audit_result *result);
void audit_result_free(struct audit_result *result);

/* Is there anything that is certainly wrong? */
bool audit_result_is_wrong(const struct audit_result *result);

/* As text: sentences. */
extern const struct out_desc audit_result_desc;
void audit_result_put(FILE *to, const void *result);

#endif
