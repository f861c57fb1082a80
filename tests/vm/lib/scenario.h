/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SCENARIO_H
#define SCENARIO_H
/*
 * What user space does, and which operations that must reach.
 *
 * A scenario is a function that acts, checks the bytes, and calls
 * counts_agree() at each stage while the mappings are there. It leaves nothing
 * behind that the end of its process would not remove, except settings that it
 * changed by knob_set().
 */

#include <stddef.h>

#include "lib/ops.h"

/* What a scenario needs of the kernel and the guest. */
#define NEED_THP	BIT(0)
#define NEED_MTHP	BIT(1)
#define NEED_SHMEM_THP	BIT(2)
#define NEED_FILE_THP	BIT(3)
#define NEED_HUGETLB	BIT(4)
#define NEED_KSM	BIT(5)
#define NEED_SWAP	BIT(6)
#define NEED_NODES	BIT(7)
#define NEED_UPROBES	BIT(8)
#define NEED_UFFD	BIT(9)
#define NEED_PIN	BIT(10)
#define NEED_DISK	BIT(11)
#define NEED_SPLIT	BIT(12)
#define NEED_DEVICE	BIT(13)
#define NEED_MM_IDS	BIT(14)	/* with rmap_ab loaded */
#define NEED_POISON	BIT(15)

struct scenario {
	const char *name;
	void (*run)(void);
	unsigned int needs;
	op_set reaches;
};

/* The groups, one file each. A group ends with an entry without a name. */
extern const struct scenario anon_scenarios[];
extern const struct scenario mthp_scenarios[];
extern const struct scenario thp_scenarios[];
extern const struct scenario shmem_scenarios[];
extern const struct scenario file_scenarios[];
extern const struct scenario hugetlb_scenarios[];
extern const struct scenario ksm_scenarios[];
extern const struct scenario swap_scenarios[];
extern const struct scenario migrate_scenarios[];
extern const struct scenario uprobe_scenarios[];
extern const struct scenario uffd_scenarios[];
extern const struct scenario collapse_scenarios[];
extern const struct scenario pin_scenarios[];
extern const struct scenario device_scenarios[];
extern const struct scenario poison_scenarios[];

/* The first missing condition of @needs in words, or NULL. */
const char *need_missing(unsigned int needs);

/* The settings that all scenarios start from; knobs_close() undoes them. */
void need_settings(void);

#endif /* SCENARIO_H */
