/*
 * input.h: from query and body to the input struct, or every fault at once.
 */
#ifndef HAAT_WEB_INPUT_H
#define HAAT_WEB_INPUT_H

#include "web/request.h"

enum { BODY_MAX = 64 * 1024, RAW_BODY_MAX = 256 * 1024 };

/* Bytes of the body, as announced. */
size_t input_length(struct request *rq);
/* Takes that many from the web server, which may not like to keep them. */
void input_drain(struct request *rq, size_t len);

/* Splits and decodes the query.  Errors: ERR_VALIDATION. */
enum err input_query(struct request *rq);

/*
 * Reads the body, checks its type and size, and binds everything declared by
 * the route.  Errors: ERR_UNSUPPORTED_MEDIA_TYPE, ERR_PAYLOAD_TOO_LARGE,
 * ERR_MALFORMED_JSON, ERR_VALIDATION with all faulty fields.
 */
enum err input_bind(struct request *rq);

#endif
