/*
 * image_pixels.h: what the files of image.h share: decoders feed rows, which
 * are shrunk as they come; encoders read them in their upright order.
 * Everything here runs in the sandbox.
 */
#ifndef HAAT_IO_IMAGE_PIXELS_H
#define HAAT_IO_IMAGE_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "io/image.h"

/* How the work on a picture ends; the exit status of the sandbox. */
enum image_end {
	IMAGE_MADE_JPEG,
	IMAGE_MADE_PNG,
	IMAGE_BROKEN,
	IMAGE_TOO_LARGE,
	IMAGE_MOVING,
	IMAGE_TOO_COMPLEX,
	IMAGE_NO_ROOM, /* for what is written */
};

/* Rows of width × channels bytes: grey, grey and alpha, RGB or RGBA. */
struct pixels {
	int width, height, channels;
	unsigned char *data;
};

/* Where a source column or row falls among fewer ones: most of it into the
 * first, the rest into the next. */
struct tap {
	int to;
	float first, rest;
	bool ends; /* nothing more comes into the first */
};

/* Rows on their way to a smaller picture; an average by area. */
struct shrink {
	struct pixels *to;
	int width, height; /* of the source */
	int y;
	struct tap *columns;
	float *row, *sum; /* to->width × channels */
};

struct image_work {
	struct arena *arena;
	const unsigned char *in;
	size_t len;
	int orientation; /* EXIF's, 1 to 8 */
	struct pixels px;
	struct shrink shrink;
};

/* Whether a picture of that size may be decoded. */
bool pixels_fit(int64_t width, int64_t height);
/* Scales w and h down until neither is above side. */
void pixels_bound(int *w, int *h, int side);

/* Rows of the size that *to has will come; gives it the size and the room of the
 * smaller picture. */
void shrink_begin(struct shrink *s, struct arena *a, struct pixels *to,
    int side);
void shrink_row(struct shrink *s, const unsigned char *row);
/* A smaller copy. */
struct pixels pixels_shrunk(struct arena *a, const struct pixels *px,
    int side);

/* Size and rows as the picture is to be seen. */
void pixels_upright_size(const struct pixels *px, int orientation, int *width,
    int *height);
void pixels_upright_row(const struct pixels *px, int orientation, int y,
    unsigned char *row);

/* What EXIF data says of the orientation; 1 where it says nothing sound. */
int exif_orientation(const unsigned char *p, size_t len);

/* Decode w->in into w->px and w->orientation; IMAGE_MADE_…: what to write. */
enum image_end image_read_jpeg(struct image_work *w);
enum image_end image_read_png(struct image_work *w);
enum image_end image_read_webp(struct image_work *w);

/* Whether the compressed texts and profiles of a PNG stay small, and what its
 * EXIF says. */
enum image_end png_survey(struct image_work *w);

/* Write upright; false where that fails. */
bool image_write_jpeg(const struct pixels *px, int orientation, int fd,
    struct arena *a, int quality);
bool image_write_png(const struct pixels *px, int orientation, int fd,
    struct arena *a);

#endif
