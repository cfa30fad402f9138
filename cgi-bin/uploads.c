/* uploads: what comes as a form with files.  Rules live in services/upload.h
 * and services/listing_import.h. */
#include "services/upload.h"

#include "services/listing_import.h"
#include "services/product_shape.h"
#include "services/seller_shape.h"
#include "web/request.h"

/* --- inputs ------------------------------------------------------------- */

static const char *const picture_types[] = { "image/jpeg", "image/png",
	"image/webp", NULL };
#define PICTURE                                                              \
	"JPEG, PNG or WebP, at most 10 MiB and 40 megapixels; stored "       \
	"anew, without metadata"

#define S struct upload_image
static const struct field upload_image_fields[] = {
	IN_UUID(product_id, REQUIRED, "Product to be seen on it"),
	IN_FILE(file, REQUIRED, UPLOAD_BYTES_MAX, picture_types, PICTURE),
	IN_TEXT(alt, OPTIONAL, 0, TEXT_MAX, "What is to be seen"),
	IN_OPT_I64(position, 0, UPLOAD_POSITION_MAX,
	    "Place among the pictures; behind the last one if left out"),
	{ 0 },
};
#undef S

#define S struct upload_media
static const struct field upload_media_fields[] = {
	IN_UUID(review_id, REQUIRED, "Review of one's own"),
	IN_FILE(file, REQUIRED, UPLOAD_BYTES_MAX, picture_types, PICTURE),
	{ 0 },
};
#undef S

#define S struct upload_document
static const struct field upload_document_fields[] = {
	IN_ENUM(document_type, REQUIRED, seller_document_types,
	    "What it proves"),
	IN_FILE(file, REQUIRED, UPLOAD_BYTES_MAX, upload_document_media,
	    "PDF, JPEG or PNG, at most 10 MiB"),
	{ 0 },
};
#undef S

struct product_import {
	struct upload *file;
	bool dry_run;
};
static const char *const csv_types[] = { "text/csv", NULL };
#define S struct product_import
static const struct field product_import_fields[] = {
	IN_FILE(file, REQUIRED, IMPORT_BYTES_MAX, csv_types,
	    "CSV, at most 50 MiB and 100,000 rows"),
	IN_BOOL(dry_run, DEFAULT(0),
	    "true: tells what would come of it and changes nothing"),
	{ 0 },
};
#undef S

/* --- handlers ----------------------------------------------------------- */

static enum err
image_post(struct request *rq)
{
	return upload_product_image(&rq->ctx, rq->in, rq->out);
}

static enum err
media_post(struct request *rq)
{
	return upload_review_media(&rq->ctx, rq->in, rq->out);
}

static enum err
document_post(struct request *rq)
{
	return upload_document(&rq->ctx, rq->in, rq->out);
}

static enum err
product_import_post(struct request *rq)
{
	const struct product_import *in = rq->in;
	struct import_file file = { in->file->fd, 0, in->dry_run };

	TRY(listing_import_count(&rq->ctx, file.fd, &file.rows));
	if (file.rows <= IMPORT_ROWS_AT_ONCE)
		return listing_import_now(&rq->ctx, &file, rq->out);
	rq->status = 202;
	return listing_import_later(&rq->ctx, &file, rq->out);
}

/* .calls_out: pictures are decoded by another process, and a large file is
 * written to disk, while no transaction is open. */
static const struct route routes[] = {
	{
	    .method = POST,
	    .path = "/api/products/upload-image/",
	    .summary = "Add a picture to a product",
	    .description =
		"Of an approved product it waits in pending_changes until it "
		"is approved as well. Pictures of more than 4,096 pixels a "
		"side are made smaller. Caller: approved.",
	    .allow = APPROVED,
	    .idempotency = IDEMPOTENCY_KEY,
	    .calls_out = true,
	    .limit = LIMIT_UPLOAD,
	    .multipart = true,
	    INPUT(upload_image),
	    .status = 201,
	    .out = &image_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = image_post,
	},
	{
	    .method = POST,
	    .path = "/api/reviews/upload-media/",
	    .summary = "Add a picture to a review of one's own",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    .calls_out = true,
	    .limit = LIMIT_UPLOAD,
	    .multipart = true,
	    INPUT(upload_media),
	    .status = 201,
	    .out = &image_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = media_post,
	},
	{
	    .method = POST,
	    .path = "/api/sellers/kyc/upload/",
	    .summary = "Hand in a document of the store",
	    .description =
		"Readable by administrators only, encrypted where it lies. "
		"Caller: seller, in any state.",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_KEY,
	    .calls_out = true,
	    .limit = LIMIT_UPLOAD,
	    .multipart = true,
	    INPUT(upload_document),
	    .status = 201,
	    .out = &seller_document_shape,
	    ERRORS(ERR_INVALID_STATE),
	    .handler = document_post,
	},
	{
	    .method = POST,
	    .path = "/api/products/import/",
	    .summary = "Create and change many products at once",
	    .description =
		"A CSV file as products/export/ gives it; its header says "
		"which columns it has, and sku must be one of them. A row "
		"whose SKU is on sale changes that variant; one with a new "
		"SKU joins the product of its product_id or, where that is "
		"empty, the product of its name, else makes one. All or "
		"nothing per row: a row with faults is left out, and each of "
		"its faults is told with the line it begins in. Rows that "
		"follow each other and name the same product are one: the "
		"later ones may leave its values empty, or repeat them. An "
		"empty cell clears what may be empty and leaves alone what "
		"may not, as does a column that is not there; a row without "
		"product_id and name speaks of its variant only. What changes "
		"waits for approval as with products/update/. Up to 1,000 "
		"rows are answered at once; a larger file is answered with "
		"202 and goes on: see products/import/status/. Caller: "
		"approved.",
	    .allow = APPROVED,
	    .idempotency = IDEMPOTENCY_KEY,
	    .calls_out = true,
	    .limit = LIMIT_UPLOAD,
	    .multipart = true,
	    INPUT(product_import),
	    .status = 200,
	    .out = &import_report_shape,
	    .accepted = &product_import_shape,
	    ERRORS(ERR_INVALID_STATE),
	    .handler = product_import_post,
	},
};

APP("uploads", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
