/*
 * io.h: the same executable under FastCGI and as plain CGI.  This is the only
 * place that knows which.
 */
#ifndef HAAT_WEB_IO_H
#define HAAT_WEB_IO_H

#include <stdbool.h>
#include <stddef.h>

struct io;

/* Prepares; name is for the log.  NULL if the process cannot serve. */
struct io *io_open(void);

/* What io_take() found. */
enum io_next {
	IO_REQUEST,
	IO_NONE, /* in all that time */
	IO_END   /* the process is to end */
};

/* Takes the next request, and waits for one so long.  As plain CGI there is
 * one. */
enum io_next io_take(struct io *io, int timeout_ms);

/* A CGI variable, NULL without it. */
const char *io_env(struct io *io, const char *name);

/* Whether two headers of the request have the same CGI name ("X-A" and
 * "X_A"), which leaves open which one is meant. */
bool io_has_duplicate_headers(struct io *io);

/* Reads up to len bytes of the body; fewer only at its end. */
size_t io_read(struct io *io, void *p, size_t len);

/* False: nobody takes it any more. */
bool io_write(struct io *io, const void *p, size_t len);

/*
 * An answer in one piece, in place of io_write(): it leaves in one system call
 * and is not copied.  Nothing can be written after it.
 */
void io_send(struct io *io, const void *head, size_t head_len,
    const void *body, size_t body_len);

/* Ends the request: its variables are gone. */
void io_finish(struct io *io);

/* Has io_finish() end the answer in the middle, so that the other side sees
 * that it is not whole. */
void io_abort(struct io *io);

/* Whether the last answer was ended so; as plain CGI the status says it. */
bool io_aborted(const struct io *io);

/* Whether the client's web server still waits for the answer. */
bool io_peer_gone(struct io *io);

#endif
