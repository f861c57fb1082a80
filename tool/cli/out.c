// SPDX-License-Identifier: GPL-2.0
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/number.h"
#include "cli/out.h"
#include "cli/text.h"

static const void *field_at(const struct out_field *field, const void *rec)
{
	return (const char *)rec + field->offset;
}

static const char *str_at(const struct out_field *field, const void *rec)
{
	return *(const char *const *)field_at(field, rec);
}

static uint64_t u64_at(const struct out_field *field, const void *rec)
{
	return *(const uint64_t *)field_at(field, rec);
}

static int64_t s64_at(const struct out_field *field, const void *rec)
{
	return *(const int64_t *)field_at(field, rec);
}

static double real_at(const struct out_field *field, const void *rec)
{
	return *(const double *)field_at(field, rec);
}

static bool bool_at(const struct out_field *field, const void *rec)
{
	return *(const bool *)field_at(field, rec);
}

static struct json_object *object_at(const struct out_field *field, const void *rec)
{
	return *(struct json_object *const *)field_at(field, rec);
}

static int maybe_at(const struct out_field *field, const void *rec)
{
	return *(const int *)field_at(field, rec);
}

/*
 * JSON. In every function, a NULL value means that memory ran out.
 */

static struct json_object *json_string(const char *s)
{
	struct json_object *value;
	char *clean = text_utf8(s);

	if (!clean)
		return NULL;
	value = json_object_new_string(clean);
	free(clean);
	return value;
}

static struct json_object *json_list(const struct out_list *list)
{
	struct json_object *array = json_object_new_array();
	struct json_object *word;

	for (size_t i = 0; array && i < list->nr; i++) {
		word = json_string(list->words[i]);
		if (word && !json_object_array_add(array, word))
			continue;
		json_object_put(word);
		json_object_put(array);
		return NULL;
	}
	return array;
}

static struct json_object *json_numbers(const struct out_numbers *list)
{
	struct json_object *array = json_object_new_array();
	struct json_object *number;

	for (size_t i = 0; array && i < list->nr; i++) {
		number = json_object_new_uint64(list->numbers[i]);
		if (number && !json_object_array_add(array, number))
			continue;
		json_object_put(number);
		json_object_put(array);
		return NULL;
	}
	return array;
}

static struct json_object *json_record(struct out *out,
				       const struct out_desc *desc,
				       const void *rec);

static struct json_object *json_records(struct out *out,
					const struct out_records *records)
{
	struct json_object *array = json_object_new_array();
	struct json_object *object;

	for (size_t i = 0; array && i < records->nr; i++) {
		object = json_record(out, records->desc,
				     (const char *)records->records +
				     i * records->size);
		if (object && !json_object_array_add(array, object))
			continue;
		json_object_put(object);
		json_object_put(array);
		return NULL;
	}
	return array;
}

/* Makes a number of six digits. No measurement is more exact. */
static struct json_object *json_real(double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6g", value);
	return json_object_new_double_s(value, text);
}

static struct json_object *json_value(struct out *out,
				      const struct out_field *field,
				      const void *rec)
{
	switch (field->type) {
	case OUT_STR:
		return json_string(str_at(field, rec));
	case OUT_U64:
		return json_object_new_uint64(u64_at(field, rec));
	case OUT_S64:
		return json_object_new_int64(s64_at(field, rec));
	case OUT_REAL:
		return json_real(real_at(field, rec));
	case OUT_BOOL:
		return json_object_new_boolean(bool_at(field, rec));
	case OUT_MAYBE:
		return json_object_new_boolean(maybe_at(field, rec));
	case OUT_LIST:
		return json_list(field_at(field, rec));
	case OUT_NUMBERS:
		return json_numbers(field_at(field, rec));
	case OUT_RECORDS:
		return json_records(out, field_at(field, rec));
	case OUT_JSON:
		return json_object_get(object_at(field, rec));
	case OUT_PAIRS:
		break;
	}
	return NULL;
}

/*
 * Makes a value that no field describes. What looks like a number becomes one.
 */
static struct json_object *json_guess(const char *value)
{
	uint64_t number;

	if (number_decimal(value, &number))
		return json_object_new_uint64(number);
	return json_string(value);
}

static void json_add(struct out *out, struct json_object *object,
		     const char *key, struct json_object *value)
{
	if (value && !json_object_object_add(object, key, value))
		return;
	json_object_put(value);
	out->error = ENOMEM;
}

static void json_add_pairs(struct out *out, struct json_object *object,
			   const struct out_pairs *more)
{
	for (size_t i = 0; i < more->nr; i++)
		json_add(out, object, more->pairs[i].key,
			 json_guess(more->pairs[i].value));
}

static bool is_absent(const struct out_field *field, const void *rec)
{
	const struct out_records *records = field_at(field, rec);

	switch (field->type) {
	case OUT_STR:
		return !str_at(field, rec);
	case OUT_REAL:
		return !isfinite(real_at(field, rec));
	case OUT_MAYBE:
		return maybe_at(field, rec) < 0;
	case OUT_RECORDS:
		return !records->desc;
	case OUT_JSON:
		return !object_at(field, rec);
	default:
		return false;
	}
}

static struct json_object *json_record(struct out *out,
				       const struct out_desc *desc,
				       const void *rec)
{
	struct json_object *object = json_object_new_object();

	if (!object) {
		out->error = ENOMEM;
		return NULL;
	}
	for (size_t i = 0; i < desc->nr_fields; i++) {
		const struct out_field *field = &desc->fields[i];

		if (field->type == OUT_PAIRS)
			json_add_pairs(out, object, field_at(field, rec));
		else if (!is_absent(field, rec))
			json_add(out, object, field->key,
				 json_value(out, field, rec));
	}
	return object;
}

/*
 * Indents JSON text. Its newlines are all layout, as json-c escapes those in
 * strings.
 */
static void put_indented(FILE *to, const char *text)
{
	for (const char *end; *text; text = end) {
		end = strchrnul(text, '\n');
		end += *end == '\n';
		fputs("  ", to);
		fwrite(text, 1, end - text, to);
	}
}

static void json_put_array_item(struct out *out, const char *text)
{
	if (out->pretty) {
		fputs(out->nr ? ",\n" : "[\n", out->to);
		put_indented(out->to, text);
	} else {
		fputs(out->nr ? "," : "[", out->to);
		fputs(text, out->to);
	}
}

static void json_put_record(struct out *out, const struct out_desc *desc,
			    const void *rec)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	struct json_object *object = json_record(out, desc, rec);
	const char *text = NULL;

	if (out->pretty)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	if (object && !out->error)
		text = json_object_to_json_string_ext(object, flags);
	if (!text)
		out->error = ENOMEM;
	else if (out->stream || out->lines)
		fprintf(out->to, "%s\n", text);
	else
		json_put_array_item(out, text);
	json_object_put(object);
}

/*
 * Text.
 */

/* Prints "-" for an empty value, which would be invisible. */
static void text_put_or_dash(FILE *to, const char *s)
{
	text_put(to, *s ? s : "-");
}

static void text_list(FILE *to, const struct out_list *list)
{
	if (!list->nr)
		fputc('-', to);
	for (size_t i = 0; i < list->nr; i++) {
		if (i)
			fputc(' ', to);
		text_put(to, list->words[i]);
	}
}

static void text_numbers(FILE *to, const struct out_numbers *list)
{
	if (!list->nr)
		fputc('-', to);
	for (size_t i = 0; i < list->nr; i++)
		fprintf(to, "%s%" PRIu64, i ? " " : "", list->numbers[i]);
}

static void text_value(FILE *to, const struct out_field *field,
		       const void *rec)
{
	switch (field->type) {
	case OUT_STR:
		text_put_or_dash(to, str_at(field, rec));
		break;
	case OUT_U64:
		fprintf(to, "%" PRIu64, u64_at(field, rec));
		break;
	case OUT_S64:
		fprintf(to, "%" PRId64, s64_at(field, rec));
		break;
	case OUT_REAL:
		fprintf(to, "%.6g", real_at(field, rec));
		break;
	case OUT_BOOL:
		fputs(bool_at(field, rec) ? "yes" : "no", to);
		break;
	case OUT_MAYBE:
		fputs(maybe_at(field, rec) < 0 ? "-" :
		      maybe_at(field, rec) ? "yes" : "no", to);
		break;
	case OUT_LIST:
		text_list(to, field_at(field, rec));
		break;
	case OUT_NUMBERS:
		text_numbers(to, field_at(field, rec));
		break;
	case OUT_RECORDS:
	case OUT_PAIRS:
	case OUT_JSON:
		break;
	}
	if (field->unit)
		fprintf(to, " %s", field->unit);
}

static const struct out_field *field_find(const struct out_desc *desc,
					  const char *key, size_t len)
{
	for (size_t i = 0; i < desc->nr_fields; i++) {
		const struct out_field *field = &desc->fields[i];

		if (field->key && strlen(field->key) == len &&
		    !memcmp(field->key, key, len))
			return field;
	}
	return NULL;
}

static void text_line(FILE *to, const struct out_desc *desc, const void *rec)
{
	const char *s = desc->line;

	while (*s) {
		size_t plain = strcspn(s, "{");
		size_t len;
		const struct out_field *field;

		fwrite(s, 1, plain, to);
		s += plain;
		if (!*s)
			break;
		len = strcspn(++s, "}");
		field = field_find(desc, s, len);
		assert(field && s[len] == '}');
		text_value(to, field, rec);
		s += len + 1;
	}
	fputc('\n', to);
}

static int longer(int width, const char *label)
{
	int len = strlen(label);

	return len > width ? len : width;
}

static int label_width(const struct out_desc *desc, const void *rec)
{
	int width = 0;

	for (size_t i = 0; i < desc->nr_fields; i++) {
		const struct out_field *field = &desc->fields[i];
		const struct out_pairs *more = field_at(field, rec);

		if (field->type != OUT_PAIRS) {
			width = longer(width, field->label);
			continue;
		}
		for (size_t j = 0; j < more->nr; j++)
			width = longer(width, more->pairs[j].key);
	}
	return width;
}

static void text_pairs(FILE *to, const struct out_pairs *more, int width)
{
	for (size_t i = 0; i < more->nr; i++) {
		fprintf(to, "%-*s  ", width, more->pairs[i].key);
		text_put_or_dash(to, more->pairs[i].value);
		fputc('\n', to);
	}
}

static void text_block(FILE *to, const struct out_desc *desc, const void *rec)
{
	int width = label_width(desc, rec);

	for (size_t i = 0; i < desc->nr_fields; i++) {
		const struct out_field *field = &desc->fields[i];

		if (field->type == OUT_PAIRS) {
			text_pairs(to, field_at(field, rec), width);
			continue;
		}
		fprintf(to, "%-*s  ", width, field->label);
		text_value(to, field, rec);
		fputc('\n', to);
	}
}

static void text_put_record(struct out *out, const struct out_desc *desc,
			    const void *rec)
{
	if (desc->text) {
		desc->text(out->to, rec);
		return;
	}
	if (desc->line) {
		text_line(out->to, desc, rec);
		return;
	}
	if (out->nr)
		fputc('\n', out->to);
	text_block(out->to, desc, rec);
}

const char *out_now(void)
{
	static char text[64];
	struct timespec now;
	struct tm tm;
	char zone[16];

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%FT%T", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), ".%06ld%s",
		 now.tv_nsec / 1000, zone);
	return text;
}

static void out_flush(struct out *out)
{
	errno = 0;
	if ((fflush(out->to) || ferror(out->to)) && !out->error)
		out->error = errno ? errno : EIO;
}

void out_record(struct out *out, const struct out_desc *desc, const void *rec)
{
	if (out->json)
		json_put_record(out, desc, rec);
	else
		text_put_record(out, desc, rec);
	out->nr++;
	if (out->stream)
		out_flush(out);
}

int out_end(struct out *out)
{
	if (out->json && !out->stream && !out->lines) {
		fputs(out->nr ? "" : "[", out->to);
		fputs(out->pretty && out->nr ? "\n]\n" : "]\n", out->to);
	}
	out_flush(out);
	return -out->error;
}
