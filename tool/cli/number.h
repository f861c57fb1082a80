/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers and ranges as people write them. */
#ifndef RMAPCTL_NUMBER_H
#define RMAPCTL_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers without a limit. numbers_sort() has to follow the last numbers_add(). */
struct numbers {
	uint64_t *of;
	size_t nr;
};

/* Returns 0, or -ENOMEM after a complaint. */
int numbers_add(struct numbers *numbers, uint64_t number);

/* Puts them in order, each once. */
void numbers_sort(struct numbers *numbers);
bool numbers_have(const struct numbers *numbers, uint64_t number);
void numbers_free(struct numbers *numbers);

/* Both ends are included, so that a range may reach up to UINT64_MAX. */
struct range {
	uint64_t first;
	uint64_t last;
};

/**
 * number_parse() - parse a number, decimal or hexadecimal with 0x
 * @text: the number alone, without blank or sign
 * @value: where to
 *
 * Return: 0, -EINVAL, or -ERANGE if it does not fit in 64 bits.
 */
int number_parse(const char *text, uint64_t *value);

/*
 * Parses a decimal number as the kernel prints it: no sign, blank or leading
 * zero.
 */
bool number_decimal(const char *text, uint64_t *value);

/**
 * number_option() - parse the number that an option takes
 * @option: its name, for the complaint
 * @text: what was given
 * @least: the smallest allowed value
 * @most: the largest allowed value
 * @value: where to
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int number_option(const char *option, const char *text, uint64_t least,
		  uint64_t most, uint64_t *value);

/**
 * number_fraction() - parse a number with or without a fraction that an option takes
 * @option: its name, for the complaint
 * @text: what was given: digits and at most one point
 * @least: the smallest allowed value
 * @most: the largest allowed value
 * @value: where to
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int number_fraction(const char *option, const char *text, double least,
		    double most, double *value);

/**
 * range_pages() - parse page frames: A, A-B (both included), A+COUNT, or A- (to
 * the end)
 * @option: whose value it is, for the complaint
 * @text: what was given
 * @range: receives the pages
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int range_pages(const char *option, const char *text, struct range *range);

/**
 * range_bytes() - parse bytes: A (the page around it), A-B (without B, as in
 * /proc/PID/maps), A+SIZE, or A- (to the end)
 * @option: whose value it is, for the complaint
 * @text: what was given; K, M, G and T stand for powers of 1024
 * @range: receives the bytes, extended to whole pages
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int range_bytes(const char *option, const char *text, struct range *range);

#endif
