#include "services/upload.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/json.h"
#include "db/db.h"
#include "io/image.h"
#include "io/storage.h"
#include "io/vault.h"

enum { MIB = 1024 * 1024, DAY_SECS = 24 * 3600, PDF_TAIL = 1024 };

const char *const upload_document_media[] = { "application/pdf", "image/jpeg",
	"image/png", NULL };

/* --- what may come ------------------------------------------------------ */

/* Before any work is done on it. */
static enum err
take_quota(struct ctx *c, const struct upload *file)
{
	int64_t now = clock_now_us() / 1000000, taken = 0;
	int64_t most = c->config->upload_mib_per_day * MIB;

	if (file->size <= most)
		TRY(db_exec_n(c, Q_UPLOAD_DAY_TAKE,
		    ARGS(A(c->caller.id), A(file->size),
			A(c->config->upload_files_per_day), A(most)),
		    &taken));
	if (taken > 0)
		return OK;
	c->problem.retry_after_secs = (int)(DAY_SECS - now % DAY_SECS);
	return fail(c, ERR_RATE_LIMITED,
	    "An account may upload %lld files and %lld MiB a day.",
	    (long long)c->config->upload_files_per_day,
	    (long long)c->config->upload_mib_per_day);
}

static enum image_kind
kind_of(const struct upload *file)
{
	char head[IMAGE_KIND_BYTES];
	ssize_t n = pread(file->fd, head, sizeof(head), 0);

	return n > 0 ? image_kind(head, (size_t)n) : IMAGE_NONE;
}

/* --- public pictures ---------------------------------------------------- */

struct picture {
	struct uuid id;
	const char *url;
	const char *thumbnail_url;
};

static const char *
url_of(struct ctx *c, const struct storage_file *file)
{
	return arena_printf(c->arena, STORAGE_MEDIA_URL "%s", file->name);
}

/* Two files of one stem: NAME.jpg and NAME.s.jpg. */
static enum err
keep_picture(struct ctx *c, const struct upload *file, struct picture *out)
{
	const char *stem = storage_name(c);
	struct storage_file *large, *small;
	enum image_kind kind;
	const char *ending;

	TRY(storage_new(c, STORAGE_MEDIA, stem, &large));
	TRY(storage_new(c, STORAGE_MEDIA,
	    arena_printf(c->arena, "%s.s", stem), &small));
	TRY(image_remake(c, file->fd, (size_t)file->size, large->fd,
	    small->fd, &kind));
	ending = kind == IMAGE_JPEG ? "jpg" : "png";
	large->name = arena_printf(c->arena, "%s.%s", stem, ending);
	small->name = arena_printf(c->arena, "%s.s.%s", stem, ending);
	TRY(storage_keep(c, small));
	TRY(storage_keep(c, large));
	out->id = uuid_new();
	out->url = url_of(c, large);
	out->thumbnail_url = url_of(c, small);
	return OK;
}

static enum err
make_picture(struct ctx *c, const struct upload *file, struct picture *out)
{
	if (kind_of(file) == IMAGE_NONE)
		return fail_field(c, "file",
		    "Must be a picture: JPEG, PNG or WebP.");
	TRY(take_quota(c, file));
	return keep_picture(c, file, out);
}

static void
write_picture(struct buf *out, const struct picture *p, const char *alt,
    int64_t position)
{
	struct json j = js_to(out);

	js_open(&j, '{');
	js_uuid(&j, "id", p->id);
	js_str(&j, "url", p->url);
	js_str(&j, "thumbnail_url", p->thumbnail_url);
	js_str(&j, "alt", alt);
	js_i64(&j, "position", position);
	js_close(&j, '}');
}

static enum err
too_many(struct ctx *c, int64_t most)
{
	return fail(c, ERR_INVALID_STATE, "At most %lld pictures.",
	    (long long)most);
}

/* --- products ----------------------------------------------------------- */

static enum err
check_product(struct ctx *c, bool found, struct rows *r, const char **status)
{
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such product.");
	*status = col_text(r);
	if (strcmp(*status, "archived") == 0)
		return fail(c, ERR_INVALID_STATE,
		    "An archived product cannot be changed.");
	return OK;
}

static enum err
look_at_product(struct ctx *c, struct uuid id)
{
	const char *status;
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_UPLOAD_PRODUCT, ARGS(A(id), A(c->caller.seller_id)),
	    &r, &found));
	return check_product(c, found, &r, &status);
}

static enum err
add_to_product(struct ctx *c, const struct upload_image *in,
    const struct picture *p, struct buf *out)
{
	int64_t count, position;
	const char *status;
	struct rows r;
	bool found;
	TX_SCOPE(tx, c);

	TRY(db_maybe(c, Q_UPLOAD_PRODUCT_HOLD,
	    ARGS(A(in->product_id), A(c->caller.seller_id)), &r, &found));
	TRY(check_product(c, found, &r, &status));
	TRY(db_one(c, Q_UPLOAD_PRODUCT_PLACES, ARGS(A(in->product_id)), &r));
	count = col_i64(&r);
	position = col_i64(&r);
	if (count >= c->config->product_pictures)
		return too_many(c, c->config->product_pictures);
	if (in->position.set)
		position = in->position.v;
	db_queue(c, Q_UPLOAD_PRODUCT_IMAGE_ADD,
	    ARGS(A(p->id), A(in->product_id), A(p->url), A(p->thumbnail_url),
		A(in->alt), A(position), A(strcmp(status, "approved") != 0)));
	db_queue(c, Q_UPLOAD_PRODUCT_CHANGED, ARGS(A(in->product_id)));
	db_queue(c, Q_PRODUCT_IMAGE_REFRESH, ARGS(A(in->product_id)));
	write_picture(out, p, in->alt, position);
	answer_ready(c);
	return tx_commit(&tx);
}

enum err
upload_product_image(struct ctx *c, const struct upload_image *in,
    struct buf *out)
{
	struct picture p;

	TRY(look_at_product(c, in->product_id));
	TRY(make_picture(c, in->file, &p));
	return add_to_product(c, in, &p, out);
}

/* --- reviews ------------------------------------------------------------ */

static enum err
no_review(struct ctx *c)
{
	return fail(c, ERR_NOT_FOUND, "There is no such review of yours.");
}

static enum err
look_at_review(struct ctx *c, struct uuid id)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_UPLOAD_REVIEW, ARGS(A(id), A(c->caller.id)), &r,
	    &found));
	return found ? OK : no_review(c);
}

static enum err
add_to_review(struct ctx *c, struct uuid review, const struct picture *p,
    struct buf *out)
{
	int64_t count, position;
	struct rows r;
	bool found;
	TX_SCOPE(tx, c);

	TRY(db_maybe(c, Q_UPLOAD_REVIEW_HOLD,
	    ARGS(A(review), A(c->caller.id)), &r, &found));
	if (!found)
		return no_review(c);
	TRY(db_one(c, Q_UPLOAD_REVIEW_PLACES, ARGS(A(review)), &r));
	count = col_i64(&r);
	position = col_i64(&r);
	if (count >= c->config->review_pictures)
		return too_many(c, c->config->review_pictures);
	db_queue(c, Q_UPLOAD_REVIEW_MEDIA_ADD,
	    ARGS(A(p->id), A(review), A(p->url), A(p->thumbnail_url),
		A(position)));
	write_picture(out, p, NULL, position);
	answer_ready(c);
	return tx_commit(&tx);
}

enum err
upload_review_media(struct ctx *c, const struct upload_media *in,
    struct buf *out)
{
	struct picture p;

	TRY(look_at_review(c, in->review_id));
	TRY(make_picture(c, in->file, &p));
	return add_to_review(c, in->review_id, &p, out);
}

/* --- documents ---------------------------------------------------------- */

/* By its first and last bytes; ISO 32000-1, section 7.5.  Nothing of it is
 * believed: it is only handed back to be saved. */
static bool
is_pdf(const struct upload *file)
{
	char head[5], tail[PDF_TAIL];
	int64_t from = file->size > PDF_TAIL ? file->size - PDF_TAIL : 0;
	ssize_t n = pread(file->fd, tail, sizeof(tail), from);

	return pread(file->fd, head, sizeof(head), 0) == sizeof(head) &&
	    memcmp(head, "%PDF-", sizeof(head)) == 0 && n > 0 &&
	    memmem(tail, (size_t)n, "%%EOF", 5) != NULL;
}

/* What is kept of the file: its bytes for a PDF, a picture made anew. */
static enum err
plain_document(struct ctx *c, const struct upload *file, int *fd,
    const char **content_type)
{
	enum image_kind kind = kind_of(file);

	if (kind != IMAGE_JPEG && kind != IMAGE_PNG && !is_pdf(file))
		return fail_field(c, "file", "Must be a PDF, JPEG or PNG.");
	TRY(take_quota(c, file));
	*fd = file->fd;
	*content_type = "application/pdf";
	if (kind == IMAGE_NONE)
		return OK;
	TRY(storage_spool(c, fd));
	TRY(image_remake(c, file->fd, (size_t)file->size, *fd, -1, &kind));
	*content_type = kind == IMAGE_JPEG ? "image/jpeg" : "image/png";
	return OK;
}

/* Every list of stores shows their documents: they must have an end. */
static enum err
check_waiting(struct ctx *c)
{
	int64_t most = c->config->store_documents;
	struct rows turn, r;

	db_queue_rows(c, Q_SELLER_TURN, ARGS(A(c->caller.seller_id)), &turn);
	TRY(db_one(c, Q_KYC_DOCUMENTS_WAITING, ARGS(A(c->caller.seller_id)),
	    &r));
	if (col_i64(&r) < most)
		return OK;
	return fail(c, ERR_INVALID_STATE,
	    "%lld documents of this store wait to be looked at already.",
	    (long long)most);
}

static enum err
add_document(struct ctx *c, const struct upload_document *in,
    const char *name, const char *content_type, struct buf *out)
{
	struct uuid id = uuid_new();
	struct json j = js_to(out);
	struct rows r;
	TX_SCOPE(tx, c);

	TRY(check_waiting(c));
	TRY(db_one(c, Q_KYC_DOCUMENT_ADD,
	    ARGS(A(id), A(c->caller.seller_id), A(in->document_type), A(name),
		A(content_type), A(in->file->size),
		arg_bytes(in->file->sha256, sizeof(in->file->sha256))),
	    &r));
	js_open(&j, '{');
	js_uuid(&j, "id", id);
	js_str(&j, "document_type", in->document_type);
	js_str(&j, "status", col_text(&r));
	js_time(&j, "uploaded_at", col_i64(&r));
	js_close(&j, '}');
	answer_ready(c);
	return tx_commit(&tx);
}

enum err
upload_document(struct ctx *c, const struct upload_document *in,
    struct buf *out)
{
	struct storage_file *sealed;
	const char *content_type = NULL;
	int fd = -1;

	TRY(plain_document(c, in->file, &fd, &content_type));
	TRY(storage_new(c, STORAGE_DOCUMENTS, storage_name(c), &sealed));
	TRY(vault_seal(c, fd, sealed->fd, sealed->name));
	TRY(storage_keep(c, sealed));
	return add_document(c, in, sealed->name, content_type, out);
}
