/*
 * document.h: sellers' documents on their way to an administrator.  Each look
 * at one is in the audit trail.
 */
#ifndef HAAT_SERVICES_DOCUMENT_H
#define HAAT_SERVICES_DOCUMENT_H

#include "core/ctx.h"
#include "core/sink.h"

struct document {
	const char *content_type;
	const char *filename; /* for the one who saves it; plain ASCII */
	const char *storage_name;
	int fd;
};

/* Finds it and notes that the caller looks at it.  Errors: ERR_NOT_FOUND. */
enum err document_find(struct ctx *c, struct uuid id, struct document *out);

/* Hands on its plain bytes.  Errors: those of vault_open(). */
enum err document_send(struct ctx *c, const struct document *d,
    const struct sink *to);

#endif
