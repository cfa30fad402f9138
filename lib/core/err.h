/*
 * err.h: how functions fail.
 *
 * Every fallible function returns enum err; OK is 0.  fail() and fail_field()
 * speak to the client, fault() to the log: no text is both.
 */
#ifndef HAAT_CORE_ERR_H
#define HAAT_CORE_ERR_H

#include <stddef.h>

enum err {
	OK = 0,
#define ERROR(name, status, code, title) name,
#include "core/errors.def"
#undef ERROR
	ERR_COUNT
};

struct ctx;

struct field_error {
	struct field_error *next;
	const char *field; /* dotted: "items.0.quantity" */
	const char *message;
};

/* What the client will be told; kept in the context. */
struct problem {
	enum err err;
	const char *detail;
	struct field_error *errors;
	struct field_error **errors_end;
	int nerrors;
	int retry_after_secs; /* 0: no Retry-After */
};

/* Refuses: detail is a sentence for people.  Returns err. */
enum err fail(struct ctx *c, enum err err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* What one answer tells at most: a body may have thousands of faults. */
enum { FIELD_ERRORS_MAX = 100 };

/* Adds a message about one field; returns ERR_VALIDATION. */
enum err fail_field(struct ctx *c, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As fail_field(), with another error (insufficient_stock names its lines). */
enum err fail_field_as(struct ctx *c, enum err err, const char *field,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Something of ours broke: logs why with the request id, returns
 * ERR_INTERNAL.  The client sees nothing of the text. */
enum err fault(struct ctx *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Forgets what was said, before a second try. */
void problem_clear(struct ctx *c);

#ifdef __clang_analyzer__
/* It reads one file at a time, so it has to be told that these fail. */
#define fail(c, err, ...) ((void)fail((c), (err), __VA_ARGS__), (err))
#define fail_field(c, ...)                                                   \
	((void)fail_field((c), __VA_ARGS__), ERR_VALIDATION)
#define fail_field_as(c, err, ...)                                           \
	((void)fail_field_as((c), (err), __VA_ARGS__), (err))
#define fault(c, ...) ((void)fault((c), __VA_ARGS__), ERR_INTERNAL)
#endif

int err_status(enum err err);
const char *err_code(enum err err);
const char *err_title(enum err err);

#define TRY(expr)                                                            \
	do {                                                                 \
		enum err try_err_ = (expr);                                  \
		if (try_err_ != OK)                                          \
			return try_err_;                                     \
	} while (0)

#endif
