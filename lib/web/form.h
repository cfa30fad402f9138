/*
 * form.h: the body of a route with .multipart: texts are bound like parameters
 * of a query, files lie on disk until the request ends.
 */
#ifndef HAAT_WEB_FORM_H
#define HAAT_WEB_FORM_H

#include "web/multipart.h"
#include "web/request.h"

/* A part as the fingerprint of the request sees it. */
struct form_part {
	const char *name;
	const char *filename; /* NULL: a text */
	size_t filename_len;
	unsigned char sha256[32];
	struct upload *file;
};

struct form {
	struct param texts[MULTIPART_PARTS_MAX];
	size_t ntexts;
	struct form_part parts[MULTIPART_PARTS_MAX];
	size_t nparts;
};

/* The longest body that the fields allow. */
size_t form_max(const struct field *fields);

/*
 * Reads the body into rq->form.  Only parts that are declared are kept, each
 * once and of its kind; the rest is told in the problem, so that the caller
 * learns every fault at once.  Errors: ERR_UNSUPPORTED_MEDIA_TYPE,
 * ERR_BAD_REQUEST, ERR_PAYLOAD_TOO_LARGE, ERR_UNAVAILABLE without room.
 */
enum err form_read(struct request *rq);

/* The file of that field; NULL if none was sent. */
struct upload *form_file(struct request *rq, const struct field *f);

/* Appends the parts to what a fingerprint is made of: sorted by name, with
 * their contents' digests and without the boundary. */
void form_canonical(const struct form *form, struct buf *b);

#endif
