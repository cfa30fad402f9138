#include "web/form.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"
#include "io/storage.h"
#include "web/input.h"
#include "web/input_bind.h"

/* What is under way while the body comes in. */
struct taker {
	struct request *rq;
	struct form *form;
	size_t left;      /* bytes of the body to come */
	size_t text_left; /* bytes that texts may still have */
	/* Of the part that comes in: */
	const struct field *field; /* NULL: nobody wants it */
	struct form_part *part;
	struct buf text;
	crypto_hash_sha256_state hash;
};

size_t
form_max(const struct field *fields)
{
	size_t max = BODY_MAX;

	for (const struct field *f = fields; f->kind != FIELD_END; f++)
		if (f->kind == FIELD_FILE)
			max += (size_t)f->max;
	return max;
}

static size_t
take_bytes(void *arg, void *p, size_t len)
{
	struct taker *t = arg;
	size_t got = io_read(t->rq->io, p, len < t->left ? len : t->left);

	t->left -= got;
	return got;
}

/* What is wrong with a part before its content is seen; NULL if nothing. */
static const char *
refusal(const struct form *form, const struct field *f,
    const struct multipart_part *part)
{
	if (f == NULL)
		return "Unknown field.";
	if (f->kind == FIELD_FILE && part->filename == NULL)
		return "Must be a file.";
	if (f->kind != FIELD_FILE && part->filename != NULL)
		return "Must be a text, not a file.";
	if (f->kind == FIELD_TEXTS)
		return NULL;
	for (size_t i = 0; i < form->nparts; i++)
		if (strcmp(form->parts[i].name, part->name) == 0)
			return "This stands twice.";
	return NULL;
}

static enum err
begin_part(void *arg, const struct multipart_part *part)
{
	struct taker *t = arg;
	struct ctx *c = &t->rq->ctx;
	const char *why;

	t->field = field_named(t->rq->route->in, part->name);
	why = refusal(t->form, t->field, part);
	if (why != NULL) {
		t->field = NULL;
		(void)fail_field(c, part->name, "%s", why);
		return OK;
	}
	t->part = &t->form->parts[t->form->nparts++];
	t->part->name = part->name;
	t->part->filename = part->filename;
	t->part->filename_len = part->filename_len;
	crypto_hash_sha256_init(&t->hash);
	buf_init(&t->text, c->arena, BODY_MAX);
	if (t->field->kind != FIELD_FILE)
		return OK;
	t->part->file = ARENA_NEW(c->arena, struct upload);
	return storage_spool(c, &t->part->file->fd);
}

static enum err
take_file(struct taker *t, const void *p, size_t len)
{
	struct upload *file = t->part->file;

	if ((int64_t)len > t->field->max - file->size)
		return fail(&t->rq->ctx, ERR_PAYLOAD_TOO_LARGE,
		    "The file %s may have %lld bytes at most.",
		    t->field->name, (long long)t->field->max);
	file->size += (int64_t)len;
	return storage_write(&t->rq->ctx, file->fd, p, len);
}

static enum err
take_data(void *arg, const void *p, size_t len)
{
	struct taker *t = arg;

	if (t->field == NULL)
		return OK;
	crypto_hash_sha256_update(&t->hash, p, len);
	if (t->field->kind == FIELD_FILE)
		return take_file(t, p, len);
	if (len > t->text_left)
		return fail(&t->rq->ctx, ERR_PAYLOAD_TOO_LARGE,
		    "The texts may have %d bytes at most.", BODY_MAX);
	t->text_left -= len;
	buf_raw(&t->text, p, len);
	return OK;
}

static enum err
end_file(struct taker *t)
{
	struct upload *file = t->part->file;

	memcpy(file->sha256, t->part->sha256, sizeof(file->sha256));
	if (file->size == 0) {
		/* What a browser sends for a file that was not chosen. */
		t->part->file = NULL;
		if (t->part->filename_len > 0 || (t->field->flags & REQUIRED))
			(void)fail_field(&t->rq->ctx, t->field->name,
			    "The file is empty.");
		return OK;
	}
	return OK;
}

static enum err
end_part(void *arg)
{
	struct taker *t = arg;
	const char *text = buf_text(&t->text);

	if (t->field == NULL)
		return OK;
	crypto_hash_sha256_final(&t->hash, t->part->sha256);
	if (t->field->kind == FIELD_FILE)
		return end_file(t);
	if (strlen(text) != t->text.len || !utf8_valid(text, t->text.len)) {
		(void)fail_field(&t->rq->ctx, t->field->name,
		    "This must be UTF-8 without the character NUL.");
		return OK;
	}
	t->form->texts[t->form->ntexts++] = (struct param){
		.name = t->part->name,
		.value = text,
	};
	return OK;
}

enum err
form_read(struct request *rq)
{
	struct taker *t = ARENA_NEW(rq->ctx.arena, struct taker);
	const struct multipart_ends ends = { take_bytes, begin_part,
		take_data, end_part, t };
	size_t max = form_max(rq->route->in);
	enum err err;

	t->rq = rq;
	t->form = rq->form = ARENA_NEW(rq->ctx.arena, struct form);
	t->left = input_length(rq);
	t->text_left = BODY_MAX;
	if (t->left > max)
		err = fail(&rq->ctx, ERR_PAYLOAD_TOO_LARGE,
		    "The body may have %zu bytes at most.", max);
	else
		err = multipart_read(&rq->ctx, io_env(rq->io, "CONTENT_TYPE"),
		    &ends);
	input_drain(rq, t->left);
	if (err != OK) {
		/* It is refused as a whole: its fields are not the point. */
		rq->ctx.problem.errors = NULL;
		rq->ctx.problem.errors_end = NULL;
	}
	return err;
}

struct upload *
form_file(struct request *rq, const struct field *f)
{
	for (size_t i = 0; rq->form != NULL && i < rq->form->nparts; i++)
		if (strcmp(rq->form->parts[i].name, f->name) == 0)
			return rq->form->parts[i].file;
	return NULL;
}

/* --- the fingerprint ---------------------------------------------------- */

static int
compare_parts(const void *a, const void *b)
{
	const struct form_part *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order :
			    memcmp(x->sha256, y->sha256, sizeof(x->sha256));
}

void
form_canonical(const struct form *form, struct buf *b)
{
	struct form_part *sorted = arena_memdup(b->arena, form->parts,
	    form->nparts * sizeof(*sorted));

	if (form->nparts > 0)
		qsort(sorted, form->nparts, sizeof(*sorted), compare_parts);
	for (size_t i = 0; i < form->nparts; i++) {
		buf_url_arg(b, sorted[i].name);
		buf_char(b, sorted[i].filename != NULL ? '@' : '=');
		if (sorted[i].filename != NULL)
			buf_hex(b, sorted[i].filename,
			    sorted[i].filename_len);
		buf_char(b, ':');
		buf_hex(b, sorted[i].sha256, sizeof(sorted[i].sha256));
		buf_char(b, '\n');
	}
}
