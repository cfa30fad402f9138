/*
 * pictures.h: pictures to test with, and what is made of them.
 */
#ifndef HAAT_UNIT_PICTURES_H
#define HAAT_UNIT_PICTURES_H

#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <webp/encode.h>
#include <zlib.h>

#include "core/buf.h"
#include "io/image_pixels.h"

/* --- making pictures ---------------------------------------------------- */

/* Left half red, right half blue, a white top left corner: every turn of it
 * is told apart. */
static inline struct pixels
picture(struct arena *a, int width, int height, int channels)
{
	struct pixels px = { width, height, channels, NULL };
	size_t n = (size_t)channels;

	px.data = arena_array(a, (size_t)height, (size_t)width * n);
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			unsigned char *p = px.data +
			    ((size_t)y * (size_t)width + (size_t)x) * n;
			bool left = x < width / 2;
			bool corner = left && y < height / 2;

			p[0] = left ? 255 : 0;
			if (n >= 3) {
				p[1] = corner ? 255 : 0;
				p[2] = corner || !left ? 255 : 0;
			}
			if (n == 4)
				p[3] = left ? 255 : 0;
		}
	}
	return px;
}

static inline int
memory_file(void)
{
	int fd = memfd_create("picture", 0);

	assert_true(fd >= 0);
	return fd;
}

static inline struct buf
slurp(struct arena *a, int fd)
{
	struct stat st;
	struct buf b;
	char *p;

	assert_int_equal(fstat(fd, &st), 0);
	p = arena_alloc(a, (size_t)st.st_size + 1);
	assert_int_equal(pread(fd, p, (size_t)st.st_size, 0), st.st_size);
	buf_init(&b, a, (size_t)st.st_size + 65536);
	buf_raw(&b, p, (size_t)st.st_size);
	return b;
}

static inline struct buf
jpeg_of(struct arena *a, const struct pixels *px)
{
	int fd = memory_file();

	assert_true(image_write_jpeg(px, 1, fd, a, 95));
	return slurp(a, fd);
}

static inline struct buf
png_of(struct arena *a, const struct pixels *px)
{
	int fd = memory_file();

	assert_true(image_write_png(px, 1, fd, a));
	return slurp(a, fd);
}

static inline struct buf
webp_of(struct arena *a, const struct pixels *px)
{
	uint8_t *p = NULL;
	size_t n = px->channels == 4 ?
	    WebPEncodeLosslessRGBA(px->data, px->width, px->height,
		px->width * 4, &p) :
	    WebPEncodeRGB(px->data, px->width, px->height, px->width * 3, 95,
		&p);
	struct buf b;

	assert_true(n > 0);
	buf_init(&b, a, n + 65536);
	buf_raw(&b, p, n);
	WebPFree(p);
	return b;
}

static inline void
put_be32(struct buf *b, size_t v)
{
	const unsigned char bytes[] = { (unsigned char)(v >> 24),
		(unsigned char)(v >> 16), (unsigned char)(v >> 8),
		(unsigned char)v };

	buf_raw(b, bytes, 4);
}

static inline void
put_chunk(struct buf *b, const char *type, const void *p, size_t len)
{
	uLong crc = crc32(0, (const Bytef *)type, 4);

	put_be32(b, len);
	buf_raw(b, type, 4);
	buf_raw(b, p, len);
	put_be32(b, len > 0 ? crc32(crc, p, (uInt)len) : crc);
}

/* The PNG with a chunk behind its header. */
static inline struct buf
with_chunk(const struct buf *png, const char *type, const void *p, size_t len)
{
	struct buf b;

	buf_init(&b, png->arena, png->len + len + 64);
	buf_raw(&b, png->data, 33);
	put_chunk(&b, type, p, len);
	buf_raw(&b, png->data + 33, png->len - 33);
	return b;
}

/* --- making them anew --------------------------------------------------- */

struct made {
	enum err err;
	enum image_kind kind;
	struct buf out, thumbnail;
	struct pixels px, small;
};

static inline struct pixels
decoded(struct arena *a, const struct buf *b)
{
	struct image_work w = { .arena = a,
		.in = (const unsigned char *)b->data,
		.len = b->len,
		.orientation = 1 };
	enum image_end end = image_kind(b->data, b->len) == IMAGE_JPEG ?
	    image_read_jpeg(&w) :
	    image_read_png(&w);

	assert_true(end == IMAGE_MADE_JPEG || end == IMAGE_MADE_PNG);
	assert_int_equal(w.orientation, 1);
	return w.px;
}

static inline struct made
remake(struct ctx *c, const struct buf *in)
{
	int fd = memory_file(), out = memory_file(), small = memory_file();
	struct made m = { 0 };

	assert_int_equal(write(fd, in->data, in->len), in->len);
	m.err = image_remake(c, fd, in->len, out, small, &m.kind);
	if (m.err == OK) {
		m.out = slurp(c->arena, out);
		m.thumbnail = slurp(c->arena, small);
		m.px = decoded(c->arena, &m.out);
		m.small = decoded(c->arena, &m.thumbnail);
	}
	close(fd);
	close(out);
	close(small);
	return m;
}

#endif
