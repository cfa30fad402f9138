#include "services/document.h"

#include <string.h>

#include "db/db.h"
#include "io/storage.h"
#include "io/vault.h"
#include "services/audit.h"

static const char *
ending_of(const char *content_type)
{
	if (strcmp(content_type, "application/pdf") == 0)
		return "pdf";
	return strcmp(content_type, "image/png") == 0 ? "png" : "jpg";
}

/* "pan_card-0199a5b2.pdf" */
static const char *
filename_of(struct ctx *c, const char *type, struct uuid id,
    const char *content_type)
{
	char text[UUID_TEXT];

	uuid_format(id, text);
	return arena_printf(c->arena, "%s-%s.%s", type, text,
	    ending_of(content_type));
}

enum err
document_find(struct ctx *c, struct uuid id, struct document *out)
{
	struct uuid seller;
	const char *type;
	struct rows r;
	bool found;
	TX_SCOPE(tx, c);

	TRY(db_maybe(c, Q_KYC_DOCUMENT_FIND, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such document.");
	seller = col_uuid(&r);
	type = col_text(&r);
	out->storage_name = col_text(&r);
	out->content_type = col_text(&r);
	out->filename = filename_of(c, type, id, out->content_type);
	TRY(storage_open(c, STORAGE_DOCUMENTS, out->storage_name, &out->fd));
	audit_queue(c, "kyc_document.read", "seller", seller,
	    CHANGES({ "document_id", A_NULL, A(id) },
		{ "document_type", A_NULL, A(type) }));
	return tx_commit(&tx);
}

enum err
document_send(struct ctx *c, const struct document *d, const struct sink *to)
{
	return vault_open(c, d->fd, d->storage_name, to);
}
