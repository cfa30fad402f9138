/* uploads: what comes as a form with files. */
#include "services/listing_import.h"
#include "web/request.h"

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

static enum err
product_import_post(struct request *rq)
{
	const struct product_import *in = rq->in;
	bool later;

	TRY(listing_import(&rq->ctx, in->file->fd, in->dry_run, rq->out,
	    &later));
	if (later)
		rq->status = 202;
	return OK;
}

static const struct route routes[] = {
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
