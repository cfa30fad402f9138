/*
 * address.h: the address book, and addresses as orders copy them.
 */
#ifndef HAAT_SERVICES_ADDRESS_H
#define HAAT_SERVICES_ADDRESS_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/json.h"
#include "core/page.h"

struct rows;

extern const struct shape address_shape;

/* An address as somebody typed it. */
struct address {
	const char *label;
	const char *full_name;
	const char *phone;
	const char *line1;
	const char *line2;
	const char *city;
	const char *state;
	const char *postal_code;
	const char *country;
	bool is_default;
};
extern const struct field address_fields[];

struct address_update {
	struct uuid id;
	const char *label;
	bool label_null;
	const char *full_name;
	const char *phone;
	const char *line1;
	const char *line2;
	bool line2_null;
	const char *city;
	const char *state;
	const char *postal_code;
	const char *country;
	bool is_default;
};
extern const struct field address_update_fields[];

/* Writes the caller's addresses, newest first. */
enum err address_list(struct ctx *c, const struct page_in *in,
    struct buf *out, struct page_out *page);

/* The first address becomes the default. */
enum err address_create(struct ctx *c, const struct address *in,
    struct buf *out);

/* Changes what is given.  Errors: ERR_NOT_FOUND. */
enum err address_update(struct ctx *c, const struct address_update *in,
    struct buf *out);

/* Errors: ERR_NOT_FOUND. */
enum err address_delete(struct ctx *c, struct uuid id);

/*
 * An address as an order keeps it: JSON without id and default, from the
 * book (id) or as typed.  Errors: ERR_NOT_FOUND for an id that is not the
 * caller's.
 */
void address_snapshot(const struct address *a, struct json *j);
void address_from_row(struct rows *r, struct address *a, struct uuid *id);

#endif
