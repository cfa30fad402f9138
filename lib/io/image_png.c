/* PNG in and out, by libpng; see image_pixels.h. */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

#include "io/image_pixels.h"

enum {
	SIGNATURE = 8,
	CHUNK = 12, /* length, type and checksum around the data */
	IHDR_END = SIGNATURE + CHUNK + 13,
	CHUNKS_MAX = 20000,
	/* Of all texts and profiles together, unpacked. */
	UNPACKED_MAX = 4 * 1024 * 1024,
	COMPRESSION = 3 /* the highest of zlib's quick ones */
};

/* --- a look at the chunks ----------------------------------------------- */

static uint32_t
big_endian(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* Bytes behind the n-th NUL and skip more, where a chunk's packed data
 * begins; its length if there is none. */
static size_t
behind_texts(const unsigned char *p, size_t len, int n, size_t skip)
{
	size_t at = 0;

	for (; n > 0 && at < len; at++)
		n -= p[at] == '\0';
	return skip < len - at ? at + skip : len;
}

/* Where the packed data of a chunk begins; its length if nothing is packed. */
static size_t
packed_at(const unsigned char *type, const unsigned char *p, size_t len)
{
	size_t at;

	if (memcmp(type, "zTXt", 4) == 0 || memcmp(type, "iCCP", 4) == 0)
		return behind_texts(p, len, 1, 1);
	if (memcmp(type, "iTXt", 4) != 0)
		return len;
	at = behind_texts(p, len, 1, 0);
	if (at == len || p[at] != 1)
		return len;
	at += len - at < 2 ? len - at : 2;
	return at + behind_texts(p + at, len - at, 2, 0);
}

/* Takes what the data unpacks to from *left; false if that is not enough.
 * Broken data is left to whoever wants it: nobody. */
static bool
unpack(const unsigned char *p, size_t len, size_t *left)
{
	unsigned char out[16384];
	z_stream z = { .next_in = (unsigned char *)p, .avail_in = (uInt)len };
	bool fits = true;
	int status;

	if (inflateInit(&z) != Z_OK)
		return false;
	do {
		size_t n;

		z.next_out = out;
		z.avail_out = sizeof(out);
		status = inflate(&z, Z_NO_FLUSH);
		n = sizeof(out) - z.avail_out;
		fits = n <= *left;
		*left -= fits ? n : *left;
	} while (status == Z_OK && fits);
	(void)inflateEnd(&z); /* nothing is kept of it */
	return fits;
}

enum image_end
png_survey(struct image_work *w)
{
	size_t left = UNPACKED_MAX, at = SIGNATURE;

	if (w->len < IHDR_END || memcmp(w->in + at + 4, "IHDR", 4) != 0)
		return IMAGE_BROKEN;
	if (!pixels_fit(big_endian(w->in + at + 8),
		big_endian(w->in + at + 12)))
		return IMAGE_TOO_LARGE;
	for (int n = 0; w->len - at >= CHUNK; n++) {
		const unsigned char *type = w->in + at + 4;
		const unsigned char *data = type + 4;
		size_t len = big_endian(w->in + at), packed;

		if (len > w->len - at - CHUNK)
			return IMAGE_BROKEN;
		if (n == CHUNKS_MAX)
			return IMAGE_TOO_COMPLEX;
		if (memcmp(type, "IEND", 4) == 0)
			return IMAGE_MADE_PNG;
		if (memcmp(type, "eXIf", 4) == 0)
			w->orientation = exif_orientation(data, len);
		packed = packed_at(type, data, len);
		if (packed < len &&
		    !unpack(data + packed, len - packed, &left))
			return IMAGE_TOO_COMPLEX;
		at += CHUNK + len;
	}
	return IMAGE_BROKEN;
}

/* --- in ----------------------------------------------------------------- */

struct source {
	const unsigned char *p;
	size_t left;
};

static void
take_bytes(png_structp png, png_bytep to, size_t len)
{
	struct source *s = png_get_io_ptr(png);

	if (len > s->left)
		png_error(png, "it ends too early");
	memcpy(to, s->p, len);
	s->p += len;
	s->left -= len;
}

_Noreturn static void
on_error(png_structp png, png_const_charp why)
{
	(void)why;
	png_longjmp(png, 1);
}

static void
on_warning(png_structp png, png_const_charp why)
{
	(void)png; /* about chunks that nobody reads */
	(void)why;
}

/* Grey or colours, with alpha or without, of one byte each. */
static void
plain_colours(png_structp png, png_infop info)
{
	png_set_expand(png);
	png_set_scale_16(png);
	(void)png_set_interlace_handling(png);
	png_read_update_info(png, info);
}

static void
read_by_row(struct image_work *w, png_structp png, size_t wide, int height)
{
	unsigned char *row = arena_alloc(w->arena, wide);

	for (int y = 0; y < height; y++) {
		png_read_row(png, row, NULL);
		shrink_row(&w->shrink, row);
	}
}

/* Interlaced rows come in seven passes, so all of them must be there. */
static void
read_at_once(struct image_work *w, png_structp png, size_t wide, int height)
{
	unsigned char *all = arena_array(w->arena, (size_t)height, wide);
	unsigned char **rows = ARENA_ARRAY(w->arena, (size_t)height,
	    unsigned char *);

	for (int y = 0; y < height; y++)
		rows[y] = all + (size_t)y * wide;
	png_read_image(png, rows);
	for (int y = 0; y < height; y++)
		shrink_row(&w->shrink, rows[y]);
}

static void
read_picture(struct image_work *w, png_structp png, png_infop info)
{
	int width, height;

	/* Texts, profiles and the like are not even read. */
	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
	png_set_user_limits(png, IMAGE_PIXELS_MAX, IMAGE_PIXELS_MAX);
	png_read_info(png, info);
	plain_colours(png, info);
	width = (int)png_get_image_width(png, info);
	height = (int)png_get_image_height(png, info);
	if (!pixels_fit(width, height))
		png_error(png, "its size has changed");
	w->px = (struct pixels){ width, height, png_get_channels(png, info),
		NULL };
	shrink_begin(&w->shrink, w->arena, &w->px, IMAGE_SIDE_MAX);
	if (png_get_interlace_type(png, info) == PNG_INTERLACE_NONE)
		read_by_row(w, png, png_get_rowbytes(png, info), height);
	else
		read_at_once(w, png, png_get_rowbytes(png, info), height);
	png_read_end(png, NULL);
}

enum image_end
image_read_png(struct image_work *w)
{
	struct source *s = ARENA_NEW(w->arena, struct source);
	png_structp png;
	png_infop info;
	enum image_end end = png_survey(w);

	if (end != IMAGE_MADE_PNG)
		return end;
	png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error,
	    on_warning);
	info = png != NULL ? png_create_info_struct(png) : NULL;
	if (info == NULL)
		return IMAGE_TOO_COMPLEX;
	*s = (struct source){ w->in, w->len };
	if (setjmp(png_jmpbuf(png)) != 0) {
		png_destroy_read_struct(&png, &info, NULL);
		return IMAGE_BROKEN;
	}
	png_set_read_fn(png, s, take_bytes);
	read_picture(w, png, info);
	png_destroy_read_struct(&png, &info, NULL);
	return IMAGE_MADE_PNG;
}

/* --- out ---------------------------------------------------------------- */

static void
write_picture(png_structp png, png_infop info, const struct pixels *px,
    int orientation, unsigned char *row)
{
	static const int colours[] = { 0, PNG_COLOR_TYPE_GRAY,
		PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
		PNG_COLOR_TYPE_RGB_ALPHA };
	int width, height;

	pixels_upright_size(px, orientation, &width, &height);
	png_set_IHDR(png, info, (unsigned)width, (unsigned)height, 8,
	    colours[px->channels], PNG_INTERLACE_NONE,
	    PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_set_compression_level(png, COMPRESSION);
	/* One filter that is good for most: trying all five for each row takes
	 * twice the time and saves 2 %. */
	png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_PAETH);
	png_write_info(png, info);
	for (int y = 0; y < height; y++) {
		pixels_upright_row(px, orientation, y, row);
		png_write_row(png, row);
	}
	png_write_end(png, NULL);
}

bool
image_write_png(const struct pixels *px, int orientation, int fd,
    struct arena *a)
{
	int longer = px->width > px->height ? px->width : px->height;
	unsigned char *row = arena_array(a, (size_t)longer,
	    (size_t)px->channels);
	FILE *f = fdopen(fd, "wb");
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
	    on_error, on_warning);
	png_infop info = png != NULL ? png_create_info_struct(png) : NULL;

	if (f == NULL || info == NULL)
		return false;
	if (setjmp(png_jmpbuf(png)) != 0) {
		png_destroy_write_struct(&png, &info);
		return false;
	}
	png_init_io(png, f);
	write_picture(png, info, px, orientation, row);
	png_destroy_write_struct(&png, &info);
	return fflush(f) == 0;
}
