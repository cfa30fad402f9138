/*
 * image.h: pictures that strangers send, made anew.
 *
 * JPEG, PNG and WebP, told by their content.  What comes out holds pixels and
 * nothing else: no EXIF (its orientation is applied first), no profiles, no
 * texts, no trailing bytes.  Opaque JPEG and WebP become JPEG, the rest PNG,
 * so that transparency stays; the longer side has IMAGE_SIDE_MAX pixels at
 * most.  Colour profiles are dropped, not applied.
 *
 * The decoders run in a process of their own (sandbox.h), so that a picture
 * which breaks one, or makes it grow, costs that process alone.  Sizes are
 * read from the header and checked before anything is decoded.
 *
 * Only the executable `uploads` links this, and the libraries behind it.
 */
#ifndef HAAT_IO_IMAGE_H
#define HAAT_IO_IMAGE_H

#include <stddef.h>

#include "core/ctx.h"

enum {
	IMAGE_PIXELS_MAX = 40 * 1000 * 1000,
	IMAGE_SIDE_MAX = 4096,     /* of what is kept */
	IMAGE_THUMBNAIL_SIDE = 400 /* of the longer side */
};

enum image_kind { IMAGE_NONE, IMAGE_JPEG, IMAGE_PNG, IMAGE_WEBP };

enum { IMAGE_KIND_BYTES = 16 };

/* What a file is by its first bytes. */
enum image_kind image_kind(const void *p, size_t len);

/*
 * Reads the picture in fd, of len bytes, and writes it anew to out, and a
 * small one to thumbnail unless that is -1.  *kind is then what was written.
 *
 * Errors: ERR_VALIDATION about the field "file": broken, too large, moving,
 * or more work than a picture may be; ERR_UNAVAILABLE where it cannot be
 * written.
 */
enum err image_remake(struct ctx *c, int fd, size_t len, int out,
    int thumbnail, enum image_kind *kind);

#endif
