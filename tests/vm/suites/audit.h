/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SUITES_AUDIT_H
#define SUITES_AUDIT_H
/*
 * The cases of rmap_audit_test; each array ends with an entry without a name.
 */

#include "lib/suite.h"

extern const struct suite_case audit_planted[];
extern const struct suite_case audit_matrix[];
extern const struct suite_case audit_crowd[];

#endif /* SUITES_AUDIT_H */
