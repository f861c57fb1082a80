// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/number.h"
#include "kernel/page_size.h"
#include "noun.h"

/* Takes the digits at @text. *@end points behind them. */
static int number_take(const char *text, const char **end, uint64_t *value)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	char *rest;

	if (hex ? !isxdigit((unsigned char)*digits) :
		  !isdigit((unsigned char)*digits))
		return -EINVAL;
	errno = 0;
	*value = strtoull(digits, &rest, hex ? 16 : 10);
	*end = rest;
	return -errno;
}

int number_parse(const char *text, uint64_t *value)
{
	const char *end;
	int ret = number_take(text, &end, value);

	return ret ? ret : *end ? -EINVAL : 0;
}

bool number_decimal(const char *text, uint64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)text[0]) || (text[0] == '0' && text[1]))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && !*end;
}

static int complain_number(const char *option, const char *text, int err)
{
	if (err == -ERANGE) {
		complain("%s %s: the number does not fit in 64 bits", option,
			 text);
		return EXIT_USAGE;
	}
	complain("%s '%s': that is no number; hexadecimal ones begin with 0x",
		 option, text);
	return EXIT_USAGE;
}

int number_option(const char *option, const char *text, uint64_t least,
		  uint64_t most, uint64_t *value)
{
	int err = number_parse(text, value);

	if (err)
		return complain_number(option, text, err);
	if (*value < least || *value > most) {
		complain("%s %s: it must be from %llu to %llu", option, text,
			 (unsigned long long)least, (unsigned long long)most);
		return EXIT_USAGE;
	}
	return 0;
}

/* Returns the shift that @c stands for, or 0 if it is not a suffix. */
static unsigned int suffix_shift(char c)
{
	static const char letters[] = "KMGT";
	const char *at = c ? strchr(letters, toupper((unsigned char)c)) : NULL;

	return at ? 10 * (at - letters + 1) : 0;
}

static int scale(const char **end, uint64_t *value)
{
	unsigned int shift = suffix_shift(**end);

	if (!shift)
		return 0;
	if (*value > UINT64_MAX >> shift)
		return -ERANGE;
	*value <<= shift;
	++*end;
	return 0;
}

enum form { ONE, FROM_TO, FROM_COUNT, FROM_ON };

struct parts {
	enum form form;
	uint64_t from;
	uint64_t to;	/* or how many */
};

static int take_scaled(const char **text, bool suffixes, uint64_t *value)
{
	int ret = number_take(*text, text, value);

	return ret || !suffixes ? ret : scale(text, value);
}

static int parts_parse(const char *text, bool suffixes, struct parts *parts)
{
	int ret = take_scaled(&text, suffixes, &parts->from);
	char between;

	if (ret)
		return ret;
	between = *text;
	parts->form = between == '+' ? FROM_COUNT : FROM_TO;
	if (!between) {
		parts->form = ONE;
		return 0;
	}
	if (between != '-' && between != '+')
		return -EINVAL;
	if (between == '-' && !*++text) {
		parts->form = FROM_ON;
		return 0;
	}
	text += between == '+';
	ret = take_scaled(&text, suffixes, &parts->to);
	return ret ? ret : *text ? -EINVAL : 0;
}

static int complain_range(const char *option, const char *text, int err)
{
	if (err == -ERANGE)
		complain("%s %s: a number in it does not fit in 64 bits",
			 option, text);
	else
		complain("%s '%s': that is no range; it is A, A-B, A+COUNT or A-; hexadecimal numbers begin with 0x",
			 option, text);
	return EXIT_USAGE;
}

static int complain_empty(const char *option, const char *text)
{
	complain("%s %s: there is nothing in this range", option, text);
	return EXIT_USAGE;
}

static int complain_reversed(const char *option, const char *text)
{
	complain("%s %s: the range ends before it begins; the smaller number comes first",
		 option, text);
	return EXIT_USAGE;
}

static int complain_wraps(const char *option, const char *text)
{
	complain("%s %s: the end of the range does not fit in 64 bits", option,
		 text);
	return EXIT_USAGE;
}

/* @past: A-B does not include B. */
static int range_make(const char *option, const char *text,
		      const struct parts *parts, bool past,
		      struct range *range)
{
	range->first = parts->from;
	range->last = parts->from;
	switch (parts->form) {
	case ONE:
		break;
	case FROM_ON:
		range->last = UINT64_MAX;
		break;
	case FROM_TO:
		if (parts->to < parts->from)
			return complain_reversed(option, text);
		if (past && parts->to == parts->from)
			return complain_empty(option, text);
		range->last = parts->to - past;
		break;
	case FROM_COUNT:
		if (!parts->to)
			return complain_empty(option, text);
		if (parts->from + (parts->to - 1) < parts->from)
			return complain_wraps(option, text);
		range->last = parts->from + (parts->to - 1);
		break;
	}
	return 0;
}

int range_pages(const char *option, const char *text, struct range *range)
{
	struct parts parts;
	int err = parts_parse(text, false, &parts);

	if (err)
		return complain_range(option, text, err);
	return range_make(option, text, &parts, false, range);
}

int range_bytes(const char *option, const char *text, struct range *range)
{
	struct parts parts;
	int ret = parts_parse(text, true, &parts);

	if (ret)
		return complain_range(option, text, ret);
	ret = range_make(option, text, &parts, true, range);
	range->first &= ~(page_size() - 1);
	range->last |= page_size() - 1;
	return ret;
}

/* ---- numbers with a fraction ---- */

int number_fraction(const char *option, const char *text, double least,
		    double most, double *value)
{
	char *end;

	*value = strtod(text, &end);
	if (!strspn(text, "0123456789.") || *end ||
	    strspn(text, "0123456789.") != strlen(text)) {
		complain("%s '%s': that is no number", option, text);
		return EXIT_USAGE;
	}
	if (*value < least || *value > most) {
		complain("%s %s: it must be from %g to %.10g", option, text, least,
			 most);
		return EXIT_USAGE;
	}
	return 0;
}

/* ---- many numbers ---- */

int numbers_add(struct numbers *numbers, uint64_t number)
{
	uint64_t *of = reallocarray(numbers->of, numbers->nr + 1, sizeof(*of));

	if (!of)
		return complain_errno(ENOMEM, "numbers");
	of[numbers->nr++] = number;
	numbers->of = of;
	return 0;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void numbers_sort(struct numbers *numbers)
{
	size_t nr = 0;

	if (!numbers->nr)
		return;
	qsort(numbers->of, numbers->nr, sizeof(*numbers->of), by_value);
	for (size_t i = 0; i < numbers->nr; i++)
		if (!nr || numbers->of[nr - 1] != numbers->of[i])
			numbers->of[nr++] = numbers->of[i];
	numbers->nr = nr;
}

bool numbers_have(const struct numbers *numbers, uint64_t number)
{
	return numbers->nr && bsearch(&number, numbers->of, numbers->nr,
				      sizeof(number), by_value);
}

void numbers_free(struct numbers *numbers)
{
	free(numbers->of);
	*numbers = (struct numbers){ };
}
