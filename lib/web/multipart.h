/*
 * multipart.h: multipart/form-data (RFC 7578, RFC 2046 section 5.1), read as
 * it comes in constant memory.
 *
 * Strict where the RFCs leave room: lines end in CRLF, nothing stands in front
 * of the first boundary or behind the last one but a line's end, parts are not
 * nested and not encoded.  What breaks that is ERR_BAD_REQUEST, what is larger
 * than the limits ERR_PAYLOAD_TOO_LARGE.
 */
#ifndef HAAT_WEB_MULTIPART_H
#define HAAT_WEB_MULTIPART_H

#include <stddef.h>

#include "core/ctx.h"

enum {
	MULTIPART_PARTS_MAX = 20,
	MULTIPART_HEADERS_MAX = 8 * 1024, /* of one part */
	MULTIPART_BOUNDARY_MAX = 70
};

struct multipart_part {
	const char *name; /* UTF-8 without control characters */
	/* As sent, any bytes at all, never a name of ours; NULL: a text. */
	const char *filename;
	size_t filename_len;
};

/* Where the bytes come from, and who takes the parts. */
struct multipart_ends {
	/* Fewer bytes than asked for only at the end. */
	size_t (*read)(void *arg, void *p, size_t len);
	enum err (*begin)(void *arg, const struct multipart_part *part);
	enum err (*data)(void *arg, const void *p, size_t len);
	enum err (*end)(void *arg);
	void *arg;
};

/*
 * Reads the whole body under its Content-Type.  Errors: those above,
 * ERR_UNSUPPORTED_MEDIA_TYPE if it is no form, and what the takers return.
 */
enum err multipart_read(struct ctx *c, const char *content_type,
    const struct multipart_ends *ends);

#endif
