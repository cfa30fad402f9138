/*
 * vault.h: files that nobody can read without a key, XChaCha20-Poly1305 in a
 * stream (libsodium's secretstream): changed, cut, swapped or misnamed, they
 * do not open.
 *
 * The key is derived from DOCUMENT_KEY, or from HAAT_SECRET where that is not
 * set.  A file says by a digest which key it was sealed with; those of
 * DOCUMENT_KEYS_PREVIOUS still open what they sealed.  To change a key: put
 * the secret in force into DOCUMENT_KEYS_PREVIOUS, then set the new one.
 *
 *	"haatvlt1", 8 bytes of the key's digest, 24 of the stream's header,
 *	then chunks of 64 KiB with 17 bytes more each; the last one says so.
 */
#ifndef HAAT_IO_VAULT_H
#define HAAT_IO_VAULT_H

#include "core/ctx.h"
#include "core/sink.h"

/* Reads in from its start and writes it sealed to out.  The name it will be
 * kept under is part of the seal. */
enum err vault_seal(struct ctx *c, int in, int out, const char *name);

/*
 * Opens what vault_seal() wrote and hands on the plain bytes, piece by piece,
 * each of them checked.  Errors: ERR_INTERNAL for a file that was changed or
 * whose key is gone, and what the sink returns.
 */
enum err vault_open(struct ctx *c, int in, const char *name,
    const struct sink *to);

#endif
