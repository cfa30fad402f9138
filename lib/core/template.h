/*
 * template.h: the texts of messages, kept in files.
 *
 * TEMPLATE_DIR holds two files for each message and one frame for all:
 *
 *	order_placed.txt   Title: and Short:, an empty line, the plain text
 *	order_placed.html  the same as a fragment of HTML
 *	layout.html        the page around it, at {{content}}
 *
 * In them {{name}} is a member of the message's data, {{money total}} an
 * amount in minor units of {{currency}} (INR where that is missing).  A line
 * whose names are all empty is left out, so that what is optional needs no
 * further syntax.  Values never hold syntax: what comes from people is put
 * in as it is, escaped for where it stands.
 */
#ifndef HAAT_CORE_TEMPLATE_H
#define HAAT_CORE_TEMPLATE_H

#include <json-c/json.h>

#include "core/buf.h"
#include "core/ctx.h"

enum { TEMPLATE_FILE_MAX = 64 * 1024, TEMPLATE_OUT_MAX = 256 * 1024 };

/* Unfilled; never NULL. */
struct template
{
	const char *title; /* of the inbox, subject of the mail */
	const char *brief; /* one sentence: inbox, SMS */
	const char *text;
	const char *html;   /* without its frame */
	const char *before; /* the frame */
	const char *behind;
};

enum template_form {
	TEMPLATE_TEXT,
	TEMPLATE_LINE, /* a line's end in a value becomes a space */
	TEMPLATE_HTML,
};

/*
 * Read once per process and kept for its life.  Errors: ERR_INTERNAL where a
 * file is missing or has no title.
 */
enum err template_find(struct ctx *c, const char *name,
    const struct template **out);

/* Appends text with the values of data in it. */
void template_fill(struct buf *b, const char *text, struct json_object *data,
    enum template_form form);

/* The whole page. */
void template_page(struct buf *b, const struct template *t,
    struct json_object *data);

/* "₹12,34,567.50": the rupee groups by lakh and crore, others by thousand
 * with their code in front. */
void template_money(struct buf *b, int64_t amount_minor,
    const char *currency);

#endif
