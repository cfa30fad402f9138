/*
 * field.h: declared fields, of what comes in and of what goes out.
 *
 * An input table binds JSON members or query parameters to the members of a
 * C struct; an output table describes an object of the contract.  From both
 * comes the OpenAPI document, from the first the validation: what is not
 * declared is not input.
 *
 *	#define S struct cart_add
 *	static const struct field cart_add[] = {
 *		IN_UUID(product_id, REQUIRED, "Product to buy"),
 *		IN_I64(quantity, DEFAULT(1), 1, 9999, "Units to add"),
 *		{ 0 },
 *	};
 *	#undef S
 *
 * A member whose C type does not fit its macro fails the build.
 */
#ifndef HAAT_CORE_FIELD_H
#define HAAT_CORE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text.h"
#include "core/uuid.h"

enum field_kind {
	FIELD_END,
	FIELD_UUID,   /* struct uuid */
	FIELD_TEXT,   /* const char * */
	FIELD_I64,    /* int64_t */
	FIELD_NUMBER, /* output only: a number with one decimal */
	FIELD_BOOL,   /* bool */
	FIELD_ENUM,   /* const char *, one of values */
	FIELD_DATE,   /* const char *, YYYY-MM-DD */
	FIELD_TIME,   /* output only: RFC 3339 */
	FIELD_OBJ,    /* pointer to a struct of its own fields */
	FIELD_LIST,   /* struct list of structs, or of texts */
	FIELD_TEXTS,  /* struct texts: strings, or a repeated parameter */
	FIELD_MAP,    /* struct map: free names, text values */
	FIELD_FILE,   /* struct upload *: a file of a form */
	FIELD_VALUES, /* const char *: JSON, free names, texts and numbers */
	FIELD_ATTRS,  /* struct map: query parameters attr.NAME=VALUE */
};

enum field_flag {
	REQUIRED = 1 << 0, /* ★ of the contract; a text is not blank */
	OPTIONAL = 1 << 1,
	NULLABLE = 1 << 2, /* output: may be null; input: null clears */
	SECRET = 1 << 3,   /* never shown: passwords, tokens */
	HAS_DEFAULT = 1 << 4,
	EMAIL = 1 << 5,
	MONEY = 1 << 6, /* output: a number of paise */
};

#define DEFAULT(n) OPTIONAL | HAS_DEFAULT, .fallback = (n)

/* Optional numbers and flags of an input tell whether they were given. */
struct opt_i64 {
	bool set;
	int64_t v;
};

struct opt_bool {
	bool set;
	bool v;
};

struct texts {
	const char **v;
	size_t n;
};

struct map {
	const char **names;
	const char **values;
	size_t n;
};

struct list {
	void *v; /* n structs of the element's size */
	size_t n;
};

/* A file of a form, whose content nobody has looked at yet.  A handler may run
 * more than once: whoever reads begins with lseek(fd, 0, SEEK_SET). */
struct upload {
	int fd; /* of a nameless file, closed at the end of the request */
	int64_t size;
	unsigned char sha256[32];
};

struct shape;

struct field {
	const char *name;
	enum field_kind kind;
	unsigned flags;
	size_t offset;
	size_t null_offset; /* of the bool for "given as null"; 0: none */
	int64_t min, max;   /* of numbers; characters of texts; list length;
			     * bytes of files */
	int64_t fallback;
	bool optional_i64;          /* the member is a struct opt_i64 */
	bool optional_bool;         /* the member is a struct opt_bool */
	const char *const *values;  /* of a choice; media types of a file */
	const struct field *fields; /* of objects and lists in an input */
	size_t size;                /* of the C struct of fields */
	const struct shape *shape;  /* of objects and lists in an output */
	/* Says what is wrong with a text, NULL if nothing. */
	const char *(*check)(const char *text);
	const char *help;
	/* Shown in the documentation; on an optional object or list, any text
	 * makes the example hold it. */
	const char *example;
};

/* An object of the contract, by name ("cart"). */
struct shape {
	const char *name;
	const char *help;
	const struct field *fields;
	/* Where it is one of several; fields then are an example. */
	const struct shape *const *any_of; /* NULL ends */
};

enum {
	TEXT_MAX = 200,
	EMAIL_MAX = 254,
	LONG_MAX_CHARS = 2048,
	DESCRIPTION_MAX = 10000
};

/* clang-format off */
#define FIELD_FITS(m, type)                                                  \
	(sizeof(struct {                                                     \
		int fits : __builtin_types_compatible_p(                     \
		    __typeof__(((S *)0)->m), type) ? 1 : -1;                 \
	}) * 0)
#define FIELD_AT(m, type) offsetof(S, m) + FIELD_FITS(m, type)

#define IN_UUID(m, flag, text)                                               \
	{ .name = #m, .kind = FIELD_UUID,                                    \
		.offset = FIELD_AT(m, struct uuid), .help = text,            \
		.flags = flag }
/* An id that null clears; S has bool m##_null beside m. */
#define IN_UUID_NULL(m, text)                                                \
	{ .name = #m, .kind = FIELD_UUID,                                    \
		.offset = FIELD_AT(m, struct uuid),                          \
		.null_offset = FIELD_AT(m##_null, bool), .help = text,       \
		.flags = OPTIONAL | NULLABLE }
#define IN_TEXT(m, flag, lo, hi, text, ...)                                  \
	{ .name = #m, .kind = FIELD_TEXT,                                    \
		.offset = FIELD_AT(m, const char *), .min = lo, .max = hi,   \
		.help = text, .flags = flag, ##__VA_ARGS__ }
/* A text that null clears; S has bool m##_null beside m. */
#define IN_TEXT_NULL(m, hi, text, ...)                                       \
	{ .name = #m, .kind = FIELD_TEXT,                                    \
		.offset = FIELD_AT(m, const char *),                         \
		.null_offset = FIELD_AT(m##_null, bool), .max = hi,          \
		.help = text, .flags = OPTIONAL | NULLABLE, ##__VA_ARGS__ }
#define IN_EMAIL(m, flag, text)                                              \
	{ .name = #m, .kind = FIELD_TEXT,                                    \
		.offset = FIELD_AT(m, const char *), .min = 3,               \
		.max = EMAIL_MAX, .help = text, .check = text_check_email,   \
		.flags = (flag) | EMAIL, .example = "asha@example.com" }
#define IN_I64(m, flag, lo, hi, text, ...)                                   \
	{ .name = #m, .kind = FIELD_I64, .offset = FIELD_AT(m, int64_t),     \
		.min = lo, .max = hi, .help = text, .flags = flag,           \
		##__VA_ARGS__ }
#define IN_OPT_I64(m, lo, hi, text)                                          \
	IN_OPT_I64_AS(m, OPTIONAL, lo, hi, text)
/* The same where it must be given: for structs that several inputs share. */
#define IN_OPT_I64_AS(m, flag, lo, hi, text, ...)                            \
	{ .name = #m, .kind = FIELD_I64,                                     \
		.offset = FIELD_AT(m, struct opt_i64), .min = lo, .max = hi, \
		.help = text, .flags = flag, .optional_i64 = true,           \
		##__VA_ARGS__ }
/* One that null clears; S has bool m##_null beside m. */
#define IN_OPT_I64_NULL(m, lo, hi, text)                                     \
	{ .name = #m, .kind = FIELD_I64,                                     \
		.offset = FIELD_AT(m, struct opt_i64),                       \
		.null_offset = FIELD_AT(m##_null, bool), .min = lo,          \
		.max = hi, .help = text, .flags = OPTIONAL | NULLABLE,       \
		.optional_i64 = true }
#define IN_OPT_BOOL(m, text)                                                 \
	{ .name = #m, .kind = FIELD_BOOL,                                    \
		.offset = FIELD_AT(m, struct opt_bool), .help = text,        \
		.flags = OPTIONAL, .optional_bool = true }
#define IN_DATE(m, flag, text)                                               \
	{ .name = #m, .kind = FIELD_DATE,                                    \
		.offset = FIELD_AT(m, const char *), .help = text,           \
		.flags = flag, .example = "2026-11-22" }
#define IN_BOOL(m, flag, text)                                               \
	{ .name = #m, .kind = FIELD_BOOL, .offset = FIELD_AT(m, bool),       \
		.help = text, .flags = flag }
#define IN_ENUM(m, flag, list, text, ...)                                    \
	{ .name = #m, .kind = FIELD_ENUM,                                    \
		.offset = FIELD_AT(m, const char *), .values = list,         \
		.help = text, .flags = flag, ##__VA_ARGS__ }
#define IN_OBJ(m, flag, type, table, text, ...)                              \
	{ .name = #m, .kind = FIELD_OBJ, .offset = FIELD_AT(m, type *),      \
		.fields = table, .size = sizeof(type), .help = text,         \
		.flags = flag, ##__VA_ARGS__ }
#define IN_LIST(m, flag, type, table, lo, hi, text)                          \
	{ .name = #m, .kind = FIELD_LIST,                                    \
		.offset = FIELD_AT(m, struct list), .fields = table,         \
		.size = sizeof(type), .min = lo, .max = hi, .help = text,    \
		.flags = flag }
#define IN_TEXTS(m, flag, hi, text)                                          \
	{ .name = #m, .kind = FIELD_TEXTS,                                   \
		.offset = FIELD_AT(m, struct texts), .max = hi,              \
		.help = text, .flags = flag }
/* Of a route with .multipart; types are those its service takes. */
#define IN_FILE(m, flag, bytes, types, text)                                 \
	{ .name = #m, .kind = FIELD_FILE,                                    \
		.offset = FIELD_AT(m, struct upload *), .max = bytes,        \
		.values = types, .help = text, .flags = flag }
#define IN_MAP(m, flag, hi, text)                                            \
	{ .name = #m, .kind = FIELD_MAP, .offset = FIELD_AT(m, struct map),  \
		.max = hi, .help = text, .flags = flag }
/* Free names with short texts and numbers, as JSON in one form: sorted names,
 * no spaces. */
#define IN_VALUES(m, flag, hi, text)                                         \
	{ .name = #m, .kind = FIELD_VALUES,                                  \
		.offset = FIELD_AT(m, const char *), .max = hi,              \
		.help = text, .flags = flag }
#define IN_ATTRS(m, text)                                                    \
	{ .name = "attr", .kind = FIELD_ATTRS,                               \
		.offset = FIELD_AT(m, struct map), .help = text,             \
		.flags = OPTIONAL, .max = 10 }

/* Output: the same names without a C struct behind them. */
#define OUT(n, k, flag, text, ...)                                           \
	{ .name = n, .kind = k, .flags = flag, .help = text, ##__VA_ARGS__ }
#define OUT_UUID(n, text) OUT(n, FIELD_UUID, 0, text)
#define OUT_TEXT(n, text, ...) OUT(n, FIELD_TEXT, 0, text, ##__VA_ARGS__)
#define OUT_TEXT_NULL(n, text, ...)                                          \
	OUT(n, FIELD_TEXT, NULLABLE, text, ##__VA_ARGS__)
#define OUT_I64(n, text, ...) OUT(n, FIELD_I64, 0, text, ##__VA_ARGS__)
#define OUT_MONEY(n, text) OUT(n, FIELD_I64, MONEY, text)
#define OUT_BOOL(n, text) OUT(n, FIELD_BOOL, 0, text)
#define OUT_TIME(n, text) OUT(n, FIELD_TIME, 0, text)
#define OUT_TIME_NULL(n, text) OUT(n, FIELD_TIME, NULLABLE, text)
#define OUT_ENUM(n, list, text) OUT(n, FIELD_ENUM, 0, text, .values = list)
#define OUT_OBJ(n, of, text) OUT(n, FIELD_OBJ, 0, text, .shape = of)
#define OUT_OBJ_NULL(n, of, text)                                            \
	OUT(n, FIELD_OBJ, NULLABLE, text, .shape = of)
#define OUT_LIST(n, of, text) OUT(n, FIELD_LIST, 0, text, .shape = of)
/* clang-format on */

#endif
