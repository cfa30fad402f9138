/*
 * upload.h: pictures of products and reviews, and sellers' documents.
 *
 * A picture is made anew before it is kept (image.h), a document is sealed
 * (vault.h).  The file is there before its row: what fails in between leaves
 * a file that the sweeper removes.  Everything sent counts against what an
 * account may upload in a day, whether or not it is then taken.
 */
#ifndef HAAT_SERVICES_UPLOAD_H
#define HAAT_SERVICES_UPLOAD_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"

enum { UPLOAD_BYTES_MAX = 10 * 1024 * 1024, UPLOAD_POSITION_MAX = 9999 };

/* What a document may be. */
extern const char *const upload_document_media[];

struct upload_image {
	struct uuid product_id;
	struct upload *file;
	const char *alt;
	struct opt_i64 position;
};

/*
 * A picture of the caller's product, the last one unless told where.  Of an
 * approved product it waits for approval, in pending_changes; a rejected one
 * is sent in again.  Errors: ERR_NOT_FOUND, ERR_INVALID_STATE for an archived
 * product and for too many pictures; those of all uploads: ERR_VALIDATION
 * about file, ERR_RATE_LIMITED, ERR_UNAVAILABLE.
 */
enum err upload_product_image(struct ctx *c, const struct upload_image *in,
    struct buf *out);

struct upload_media {
	struct uuid review_id;
	struct upload *file;
};

/* A picture of the caller's review.  Errors: ERR_NOT_FOUND, ERR_INVALID_STATE
 * for too many; those of all uploads. */
enum err upload_review_media(struct ctx *c, const struct upload_media *in,
    struct buf *out);

struct upload_document {
	const char *document_type;
	struct upload *file;
};

/* A document of the caller's store: a picture, made anew, or a PDF as it is,
 * which nobody here opens.  Errors: ERR_INVALID_STATE while too many wait to
 * be looked at; those of all uploads. */
enum err upload_document(struct ctx *c, const struct upload_document *in,
    struct buf *out);

#endif
