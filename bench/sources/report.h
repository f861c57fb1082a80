/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REPORT_H
#define REPORT_H
/*
 * The table, as text, JSON, or both.
 */

#include "measure.h"

/**
 * report_begin - the header
 * @json: file for JSON, beside the text on stdout; "-": JSON on stdout, and no
 *	  text; NULL: no JSON
 */
void report_begin(const char *json);
void report_cell(const struct cell *cell, const struct result *results);
void report_end(void);

#endif
