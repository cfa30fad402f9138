/*
 * storage.h: the files that people give us, in areas.
 *
 *	STORAGE_MEDIA      pictures, which anybody may see under /media/files/
 *	STORAGE_DOCUMENTS  private papers, which no address leads to
 *	STORAGE_IMPORTS    files that a job has yet to read
 *
 * A file gets a random name of 128 bits, is written under another name beside
 * it, and appears whole: synced, renamed, its folder synced.  Its row in the
 * database is written after that, so that a row always has its file.  A file
 * without a row is what a failure left behind; cron/sweep.c removes it.
 *
 * Whoever uses this knows names and descriptors, never paths: the areas are
 * local folders (MEDIA_DIR, DOCUMENT_DIR), and may become something else that
 * can do these six things.
 *
 * Errors of every call: ERR_UNAVAILABLE, with the cause in the log (no room,
 * a broken disk).
 */
#ifndef HAAT_IO_STORAGE_H
#define HAAT_IO_STORAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/ctx.h"

enum storage_area { STORAGE_MEDIA, STORAGE_DOCUMENTS, STORAGE_IMPORTS };

/* In front of the name of a picture. */
#define STORAGE_MEDIA_URL "/media/files/"

/* A file on its way in; gone at the end of the request unless kept. */
struct storage_file {
	int fd; /* open for writing and reading */
	enum storage_area area;
	const char *name;
	const char *path; /* for storage.c */
	bool kept;
};

/* A fresh random name without an ending: 32 lower-case hex digits. */
const char *storage_name(struct ctx *c);

/* Begins a file: a name of storage_name(), perhaps with an ending. */
enum err storage_new(struct ctx *c, enum storage_area area, const char *name,
    struct storage_file **out);

/* Makes it appear under its name, for good. */
enum err storage_keep(struct ctx *c, struct storage_file *file);

/* Opens a file for reading until the end of the request.  Errors: also
 * ERR_NOT_FOUND. */
enum err storage_open(struct ctx *c, enum storage_area area, const char *name,
    int *fd);

/* One that is not there is removed already. */
enum err storage_remove(struct ctx *c, enum storage_area area,
    const char *name);

/* A file of an area, as a list shows it. */
struct storage_entry {
	const char *name; /* valid during the call */
	int64_t age_secs;
	bool unfinished; /* begun and not kept, so far */
};

/* Calls each() for every file, in no order.  An error ends the list. */
enum err storage_list(struct ctx *c, enum storage_area area,
    enum err (*each)(struct ctx *c, const struct storage_entry *e, void *arg),
    void *arg);

/* A nameless file for what is looked at before anything is kept: private,
 * and gone with the request or the process. */
enum err storage_spool(struct ctx *c, int *fd);

/* Writes all of it, or fails. */
enum err storage_write(struct ctx *c, int fd, const void *p, size_t len);

#endif
